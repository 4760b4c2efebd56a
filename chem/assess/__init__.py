"""Judgements of few molecules: alerts, synthetic accessibility, likeness and clusters."""
