"""Strikebook runs options strategies over past trading days and keeps the reason for every trade."""

__version__ = "0.7.0"
