"""The evidence for and against a hit: neighbours, atoms, alerts, measurements."""
