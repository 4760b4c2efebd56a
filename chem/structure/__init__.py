"""From a structure as it came to the one that is judged, and the key of its compound."""
