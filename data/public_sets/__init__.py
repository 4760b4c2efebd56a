"""Catalogue datasets as tables of activities."""
