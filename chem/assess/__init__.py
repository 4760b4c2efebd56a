"""Judgements of few molecules: alerts, synthetic accessibility, similarity and clusters."""
