"""Sweeps: each point is as a run of its own, nothing finished is lost, what makes no sense is refused, trials count."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import orjson
import pytest

from strikebook.backtest_runner import RunRequest, resume_backtest, run_backtest, run_sweep
from strikebook.errors import BusyError, NotFoundError, StorageError, StrategyError, UsageError
from strikebook.market.source import MarketSource
from strikebook.market.synthetic import SyntheticMarket
from strikebook.service.kept_point import point_strategy
from strikebook.service.point_course import PointCourse
from strikebook.service.sweep_request import OBJECTIVES, Objective, Value, WalkForward, parse_sweep
from strikebook.service.sweep_table import Grid, best_of, ranks_of, read_sweep, rows_of, value_of
from strikebook.service.walk_forward import walk_forward, windows_over
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.codec import decode_metadata, encode_metadata
from strikebook.storage.folder_storage import FolderStorage
from strikebook.storage.layout import RunKey, day_file_name
from strikebook.storage.memory_storage import MemoryStorage
from strikebook.storage.sweep_days import PointDay, SweepDay, decode_sweep_day, encode_sweep_day
from tests.service.made_run import DAYS, MANY_DAYS, STRATEGY_ID, Trouble, noon, small_market, small_strategy

EXAMPLES = Path(__file__).parents[2] / "examples"
MONTH = (date(2024, 10, 1), date(2024, 10, 14))
QUANTITY = "$.nodes[1].data.positions[0].quantity"
KEY = RunKey("user_123", STRATEGY_ID)

TWO_SIDED = {
    "length": "$.nodes[0].data.tradingInstrumentConfig.timeframes[0].indicators.rsi_14.length",
    "oversold": "$.nodes[bullish-signal].data.conditions[0].conditions[1].rhs.value",
    "expiry": "$.nodes[bullish-entry].data.positions[0].optionDetails.expiry",
    "start": "$.nodes[bullish-signal].data.conditions[0].conditions[0].rhs.timeValue",
}


def parameter(name: str, path: str, *values: Value) -> dict[str, Any]:
    """A parameter as a request has it."""
    return {"name": name, "path": path, "values": list(values)}


def asked(*parameters: dict[str, Any], **more: Any) -> Any:
    """A checked request."""
    return parse_sweep({"parameters": list(parameters), **more})


def quantity_path() -> str:
    """Where the small strategy has its quantity."""
    nodes = small_strategy()["nodes"]
    at = next(number for number, node in enumerate(nodes) if node["type"] == "entryNode")
    return f"$.nodes[{at}].data.positions[0].quantity"


def request(
    storage: BacktestStorage,
    market: MarketSource | None = None,
    document: bytes | None = None,
    days: tuple[date, date] = (MANY_DAYS[0], MANY_DAYS[-1]),
    workers: int = 1,
) -> RunRequest:
    """A run or a sweep of the small strategy."""
    small = orjson.dumps(small_strategy())
    chosen = small_market(MANY_DAYS) if market is None else market
    return RunRequest("user_123", small if document is None else document, chosen, storage, *days, workers=workers)


def swept(wanted: RunRequest, what: Any, stop: Callable[[], bool] = lambda: False) -> dict[str, Any]:
    """A sweep that has ended, with its points."""
    return run_sweep(wanted, what, lambda _: None, stop, noon)


@pytest.mark.parametrize(
    ("example", "parameters"),
    [
        (
            "two_sided_rsi.json",
            (
                parameter("length", TWO_SIDED["length"], 7, 14, 21),
                parameter("oversold", TWO_SIDED["oversold"], 25, 30.5, 35),
                parameter("expiry", TWO_SIDED["expiry"], "W0", "W1"),
                parameter("start", TWO_SIDED["start"], "09:17", "11:00"),
            ),
        ),
        (
            "straddle_with_stops.json",
            (parameter("quantity", "$.nodes[2].data.positions[0].quantity", 1, 3),),
        ),
    ],
)
def test_each_point_is_as_a_run_of_its_own(
    example: str, parameters: tuple[dict[str, Any], ...], tmp_path: Path
) -> None:
    """Totals and the profit of every day, to the paisa, of a random sample of points; with costs and slippage."""
    document = (EXAMPLES / example).read_bytes()
    storage, market = FolderStorage(tmp_path), SyntheticMarket(1)
    found = swept(request(storage, market, document, MONTH), asked(*parameters))
    assert (found["status"], found["error"]) == ("completed", None)
    sweeps, key = storage.sweeps(), RunKey("user_123", found["sweep_id"])
    table = read_sweep(sweeps, key)
    seed = random.SystemRandom().randrange(10**6)
    for number in random.Random(seed).sample(range(len(table.points)), min(4, len(table.points))):
        new_id, _, changed, values = point_strategy(sweeps, key, number + 1, "changed", None)
        alone = run_backtest(request(MemoryStorage(), market, changed, MONTH), lambda _: None, lambda: False, noon)
        told = f"seed {seed}, point {number + 1}: {values}"
        assert alone["strategy_id"] == new_id == "changed"
        own_days = {
            each["date"]: (each["pnl"], each["net_pnl"], each["positions"], each["trades"], each["winning_trades"])
            for each in alone["daily_summaries"]  # type: ignore[attr-defined]
            if each["has_data"]
        }
        days = {
            f"{day:%d-%m-%Y}": (
                each.pnl_paise / 100,
                each.net_paise / 100,
                each.positions,
                each.trades,
                each.winning,
            )
            for day, each in table.grid.of_point(number)
        }
        assert days == own_days, told
        overall: Any = alone["overall_summary"]
        row = found["points"][number]
        assert row["values"] == values, told
        names = ("total_pnl", "net_pnl", "charges", "win_rate", "rejected_orders")
        assert [row[name] for name in names] == [overall[name] for name in names], told
        figures: Any = alone["statistics"]["figures"]  # type: ignore[index]
        assert [row[name] for name in ("sharpe", "max_drawdown", "return_over_drawdown", "probabilistic_sharpe")] == [
            figures[name] for name in ("sharpe", "max_drawdown", "return_over_drawdown", "probabilistic_sharpe")
        ], told
    assert any(row["trades"] for row in found["points"])
    assert len({row["net_pnl"] for row in found["points"]}) > 1, "points that do not differ prove nothing"


def test_points_are_the_same_with_workers_and_in_this_process(tmp_path: Path) -> None:
    """The same table and the same bytes of every day."""
    what = asked(parameter("q", quantity_path(), 1, 2, 3))
    stored = []
    tables = []
    for workers in (1, 2):
        storage = FolderStorage(tmp_path / str(workers))
        found = swept(request(storage, workers=workers), what)
        key = RunKey("user_123", found["sweep_id"])
        stored.append([storage.sweeps().day(key, day) for day in MANY_DAYS])
        tables.append(found["points"])
    assert tables[0] == tables[1]
    assert stored[0] == stored[1]
    assert None not in stored[0]


def test_a_sweep_that_was_stopped_goes_on_from_its_first_missing_day(tmp_path: Path) -> None:
    """What is finished stays as it is; the table is that of a sweep that was never stopped."""
    storage, what = FolderStorage(tmp_path), asked(parameter("q", quantity_path(), 1, 2, 3))
    steps = chain((False,) * 3, repeat(True))
    stopped = swept(request(storage), what, lambda: next(steps))
    assert (stopped["status"], stopped["completed_days"]) == ("cancelled", 3)
    assert [row["total_pnl"] for row in stopped["points"]] != [0.0, 0.0, 0.0], "what was done is told"
    sweeps, key = storage.sweeps(), RunKey("user_123", stopped["sweep_id"])
    kept = {day: sweeps.stamp(key, day) for day in sweeps.days(key)}
    assert len(kept) == 3
    damaged = next(iter(kept))
    sweeps.put_day(key, damaged, b"no gzip")
    whole = resume_backtest(
        stopped["sweep_id"], small_market(MANY_DAYS), storage, 1, lambda _: None, lambda: False, noon
    )
    assert (whole["status"], whole["completed_days"], whole["sweep_id"]) == ("completed", 10, stopped["sweep_id"])
    stamps = {day: sweeps.stamp(key, day) for day in kept}
    assert [day for day in kept if stamps[day] != kept[day]] == [damaged]
    undisturbed = swept(request(MemoryStorage()), what)
    assert whole["points"] == undisturbed["points"]
    with pytest.raises(BusyError, match="is completed"):
        resume_backtest(stopped["sweep_id"], small_market(MANY_DAYS), storage, 1, lambda _: None, lambda: False, noon)


def test_a_day_that_fails_fails_alone(tmp_path: Path) -> None:
    """Its reason is told; the points are of the other days; a worker that dies is that day's failure."""
    what = asked(parameter("q", quantity_path(), 1, 2))
    for kind, said in (("raise", "damaged"), ("bug", "a fault of ours"), ("kill", "worker process died")):
        market = Trouble(small_market(MANY_DAYS), kind, MANY_DAYS[1])
        storage = FolderStorage(tmp_path / kind)
        found = swept(request(storage, market, workers=2), what)
        failed = [day for day in found["days"] if day["status"] == "failed"]
        assert (found["status"], found["failed_days"], len(failed)) == ("completed", 1, 1)
        assert said in failed[0]["reason"]
        assert [row["trades"] for row in found["points"]] == [9, 9]


