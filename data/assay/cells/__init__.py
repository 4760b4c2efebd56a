"""What the cells of an assay column say: numbers, bounds, units, nothing."""
