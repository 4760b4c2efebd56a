"""The public datasets that hitlist knows: their sources, download and verification."""
