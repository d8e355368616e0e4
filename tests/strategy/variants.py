"""``small()`` with one thing changed, and the paths its parts have."""

from __future__ import annotations

from tests.strategy import documents as d

N = "$.nodes"
LEAF = f"{N}[{d.LEAVE}].data.conditions[0].conditions[1]"
START = f"{N}[{d.START}].data"
TIMEFRAME = f"{START}.tradingInstrumentConfig.timeframes[0]"
LEG = f"{N}[{d.ENTRY}].data.positions[0]"
ORDER = f"{N}[{d.EXIT}].data.exitNodeData.orderConfig"
END = f"{N}[{d.SQUARE}].data.endConditions"


def rsi_above(value=70):
    return d.leaf(d.indicator(), ">", d.constant(value))


def lhs(expression):
    """``small()`` with one more condition that reads ``expression``."""
    return d.with_condition(d.leaf(expression, ">", d.constant(1)))


def comparing(operator, left, right):
    return d.with_condition(d.leaf(left, operator, right))


def indicators(**declared):
    config = d.instrument("NIFTY", d.timeframe(indicators={d.RSI: d.indicator_declared(), **declared}))
    return d.small(start=d.start(tradingInstrumentConfig=config))


def timeframes(*items):
    config = d.instrument("NIFTY", d.timeframe(), *items)
    return d.small(start=d.start(tradingInstrumentConfig=config))


def legs(*items, **data):
    return d.small(entry=d.entry("entry", *items, **data))


def exiting(order=None, target="p1", **data):
    return d.small(exit=d.exit_node("exit", target, order, **data))


def ending(**block):
    return d.small(square=d.square_off("square", **block))


def setting(*variables):
    return d.small(enter=d.entry_signal(variables=list(variables)))


def reading(node_id, name):
    return lhs(d.variable_read(node_id, name))


def without(document, *ids):
    document["nodes"] = [node for node in document["nodes"] if node["id"] not in ids]
    document["edges"] = [edge for edge in document["edges"] if edge["source"] not in ids and edge["target"] not in ids]
    return document


def target(**more):
    return {"performanceBasedExit": {"enabled": True, "dailyPnLTarget": {"enabled": True, **more}}}


ON = {"enabled": True}
