"""Decisions that hide compounds: how each was when somebody decided about it."""
