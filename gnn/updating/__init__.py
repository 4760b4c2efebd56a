"""Predictions moved by a campaign's own results, without a training."""
