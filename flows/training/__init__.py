"""Trainings that were planned, made into bundles."""
