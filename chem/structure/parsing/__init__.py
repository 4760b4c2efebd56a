"""Structures read by RDKit, or the reasons why they cannot be read or scored."""
