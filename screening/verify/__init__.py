"""Checks a finished run: its files, its structures, its scores and its hit list."""
