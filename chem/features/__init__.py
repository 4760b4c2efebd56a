"""What models and filters see of a molecule: graphs, fingerprints, properties."""
