"""A library standardized and featurized once, in processes that may be killed."""
