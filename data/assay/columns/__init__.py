"""Which columns of an assay file are measurements, and what stands beside them."""
