"""The nouns of the market and of a day's result: immutable, without files, clocks or logs."""
