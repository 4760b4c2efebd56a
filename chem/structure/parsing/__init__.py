"""Structures read by RDKit, or the reason why one cannot be read or judged."""
