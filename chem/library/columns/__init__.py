"""The columns of a library: which ones hold the SMILES, the id and the name."""
