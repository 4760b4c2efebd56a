"""Molecules per second of every stage and of other programs."""
