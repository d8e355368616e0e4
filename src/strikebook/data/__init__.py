"""Dated facts of the market, as tables with a source in every row."""
