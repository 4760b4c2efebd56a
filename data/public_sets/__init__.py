"""Reads catalogue datasets as tables of activities."""
