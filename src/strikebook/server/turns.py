"""Requests that come at once begin one after the other, so that they do not hold up what others wait for.

uvicorn makes a task of each request, and all tasks that are ready run before the event loop looks at its connections
again: two hundred requests that come together, a millisecond each in the framework, would hold up every status for a
fifth of a second. Here a few begin in each turn of the loop, in the order they came, and between two turns what is at
hand is answered (``server/connection.py``).
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

_IN_A_TURN: Final = 2


class Turns:
    """Lets requests begin. For one event loop."""

    def __init__(self) -> None:
        self._begun = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def mine(self) -> None:
        """Wait for one's turn."""
        if self._begun == 0:
            asyncio.get_running_loop().call_soon(self._next)
        if self._begun < _IN_A_TURN:
            self._begun += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        await turn

    def _next(self) -> None:
        """Begin a turn: let the next ones in."""
        self._begun = 0
        while self._waiting and self._begun < _IN_A_TURN:
            turn = self._waiting.popleft()
            if not turn.done():  # else its request was given up
                turn.set_result(None)
                self._begun += 1
        if self._begun:
            asyncio.get_running_loop().call_soon(self._next)
