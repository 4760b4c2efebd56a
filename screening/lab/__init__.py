"""Plates, picklists and machine files for the hits."""
