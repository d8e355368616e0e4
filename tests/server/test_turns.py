"""Requests that come at once begin a few in each turn of the event loop, in the order they came."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import pairwise

from strikebook.server.turns import Turns


def test_a_burst_begins_in_its_order_and_leaves_turns_to_others() -> None:
    """Of forty that come together none is lost, and the loop comes round in between."""

    async def go() -> tuple[list[int], list[int]]:
        turns, begun, rounds = Turns(), [], []

        async def one(number: int) -> None:
            await turns.mine()
            begun.append(number)

        async def others() -> None:
            while len(begun) < 40:
                rounds.append(len(begun))
                await asyncio.sleep(0)

        await asyncio.gather(*[one(number) for number in range(40)], others())
        return begun, rounds

    begun, rounds = asyncio.run(go())
    assert begun == list(range(40))
    assert max(after - before for before, after in pairwise(rounds)) <= 4


def test_one_that_comes_alone_does_not_wait() -> None:
    """It begins without giving the loop a turn."""

    async def go() -> None:
        turn = Turns().mine()
        with suppress(StopIteration):
            turn.send(None)
            raise AssertionError("it waited")

    asyncio.run(go())


def test_one_that_is_given_up_keeps_nobody_waiting() -> None:
    """Those behind a cancelled request get their turns."""

    async def go() -> list[int]:
        turns, begun = Turns(), []

        async def one(number: int) -> None:
            await turns.mine()
            begun.append(number)

        tasks = [asyncio.create_task(one(number)) for number in range(20)]
        asyncio.get_running_loop().call_soon(tasks[9].cancel)
        await asyncio.wait(tasks)
        return begun

    assert asyncio.run(go()) == [number for number in range(20) if number != 9]
