"""The changes of the hit list between two runs of a screen, each with its cause."""
