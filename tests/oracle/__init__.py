"""The oracle: a slow, obvious, second-by-second engine that the fast one is compared with.

It shares no code with the engine or the strategy parser. It reads the JSON document and the raw rows itself:
``document`` (the graph), ``market`` (prices and candles as they were known at a step), ``values`` (expressions
and conditions), ``book`` (lives, rows, profit), ``contracts`` and ``strikes`` (which contract a leg takes), ``entries``
and ``exits`` (orders), ``order_terms``, ``limit_orders`` and ``waits`` (how they go in), ``protection`` (stops,
targets, trails), ``combined`` (an entry's legs together), ``leg_re_entries`` (without a condition), ``lazy_legs``
(armed by a close), ``closing`` (the end of the day), ``excursions`` (how far profits went), ``estimates``
(greeks and margin), ``reports`` (why a signal did not fire), ``day`` (the clock, the walk and the phases) and
``outcome`` (what it came to).
"""

from tests.oracle.day import run_oracle
from tests.oracle.outcome import OracleDay

__all__ = ["OracleDay", "run_oracle"]
