"""Cells, units, names and words that every output shares."""