def test_what_makes_no_sense_is_refused_before_anything_is_stored(tmp_path: Path) -> None:
    """Points that cannot run with their values and the path; other strategies; too much work; nothing is left."""
    storage, path = FolderStorage(tmp_path), quantity_path()
    cases: list[tuple[Any, type[Exception], str]] = [
        (asked(parameter("q", path, 1, -2)), StrategyError, r"point 2 \(q -2\): \$.*quantity"),
        (asked(parameter("q", path[:-1], 1)), UsageError, r"has nothing at .*nearest: \$"),
        (asked(parameter("q", "$.nodes", 1)), UsageError, "is no single value"),
        (asked(parameter("id", "$.strategy_id", "other")), StrategyError, "it is the strategy other, not"),
        (asked(parameter("q", path, 1), parameter("r", path.replace("[0]", "['0']"), 1)), UsageError, "has nothing at"),
    ]
    for what, kind, said in cases:
        with pytest.raises(kind, match=said):
            swept(request(storage), what)
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".probe")] == []


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"parameters": []}, "parameters"),
        ({"parameters": [parameter("a", "$.x", 1), parameter("a", "$.y", 1)]}, "parameters"),
        ({"parameters": [parameter("a", "$.x", 1), parameter("b", "$.x", 1)]}, "parameters"),
        ({"parameters": [parameter("a", "$.x", 1, 1)]}, "parameters[0].values"),
        ({"parameters": [parameter("a", "$.x", 1, 1.0)]}, "parameters[0].values"),
        ({"parameters": [parameter("a", "$.x", *range(40)), parameter("b", "$.y", *range(40))]}, "parameters"),
        ({"parameters": [parameter("\u202e", "$.x", 1)]}, "parameters[0].name"),
        ({"parameters": [parameter("a", "$.x", "\x1b[2J")]}, "parameters[0].values[0]"),
        ({"parameters": [parameter("a", "$.x", float("nan"))]}, "parameters[0].values[0]"),
        ({"parameters": [parameter("a", "$.x", 1)], "objective": "luck"}, "objective"),
        ({"parameters": [parameter("a", "$.x", 1)], "sample": {"size": 0}}, "sample.size"),
        ({"parameters": [parameter("a", "$.x", 1)], "sample": {"size": 1, "seed": -1}}, "sample.seed"),
        ({"parameters": [parameter("a", "$.x", 1)], "walk_forward": {"train_days": 0, "test_days": 1}}, "train_days"),
    ],
)
def test_a_request_that_makes_no_sense_names_its_place(given: dict[str, Any], where: str) -> None:
    """The first mistake, with where it is."""
    with pytest.raises(UsageError) as found:
        parse_sweep(given)
    assert found.value.where == where
    assert found.value.right


