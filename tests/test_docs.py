"""The documents against the code: names are collected from the code and looked up in the pages, examples are run."""

from __future__ import annotations

import ast
import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from strikebook import errors
from strikebook.engine import conditions as engine_conditions
from strikebook.engine import no_value as engine_no_value
from strikebook.indicators.catalogue import CATALOGUE
from strikebook.model.day_result import ExitReason, RejectionReason
from strikebook.model.options import RunOptions
from strikebook.strategy import expressions, graph, refused
from strikebook.strategy.expression import OPERATORS, PositionFieldName
from strikebook.strategy.orders import _OTHER_CONTRACTS
from strikebook.strategy.parse import finding_text, parse_strategy
from tests.strategy import documents as d

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "strategy-language.md"
CHECK_SOURCES = [
    *sorted((ROOT / "src/strikebook/strategy").glob("*.py")),
    ROOT / "src/strikebook/indicators/parameters.py",
]
FUTURE = "TCS:2024-11-28:FUT"
ON = {"enabled": True}


# Reading the pages.


@cache
def page(path: Path = PAGE) -> str:
    return path.read_text(encoding="utf-8")


def prose(text: str) -> str:
    """A page without its fenced blocks."""
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


def section(heading: str) -> str:
    """What stands below a heading of the language page, up to the next one of its level or above."""
    found = re.search(rf"^(#+) {re.escape(heading)}$", page(), re.MULTILINE)
    assert found, heading
    rest = page()[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return prose(rest[: end.start()] if end else rest)


def spans(text: str) -> list[str]:
    """The texts set as code."""
    return re.findall(r"`([^`\n]+)`", text)


def column(heading: str, number: int = 0) -> list[str]:
    """The texts set as code in a column of a section's tables, in order."""
    rows = [line.strip("|").split("|") for line in section(heading).splitlines() if line.startswith("|")]
    return [span for row in rows for span in spans(row[number])]


def examples(label: str) -> list[str]:
    """The JSON blocks of the language page with a label."""
    return re.findall(rf"^```json {label}\n(.*?)^```", page(), re.DOTALL | re.MULTILINE)


@cache
def markdown_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for path in (ROOT / name for name in listed.stdout.splitlines()) if path.exists()]


# The names of the language.


def test_every_node_type_is_documented() -> None:
    """The table of nodes has every type the parser knows, and no other."""
    known = set(graph.KINDS) | graph.SILENTLY_IGNORED | graph.IGNORED | set(graph.REPLACED)
    documented = {name for name in column("Nodes") if name.endswith("Node") or name == "strategyOverview"}
    assert known
    assert documented == known


def test_every_operator_is_documented() -> None:
    """The table of operators has exactly those of the parser."""
    assert OPERATORS
    assert set(column("Conditions")) == set(OPERATORS)


def test_every_expression_type_and_position_field_is_documented() -> None:
    """The tables of expressions have every type, and every field of a position."""
    types = {"expression", *expressions._READERS}
    position_fields = set(get_args(PositionFieldName))
    assert len(types) > 1
    assert position_fields
    assert types | position_fields <= set(column("Expressions"))


@pytest.mark.parametrize(
    "names",
    [
        get_args(expressions.CandleFieldName),
        get_args(expressions.LiveFieldName),
        get_args(expressions.ProfitKind),
        get_args(expressions.Operation),
        tuple(expressions._SCOPES.values()),
    ],
    ids=["candle fields", "live fields", "pnl kinds", "operations", "scopes"],
)
def test_every_word_of_an_expression_is_documented(names: tuple[str, ...]) -> None:
    """Candle and live fields, kinds and scopes of profit, and operations stand in the table of names."""
    assert names
    assert set(names) <= set(column("Expressions", 1))


