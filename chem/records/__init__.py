"""Records of libraries, the failures of single ones, numbers in them, and text for people."""
