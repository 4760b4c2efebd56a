"""How good the bundles are that come with hitlist."""
