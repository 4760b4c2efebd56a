"""The columns of an assay file: finds the measurements, and what stands beside them."""
