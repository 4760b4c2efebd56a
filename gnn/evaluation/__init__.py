"""Measures the quality of a bundle, for its card."""
