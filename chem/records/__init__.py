"""Records of libraries, the failures of single ones, and how numbers in them are read."""
