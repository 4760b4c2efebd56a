"""How fast every stage is."""
