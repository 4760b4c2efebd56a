"""The campaign folder: an append-only log of assay results, and their files."""
