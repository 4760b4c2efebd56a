"""Benchmarks of hitlist, beside forests, published results and other programs."""
