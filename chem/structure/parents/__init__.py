"""Salts, solvates and mixtures: the choice of the fragment that is the compound."""
