"""A team's own assay file, read into a table of activities."""
