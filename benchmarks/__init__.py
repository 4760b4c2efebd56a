"""Benchmarks beside other models and programs: ``python -m benchmarks`` in a checkout."""
