"""From the ranked list to the hits, by the rules of a screen's selection."""
