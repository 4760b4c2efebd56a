"""Benchmarks against other models and programs: ``python -m benchmarks`` in a checkout."""
