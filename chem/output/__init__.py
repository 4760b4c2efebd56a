"""Molecules drawn for people and written as SD files."""
