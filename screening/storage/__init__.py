"""The storage of partitions and scores, and the checks of all that is read from it."""
