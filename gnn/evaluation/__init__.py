"""Measures how good a bundle is, and writes the card that says so."""
