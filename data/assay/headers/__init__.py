"""What the header of an assay column says: quantity, unit, condition, statistic."""
