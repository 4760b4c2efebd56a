"""Relations between a molecule and its analogs: matched pairs, reactions, R-groups and others."""
