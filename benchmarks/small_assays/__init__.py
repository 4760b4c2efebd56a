"""How good a model of one small assay is."""
