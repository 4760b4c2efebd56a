"""The model card: what a bundle says of itself."""
