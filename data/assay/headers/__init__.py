"""Parses the headers of an assay's columns: quantity, unit, condition, statistic."""
