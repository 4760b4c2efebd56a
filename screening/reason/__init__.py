"""The sentence that says why a hit is one, and what it rests on."""
