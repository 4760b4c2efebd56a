"""Whole runs: planned, run, handed over, opened again, verified."""
