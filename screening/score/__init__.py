"""Predictions for prepared compounds: first by the surrogates, then by the ensembles."""
