"""Benchmarks of the explanations and the ranking by the bundles that come with hitlist."""
