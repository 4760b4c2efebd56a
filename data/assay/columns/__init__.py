"""Finds the columns of measurements in an assay file, and the columns that belong to them."""
