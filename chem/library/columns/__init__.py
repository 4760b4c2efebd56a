"""The columns of a library: finds those of the SMILES, the id and the name."""
