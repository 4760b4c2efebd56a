"""The reason of a hit: one sentence on its prediction, strengths, facts and warnings."""
