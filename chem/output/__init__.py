"""Drawings of molecules for people, and SD files."""
