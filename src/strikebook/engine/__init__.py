"""The engine: a market day and a strategy in, a day's result out. No files, no clock, no log."""
