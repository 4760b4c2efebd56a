"""Cells, numbers, names and words shared by all outputs."""