def test_every_reason_and_error_is_documented() -> None:
    """The tables of reasons are those of the code: rejections in the order they apply, exits, errors."""
    kinds = [
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.StrikebookError)
    ]
    expected = [*get_args(RejectionReason), *get_args(ExitReason), *kinds]
    assert min(len(get_args(RejectionReason)), len(get_args(ExitReason)), len(kinds)) > 1
    assert column("Reasons") == expected


def test_every_option_of_a_run_is_documented() -> None:
    """The table of options has every option with its default."""
    defaults = {name: str(value) for name, value in RunOptions().as_document().items()}
    assert set(defaults) == {field.name for field in fields(RunOptions)}
    assert defaults
    names = column("Options of a run")
    assert dict(zip(names, column("Options of a run", 1), strict=True)) == defaults


def test_every_reason_without_value_is_documented() -> None:
    """The page has what a leaf's record says where a side has no value."""
    conditions, no_value = (
        ast.parse(Path(module.__file__).read_text(encoding="utf-8")) for module in (engine_conditions, engine_no_value)
    )
    functions = [node for node in ast.walk(conditions) if getattr(node, "name", "") == "_incomparable"]
    said = {text for node in (*functions, no_value) for text in returned(node)} - {"", "…"}
    assert len(said) > 10
    assert sorted(said - set(spans(section("What a day records")))) == []


def test_every_indicator_is_documented() -> None:
    """docs/indicators.md names every indicator of the catalogue."""
    documented = {name.upper() for name in spans(page(ROOT / "docs" / "indicators.md"))}
    assert CATALOGUE
    assert [name for name in CATALOGUE if name.upper() not in documented] == []


def test_every_member_that_is_read_is_documented() -> None:
    """The page names every member of a document that the parser reads."""
    read = {
        argument.value
        for name, call in calls()
        if name in ("get", "section", "items")
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }
    read |= set(refused._COSTS) | set(_OTHER_CONTRACTS)
    written = {word for span in spans(prose(page())) for word in re.findall(r"\w+", span)}
    assert len(read) > 50
    assert read - written == set()


# The check's messages.


def returned(node: ast.AST) -> set[str]:
    """The texts that a piece of code returns, as the page writes them."""
    values = [found.value for found in ast.walk(node) if isinstance(found, ast.Return) and found.value]
    several = [part for value in values if isinstance(value, ast.IfExp) for part in (value.body, value.orelse)]
    return {template(value) for value in (*values, *several)}


def template(node: ast.expr) -> str:
    """A message as the page writes it: what is filled in becomes "…"."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if not isinstance(node, ast.JoinedStr):
        return "…"
    parts = ""
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            named = isinstance(part.value, ast.Name) and part.value.id == "NOT_BUILT"
            parts += refused.NOT_BUILT if named else "…"
        else:
            parts += str(part.value) if isinstance(part, ast.Constant) else "…"
    return parts


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call in the check's sources with the bare name of what is called."""
    for path in CHECK_SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield getattr(node.func, "attr", getattr(node.func, "id", "")), node


def messages(severity: str) -> set[str]:
    """The messages of a severity in the check's sources, but for those of what is not built."""
    found = {template(node.args[0]) for name, node in calls() if name == severity}
    if severity == "error":
        found |= {template(node.args[1]) for name, node in calls() if name == "Problem"}
    return {message for message in found if refused.NOT_BUILT not in message} - {"…"}


def covers(general: str, message: str) -> bool:
    """Whether a message is ``general`` with something filled in."""
    return re.fullmatch(".+".join(map(re.escape, general.split("…"))), message) is not None


@pytest.mark.parametrize(("severity", "heading"), [("error", "Errors"), ("warn", "Warnings")])
def test_every_finding_is_documented(severity: str, heading: str) -> None:
    """Each message of the check stands in its table, and the table has no message the check has not."""
    said, documented = messages(severity), column(heading)
    assert len(said) > 20
    # Put together elsewhere: ``expressions.read_expression`` and ``check_ways``.
    elsewhere = {"an expression is missing", "… where an expression belongs"}
    elsewhere.add("reads …, which is not set when … is entered through …")
    in_two_parts = {"… when … is entered through …"}
    assert said - in_two_parts - set(documented) == set()
    assert set(documented) - elsewhere - said == set()
    assert len(documented) == len(set(documented))


