"""The checks of ``hitlist doctor``, one file for each group, and their table."""
