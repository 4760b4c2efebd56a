"""The preferred tautomer and resonance form of a conjugated system."""
