"""Whole runs: how they are planned, run, handed over, opened again and verified."""
