"""The headers of an assay's columns, parsed: quantity, unit, condition, statistic."""
