"""Which column of a library holds the SMILES, the id and the name."""
