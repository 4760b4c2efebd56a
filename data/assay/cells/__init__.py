"""Reads the cells of an assay's columns: numbers, bounds, units, missing values."""
