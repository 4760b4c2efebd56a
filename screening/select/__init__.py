"""The choice of the hits from the ranked list, by the rules of a screen's selection."""
