"""Keeps what a recipe measures apart from what it trains on."""
