"""The cells of an assay's columns, read: numbers, bounds, units, nothing."""
