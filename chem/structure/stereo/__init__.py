"""Stereochemistry: the statements of a structure, and the canonical text that keeps them."""
