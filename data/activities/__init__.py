"""Tables of measured activities: merged, checked for contradictions, split."""