def test_a_sample_is_drawn_by_its_seed() -> None:
    """Of a million combinations; the same for the same seed, others for another; one and true are two values."""
    many = [parameter(name, f"$.{name}", *range(100)) for name in "abc"]
    first, again, other = (asked(*many, sample={"size": 50, "seed": seed}).points() for seed in (7, 7, 8))
    assert first == again != other
    assert (len(first), len(set(first))) == (50, 50)
    assert first == sorted(first)
    assert asked(parameter("a", "$.a", True, 1, False)).points() == [(True,), (1,), (False,)]


def test_points_are_numbered_with_the_last_parameter_changing_fastest() -> None:
    """As nested loops would."""
    what = asked(parameter("a", "$.a", 1, 2), parameter("b", "$.b", "x", "y"))
    assert what.points() == [(1, "x"), (1, "y"), (2, "x"), (2, "y")]
    assert parse_sweep(what.as_document()) == what


def grid_of(*profits: list[int]) -> Grid:
    """A table of days with the profit of each point, in paise."""
    days = tuple(date(2024, 1, 1) + timedelta(days=number) for number in range(len(profits)))
    return Grid(days, tuple(tuple(PointDay(each, 0, 1, 1, int(each > 0), 0, 1) for each in row) for row in profits))


def test_walk_forward_chooses_on_train_days_alone() -> None:
    """By hand: two points over six days, trained on two, tested on two; what comes later changes no choice."""
    points: list[tuple[Value, ...]] = [(1,), (2,)]
    grid = grid_of([100, 0], [100, 0], [-5, 7], [-5, 7], [1, 2], [1, 2])
    found = walk_forward(grid, ["a"], points, WalkForward(2, 2), "net_pnl")
    assert [window["point"] for window in found["windows"]] == [1, 2]
    assert [window["test_result"]["net_pnl"] for window in found["windows"]] == [-0.1, 0.04]
    assert (found["out_of_sample"]["net_pnl"], found["out_of_sample"]["days"]) == (-0.06, 4)
    anchored = walk_forward(grid, ["a"], points, WalkForward(2, 2, anchored=True), "net_pnl")
    assert [window["point"] for window in anchored["windows"]] == [1, 1]
    assert [window["train"]["days"] for window in anchored["windows"]] == [2, 4]
    changed = grid_of([100, 0], [100, 0], [-5, 7], [-5, 7], [-9999, 9999], [9999, -9999])
    again = walk_forward(changed, ["a"], points, WalkForward(2, 2), "net_pnl")
    assert [window["point"] for window in again["windows"]] == [1, 2]
    assert again["windows"][0] == found["windows"][0]


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_course_says_of_any_days_what_their_fold_says(objective: Objective) -> None:
    """To the last bit, on random days: few and many round trips, days that do not differ, days that failed."""
    drawn = random.Random(objective)
    judged = 0
    for trial in range(60):
        size = drawn.choice([1, 2, 3, 10, 40])
        largest = drawn.choice([0, 1, 1_000, 10**7])
        points = [
            PointDay(
                drawn.randint(-largest, largest), drawn.randint(0, largest), 3, drawn.choice([0, 3]), 1, 2, 3, 0,
                "broke" if trial % 10 == 9 and drawn.random() < 0.05 else "",
            )
            for _ in range(size)
        ]  # fmt: skip
        course = PointCourse(points)
        days = [(date(2024, 1, 1) + timedelta(at), point) for at, point in enumerate(points)]
        for _ in range(12):
            first, stop = sorted(drawn.sample(range(size + 1), 2))
            value = value_of(days[first:stop], objective)
            assert course.value(first, stop, objective) == value
            judged += value is not None
    assert judged > 20


