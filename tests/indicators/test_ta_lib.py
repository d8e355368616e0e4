"""TA-Lib without pandas and polars in processes of our own, and as its user knows it in anybody else's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import strikebook

_ALONE = """
import sys
import strikebook.service.own_process
from strikebook.indicators.catalogue import find
from strikebook.indicators.ta_lib import talib
import numpy
assert find("sma") is not None
assert not {"pandas", "polars"} & set(sys.modules), "loaded for nothing"
assert talib.SMA(numpy.arange(5.0), 2).tolist()[1:] == [0.5, 1.5, 2.5, 3.5]
import pandas, polars
assert pandas.Series([1.0]).sum() == polars.Series([1.0]).sum() == 1
"""
_BESIDE_OTHERS = """
import pandas
import strikebook.service.day_task
import talib
assert talib.SMA(pandas.Series([1.0, 2.0, 3.0]), 2).tolist()[1:] == [1.5, 2.5]
"""
_LOADED_BEFORE = """
import pandas
import strikebook.service.own_process
import strikebook.service.day_task
import talib
assert talib.SMA(pandas.Series([1.0, 2.0, 3.0]), 2).tolist()[1:] == [1.5, 2.5]
assert pandas is sys.modules["pandas"]
"""


def _run(text: str) -> None:
    subprocess.run([sys.executable, "-c", f"import sys\n{text}"], check=True, timeout=60)


def test_a_process_of_our_own_loads_no_pandas_for_ta_lib_and_can_load_it_afterwards() -> None:
    """Neither is loaded by the indicators, and both work once somebody asks for them."""
    _run(_ALONE)


def test_in_a_process_that_is_not_ours_ta_lib_takes_the_columns_of_pandas() -> None:
    """A notebook that runs backtests keeps its TA-Lib."""
    _run(_BESIDE_OTHERS)


def test_a_pandas_that_was_loaded_before_stays() -> None:
    """What a process has loaded is neither hidden nor lost."""
    _run(_LOADED_BEFORE)


def test_ta_lib_is_imported_in_one_place() -> None:
    """Any other import of it would come first, with pandas."""
    package = Path(strikebook.__file__).parent
    others = [path.name for path in package.rglob("*.py") if "\nimport talib" in path.read_text("utf-8")]
    assert not others, f"{others}: import it from strikebook.indicators.ta_lib"
