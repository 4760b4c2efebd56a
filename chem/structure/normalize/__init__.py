"""Groups and tautomers that are drawn in more than one way, brought to one drawing."""
