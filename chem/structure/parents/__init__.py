"""Salts, solvates and mixtures: which fragment is the compound."""
