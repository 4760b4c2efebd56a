"""Molecules as models see them: batches of graphs, counted and hashed substructures."""
