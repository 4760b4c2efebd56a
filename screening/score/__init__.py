"""Predictions for prepared compounds: the surrogates first, then the ensembles."""
