"""Stereochemistry: what a structure says of it, and the canonical text that keeps it."""
