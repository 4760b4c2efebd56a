"""Parquet tables, read within bounds."""
