"""Where partitions and scores lie, and the checks of what is read from there."""
