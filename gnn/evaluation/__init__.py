"""How good a bundle is, and the card that says so."""