def refused_documents() -> list[object]:
    """One document for every setting that is refused until it is built."""
    start = d.start
    return [
        d.small(exit=d.exit_node("exit", "p1", {"orderType": "stopLimit"})),
        d.small(entry=d.entry("entry", d.leg(positionType="sell", quantityType="capital", capital=1000))),
        d.small(start=d.start(endConditions={"positionClosure": {"orderType": "limit"}})),
        d.small(entry=d.entry("entry", d.leg(futureDetails={"expiry": "M0"}))),
        d.small(entry=d.entry("entry", {**d.leg(), "optionDetails": None})),
        d.small(start=start(tradingInstrument={"type": "futures"})),
        d.small(start=start(tradingInstrumentConfig=d.instrument(FUTURE))),
        d.small(start=start(supportingInstrumentEnabled=True, supportingInstrumentConfig=d.instrument(FUTURE))),
        d.small(start=start(supportingInstrumentEnabled=True, supportingInstrumentConfig={"type": "futures"})),
        {**d.small(), "costs": {"brokerage": 20}},
    ]


def refusals(document: object) -> set[str]:
    """What a document is refused for, without the paths."""
    return {
        finding_text(found).removeprefix(f"{found.path}: ")
        for found in parse_strategy(document).errors
        if refused.NOT_BUILT in found.what
    }


def test_every_refusal_is_documented_to_the_letter() -> None:
    """The table of what is refused has exactly the messages that the check gives."""
    given = [refusals(document) for document in refused_documents()]
    assert all(len(found) == 1 for found in given)
    assert sorted(column("Refused until it is built", 1)) == sorted(set().union(*given))


def test_no_refusal_is_forgotten() -> None:
    """Whatever the check's sources refuse as not built stands in the table of what is refused."""
    kinds = [template(node.args[1]) for name, node in calls() if name == "refuse"]
    kinds = [kind for kind in kinds if kind != "…"]
    direct = [template(node.args[0]) for name, node in calls() if name == "error"]
    said = [f"{kind} is {refused.NOT_BUILT}" for kind in kinds]
    said += [message for message in direct if refused.NOT_BUILT in message and message.strip("… ") != ""]
    documented = [message.rpartition(" (")[0] for message in column("Refused until it is built", 1)]
    assert len(said) > 5
    assert [one for one in said if not any(covers(one, message) for message in documented)] == []


# The examples.


def around(condition: object) -> object:
    """The small strategy the page describes, with ``condition`` on its exit signal."""
    supporting = d.instrument("INDIAVIX", d.timeframe(indicators={}))
    return d.small(
        start=d.start(
            tradingInstrumentConfig=d.instrument("NIFTY", d.timeframe(), d.timeframe("5m", "5m", {})),
            supportingInstrumentEnabled=True,
            supportingInstrumentConfig=supporting,
        ),
        enter=d.entry_signal(variables=[d.variable_set("Low"), d.variable_set("High", d.candle("High"))]),
        leave=d.exit_signal("leave", condition),
    )


def test_there_are_examples() -> None:
    """The page has examples of every kind: a handful of strategies and conditions, and one that is refused."""
    assert len(examples("strategy")) >= 4
    assert len(examples("condition")) >= 4
    assert len(examples("refused")) == 1
    assert page().count("```json ") == sum(len(examples(label)) for label in ("strategy", "condition", "refused"))


@pytest.mark.parametrize(
    "text", examples("strategy"), ids=lambda text: re.findall(r'"(?:strategy_)?name": "(.*?)"', text)[0]
)
def test_an_example_strategy_can_run(text: str) -> None:
    """A strategy of the page is checked without any finding."""
    assert parse_strategy(json.loads(text)).findings == ()


