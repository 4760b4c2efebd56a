"""Structures: from the one in a record to the one that is scored, and its registration key."""
