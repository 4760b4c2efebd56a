"""Models that a campaign can promote, and their comparison on results that they did not know."""
