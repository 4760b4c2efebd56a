"""Benchmarks of speed: molecules per second of every stage and of other programs."""
