"""Measurements of bundles on held-out rows, for ``hitlist benchmark models``."""
