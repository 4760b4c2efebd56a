"""Networks and kernel machines, their weights and their files."""
