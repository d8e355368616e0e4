"""One catalogue of indicators: names, parameters, outputs and computations, over TA-Lib where it has them."""