def test_windows_cover_every_day_after_the_first_train_days_once() -> None:
    """Whatever the lengths: tests follow one another without a gap, each right after its train days."""
    for days in range(1, 30):
        for train in (1, 3, 10):
            for test in (1, 4):
                windows = windows_over(days, WalkForward(train, test))
                tested = [day for window in windows for day in range(window.test, window.stop)]
                assert tested == list(range(train, days))
                assert all(window.test - window.train == train for window in windows)
    with pytest.raises(UsageError, match="2 days"):
        walk_forward(grid_of([1], [1]), ["a"], [(1,)], WalkForward(2, 1), "net_pnl")


def test_ranks_and_the_best_of_equals() -> None:
    """Equal values have the same rank, the first of them is the best; what has no value has none."""
    assert ranks_of([3.0, None, 5.0, 3.0, -1.0]) == [2, None, 1, 2, 4]
    assert best_of([None, 2.0, 2.0]) == 1
    assert best_of([None]) is None


def test_a_point_that_failed_on_a_day_is_not_ranked() -> None:
    """It is told, with its reason and what its other days came to."""
    grid = grid_of([100, 1], [100, 1])
    broken = (PointDay(reason="entry-1 broke"), grid.rows[1][1])
    rows = rows_of(Grid(grid.days, (grid.rows[0], broken)), [(1,), (2,)], asked(parameter("a", "$.a", 1, 2)))
    assert [(row["rank"], row["failed_days"], row["failed_reason"], row["net_pnl"]) for row in rows] == [
        (None, 1, "entry-1 broke", 1.0),
        (1, 0, "", 0.02),
    ]


