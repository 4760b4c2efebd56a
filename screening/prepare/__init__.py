"""The preparation of a library: it is standardized and featurized once, in separate processes."""
