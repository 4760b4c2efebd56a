"""Relations between a molecule and its analogs: matched pairs, substructures, R-groups."""