def test_trials_of_sweeps_count_in_the_next_run() -> None:
    """Also once the sweep is deleted; a sweep that goes on counts once; runs after it count as well."""
    storage = MemoryStorage()
    steps = chain((False,) * 3, repeat(True))
    stopped = swept(request(storage), asked(parameter("q", quantity_path(), 1, 2, 3)), lambda: next(steps))
    first = run_backtest(request(storage), lambda _: None, lambda: False, noon)
    assert (len(first["trials"]), first["trials_of_sweeps"]) == (3, 3)  # type: ignore[arg-type]
    again = swept(request(storage), asked(parameter("q", quantity_path(), 1, 2, 3, 4)))
    storage.sweeps().clear(RunKey("user_123", stopped["sweep_id"]))
    storage.sweeps().clear(RunKey("user_123", again["sweep_id"]))
    second = run_backtest(request(storage), lambda _: None, lambda: False, noon)
    assert (len(second["trials"]), second["trials_of_sweeps"]) == (8, 7)  # type: ignore[arg-type]
    figures: Any = second["statistics"]
    assert figures["figures"]["trials"] == 9, "seven points, the run before, and this one"
    storage.put_trials(KEY, b"{")
    third = run_backtest(request(storage), lambda _: None, lambda: False, noon)
    assert (len(third["trials"]), third["trials_of_sweeps"]) == (2, 0)  # type: ignore[arg-type]


def test_a_stored_day_is_read_as_it_was_written() -> None:
    """The same values, the same bytes; a damaged one is an error that says so."""
    points = (PointDay(5, 1, 1, 1, 1, 0, 1, 0), PointDay(reason="broke"), PointDay(-7, 2, 1, 1, 0, 1, 1, 3))
    day = SweepDay(DAYS[0], "run", "", points, "print", "hash")
    content = encode_sweep_day(day)
    assert decode_sweep_day(content) == day
    assert encode_sweep_day(decode_sweep_day(content)) == content
    for bad in (b"", content[:40], b"\x1f\x8b"):
        with pytest.raises(StorageError):
            decode_sweep_day(bad, "here")


def test_a_sweep_whose_day_is_gone_is_not_added_up() -> None:
    """A total without it would be wrong."""
    storage = MemoryStorage()
    found = swept(request(storage), asked(parameter("q", quantity_path(), 1, 2)))
    key = RunKey("user_123", found["sweep_id"])
    content = storage.sweeps().metadata(key)
    assert content is not None
    changed = decode_metadata(content)
    changed["days"] = [*changed["days"], {"date": "02-01-2023", "status": "run", "reason": ""}]  # type: ignore[misc]
    storage.sweeps().put_metadata(key, encode_metadata(changed))
    with pytest.raises(StorageError, match="is gone"):
        read_sweep(storage.sweeps(), key)
    with pytest.raises(NotFoundError):
        read_sweep(storage.sweeps(), RunKey("user_123", "other"))


@pytest.mark.parametrize(
    "change",
    [{"request": None}, {"request": {"parameters": []}}, {"request": 5}, {"strategy_id": "../x"}, {"strategy_id": 5}],
)
def test_a_damaged_sweep_says_so_when_a_point_is_kept(change: dict[str, Any]) -> None:
    """As when it is read: nothing breaks, and nothing is said to be wrong with what was asked."""
    storage = MemoryStorage()
    found = swept(request(storage), asked(parameter("q", quantity_path(), 1, 2)))
    key = RunKey("user_123", found["sweep_id"])
    changed = {name: value for name, value in {**found, **change}.items() if value is not None}
    storage.sweeps().put_metadata(key, encode_metadata(changed))
    with pytest.raises(StorageError, match="the sweep is damaged"):
        point_strategy(storage.sweeps(), key, 1, None, None)
    if "request" in change:
        with pytest.raises(StorageError, match="the sweep is damaged"):
            read_sweep(storage.sweeps(), key)


def test_no_day_file_of_the_strategy_is_touched(tmp_path: Path) -> None:
    """A sweep leaves the results of a run of its strategy as they are."""
    storage = FolderStorage(tmp_path)
    run_backtest(request(storage), lambda _: None, lambda: False, noon)
    folder = tmp_path / "user_123" / STRATEGY_ID
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    found = swept(request(storage), asked(parameter("q", quantity_path(), 1, 2)))
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert (tmp_path / ".sweeps" / "user_123" / found["sweep_id"] / day_file_name(MANY_DAYS[0])).is_file()
    assert [key.strategy_id for key in storage.runs("user_123")] == [STRATEGY_ID]
    assert storage.users() == ("user_123",)
