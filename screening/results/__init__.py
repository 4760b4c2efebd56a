"""The evaluation of assay plates that a run planned: checks, inhibition, dose-response curves."""
