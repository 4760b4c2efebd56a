"""Measures the scorer stage by stage on a CPU or a GPU, beside what the hardware allows."""
