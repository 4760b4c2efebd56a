"""Options, progress, tables, results of runs and cards of models, at a terminal."""
