"""The oracle: a slow, obvious, second-by-second engine that the fast one is compared with.

It shares no code with the engine or the strategy parser. It reads the JSON document and the raw rows itself:
``document`` (the graph), ``market`` (prices and candles as they were known at a step), ``values`` (expressions
and conditions), ``book`` (lives, rows, profit), ``contracts`` (which contract a leg takes), ``entries`` and
``exits`` (orders), ``protection`` (stops, targets, trails), ``leg_re_entries`` (without a condition), ``lazy_legs``
(armed by a close), ``reports`` (why a signal did not fire) and ``day`` (the clock, the walk and the phases).
"""

from tests.oracle.day import OracleDay, run_oracle

__all__ = ["OracleDay", "run_oracle"]
