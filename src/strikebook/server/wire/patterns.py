"""What texts may look like, as regular expressions that JSON Schema knows too."""

from __future__ import annotations

ID_PATTERN = r"^[A-Za-z0-9_@\-][A-Za-z0-9._@\-]{0,127}$"
_YEAR = "(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})"
_MONTHS = (("(0[1-9]|[12][0-9]|3[01])", "(0[13578]|1[02])"), ("(0[1-9]|[12][0-9]|30)", "(0[469]|11)"))
_FEBRUARY = ("(0[1-9]|[12][0-9])", "02")
_STORED_DAYS = "|".join(f"{day}-{month}-{_YEAR}" for day, month in (*_MONTHS, _FEBRUARY))
_ISO_DAYS = "|".join(f"{_YEAR}-{month}-{day}" for day, month in (*_MONTHS, _FEBRUARY))
DATE_PATTERN = f"^({_STORED_DAYS}|{_ISO_DAYS})$"
TIMEFRAME_PATTERN = r"^([1-9][0-9]{0,2}m|1[0-3][0-9]{2}m|14[0-3][0-9]m|[1-9]h|1[0-9]h|2[0-3]h|1d)$"
SYMBOL_PATTERN = (
    rf"^[A-Z0-9][A-Z0-9&_\-]{{0,31}}(:({_ISO_DAYS}):OPT:[0-9]{{1,9}}(\.[0-9]{{1,2}})?:(CE|PE))?$"  # a future has none
)
SCALE_PATTERN = r"^(10000|[1-9][0-9]{0,3}(\.[0-9]{1,10})?|0\.[0-9]{0,9}[1-9][0-9]{0,9})$"
SLIPPAGE_PATTERN = r"^(10000|[0-9]{1,4}(\.[0-9]{1,10})?) ?(points?|pts?|ticks?|percent|%)?$"
BROKERAGE_PATTERN = (
    r"^((10000|[0-9]{1,4}(\.[0-9]{1,4})?)( per order| per lot( max [0-9]{1,7}(\.[0-9]{1,2})?)?)?|"
    r"(100|[0-9]{1,2}(\.[0-9]{1,4})?) ?(percent|%)( max [0-9]{1,7}(\.[0-9]{1,2})?)?)$"
)
TTL_PATTERN = (
    r"^(default|87600|0\.[0-9]{0,5}[1-9]0{0,6}|"
    r"([1-9][0-9]{0,3}|[1-7][0-9]{4}|8[0-6][0-9]{3}|87[0-5][0-9]{2})(\.[0-9]{1,6})?)$"
)
JOB_PATTERN = r"^bt_[0-9]{8}_[0-9]{6}_[0-9a-f]{6}$"
