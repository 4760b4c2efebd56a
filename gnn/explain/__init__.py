"""What each atom adds to a prediction, and a map of molecules."""
