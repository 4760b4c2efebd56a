"""Contributions of atoms to a prediction, and a map of molecules."""
