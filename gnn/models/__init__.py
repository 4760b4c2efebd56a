"""Networks and kernel machines, their weights and the files of them."""
