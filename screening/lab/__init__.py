"""Plates, picklists and the order for the hits of a run."""
