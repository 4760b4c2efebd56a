"""Builds a bundle from a recipe or from a team's own assay."""
