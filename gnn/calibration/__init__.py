"""Error bars, probabilities and domains, fitted on rows that no model saw."""
