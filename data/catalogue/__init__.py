"""The public datasets that hitlist knows: where they come from, fetched and verified."""
