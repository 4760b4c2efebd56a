"""Tables of measured activities: merged, checked against themselves, split."""
