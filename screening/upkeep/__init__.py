"""The contents of the cache and of the folder of runs: listed, verified, removed."""
