"""Explanations and ranking by the bundles that come with hitlist."""
