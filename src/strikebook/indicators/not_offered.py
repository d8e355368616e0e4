"""The names that the builder offers and the catalogue does not, each with its reason.

A name that means different things to different programs is left out rather than given one of the meanings:
a number that silently differs from what was drawn is worse than none.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_PIVOTS = "needs the high, low and close of completed days, weeks or months, which a candle series does not have"
_ONE_LIBRARY = "defined by one library only, not by an agreed publication"
_PROPRIETARY = "proprietary (Jurik); what circulates are reconstructions that differ"

NOT_OFFERED: Mapping[str, str] = MappingProxyType(
    {
        "BIAS": "no agreed definition: a ratio for some, a percentage for others",
        "BRAR": "not in TA-Lib, not built yet",
        "CFO": "no agreed definition: the forecast is this candle's line for some, the candle before's for others",
        "CG": "no agreed definition: with and without Ehlers's offset of (length + 1) / 2",
        "INERTIA": "no agreed definition: a regression over one of several relative volatility indices",
        "PGO": "no agreed definition: distance in EMAs of the true range, or of the average true range",
        "QQE": "no agreed definition: bands, seeds and the meaning of its lines differ between programs",
        "RSX": _PROPRIETARY,
        "RVGI": "no agreed definition for weights of another length than four",
        "SMI": "two indicators bear the name (stochastic momentum index, ergodic indicator), and TA-Lib's needs the"
        " length of a range, which the builder does not give",
        "SQUEEZE": "no agreed definition: momentum and average true range differ between programs",
        "STC": "no agreed definition: smoothing and the number of stochastic passes differ between programs",
        "ALLIGATOR": "no agreed definition: of the close or the median price, its lines shifted ahead or not",
        "AMAT": _ONE_LIBRARY,
        "CKSP": "no agreed definition: which of the two stops is the long one differs between programs",
        "DECAY": _ONE_LIBRARY,
        "TTM_TREND": "no agreed definition: windows with and without the candle itself",
        "ZIGZAG": "looks ahead: a turning point is known only by later candles, and is repainted",
        "ABERRATION": _ONE_LIBRARY,
        "ATRTS": "no agreed definition: what starts and what moves the stop differs between programs",
        "HWC": _ONE_LIBRARY,
        "THERMO": "no agreed definition: what its factors for long and short do to the two outputs",
        "AOBV": _ONE_LIBRARY,
        "KVO": "no agreed definition: Klinger's cumulative form and a simple signed volume both bear the name",
        "PVR": "no agreed definition: the rank of an unchanged price or volume",
        "TSV": "no agreed definition: proprietary (Worden), reconstructions differ",
        "VP": "no value per candle: a profile of volume over prices",
        "CDL_INSIDE": "not in TA-Lib, and no agreed definition: equal highs and lows count or not, signs differ",
        "RENKO": "no value per candle: bricks come several or none to a candle",
        "ICHIMOKU": "the chikou span looks ahead, and programs shift the senkou spans by displacement or one less",
        "FISHER": "no agreed definition: smoothing, limits and seed of the normalised price differ between programs",
        "FWMA": _ONE_LIBRARY,
        "JMA": _PROPRIETARY,
        "PWMA": _ONE_LIBRARY,
        "SINWMA": _ONE_LIBRARY,
        "SWMA": "no agreed definition: four fixed weights for some, a triangle of any length for others",
        "VIDYA": "no agreed definition: adapts by Chande's momentum for some, by standard deviation for others",
        "ZLMA": "no agreed definition: a zero-lag form of any average; ZLEMA is offered",
        "HWMA": _ONE_LIBRARY,
        "DRAWDOWN": "no agreed definition: in points or percent, and the peak depends on where the series begins",
        "PIVOT": _PIVOTS,
        "CPR": _PIVOTS,
        "CAMARILLA": _PIVOTS,
        "FIBONACCI_PIVOT": _PIVOTS,
        "WOODIE_PIVOT": _PIVOTS,
        "DEMARK_PIVOT": _PIVOTS,
        "ANCHORED_VWAP": "needs the time of each candle for its anchors; VWAP, anchored at the open, is offered",
        "ENTROPY": "no agreed definition: prices are no probabilities, and bases differ",
        "KURTOSIS": "no agreed definition: of the sample or the population, with or without the 3 of the normal",
        "QUANTILE": "no agreed definition: programs interpolate between prices in nine ways",
        "SKEW": "no agreed definition: of the sample or the population",
        "SUPPORT_RESISTANCE": "looks ahead: a level is known only right_bars candles later; no agreed definition",
    }
)