@pytest.mark.parametrize("text", examples("condition"))
def test_an_example_condition_can_run(text: str) -> None:
    """A condition of the page is checked without an error inside the strategy the page describes."""
    assert parse_strategy(around(json.loads(text))).errors == ()


@pytest.mark.parametrize("text", examples("refused"))
def test_a_refused_example_is_refused_with_the_message_above_it(text: str) -> None:
    """The refused document has one error: the last one quoted before it."""
    (error,) = parse_strategy(json.loads(text)).errors
    before = page()[: page().index(text)]
    assert finding_text(error).removeprefix(f"{error.path}: ") == spans(prose(before))[-1]


# Links and commands.


def anchors(path: Path) -> set[str]:
    """The places of a page a link can lead to."""
    headings = re.findall(r"^#+ (.+)$", prose(page(path)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def links() -> Iterator[tuple[Path, str]]:
    """Every relative link of every page."""
    for path in markdown_files():
        text = re.sub(r"`[^`\n]*`", "", prose(page(path)))
        for target in re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", text):
            if not re.match(r"[a-z]+:", target):
                yield path, target


def test_every_link_leads_somewhere() -> None:
    """Relative links lead to files that exist, and to headings that stand there."""
    found, broken = list(links()), []
    for source, target in found:
        name, _, anchor = target.partition("#")
        path = (source.parent / name).resolve() if name else source
        if not path.exists() or (anchor and anchor not in anchors(path)):
            broken.append(f"{source.relative_to(ROOT)}: {target}")
    assert found
    assert broken == []


def commands_in_pages() -> Iterator[tuple[str, str]]:
    """Every ``strikebook …`` command set as code or standing in a block, with the page's name."""
    for path in markdown_files():
        text = page(path).replace("\\\n", " ")
        blocks = "\n".join(re.findall(r"^```.*?\n(.*?)^```", text, re.DOTALL | re.MULTILINE))
        found = [span for span in spans(prose(text)) if span.startswith("strikebook ")]
        found += re.findall(r"^(?:\$ )?(?:\.venv/bin/)?(strikebook .+?)(?:\s+#.*)?$", blocks, re.MULTILINE)
        yield from ((path.name, command) for command in found)


def command_tree() -> dict[str, set[str]]:
    """Every command of the program, with its options."""
    from typer.main import get_command

    from strikebook.cli.app import build_app

    tree: dict[str, set[str]] = {}
    pending = [("strikebook", get_command(build_app()))]
    while pending:
        name, command = pending.pop()
        tree[name] = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        pending += [(f"{name} {part}", below) for part, below in getattr(command, "commands", {}).items()]
    return tree


def test_every_command_in_the_pages_exists() -> None:
    """A ``strikebook`` command in a page is one of the program's, with options that it has."""
    tree, unknown = command_tree(), []
    groups = {name.rpartition(" ")[0] for name in tree}
    written = list(commands_in_pages())
    for where, command in written:
        words = shlex.split(command)
        name, rest = words[0], words[1:]
        while rest and f"{name} {rest[0]}" in tree:
            name, rest = f"{name} {rest[0]}", rest[1:]
        options = {word.partition("=")[0] for word in rest if word.startswith("--")}
        stops_short = name in groups and any(not word.startswith("-") for word in rest)
        if stops_short or not options <= tree[name]:
            unknown.append(f"{where}: {command}")
    assert written
    assert unknown == []


def test_every_command_is_documented() -> None:
    """Each command of the program stands in a page."""
    tree = command_tree()
    groups = {name.rpartition(" ")[0] for name in tree}
    written = [f"{command} " for _, command in commands_in_pages()]
    commands = [name for name in tree if name not in groups]
    assert commands
    assert [name for name in commands if not any(line.startswith(f"{name} ") for line in written)] == []
