"""The commands that make models or tell of them."""
