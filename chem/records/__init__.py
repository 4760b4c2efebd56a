"""Records of libraries, failures of single records, numbers in them, and text for people."""
