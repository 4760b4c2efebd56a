"""Features of molecules for models and filters: graphs, fingerprints, properties."""
