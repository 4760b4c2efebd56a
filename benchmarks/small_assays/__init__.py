"""Benchmarks of models that are each trained on one small assay."""
