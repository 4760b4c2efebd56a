"""Models of one small assay each."""
