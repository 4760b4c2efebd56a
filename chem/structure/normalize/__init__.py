"""Groups and tautomers that can be drawn in more than one way, converted to one drawing."""
