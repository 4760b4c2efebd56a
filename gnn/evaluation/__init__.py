"""Measures the quality of a bundle, and writes it into the bundle's card."""
