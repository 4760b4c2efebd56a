"""Simulated campaigns: how many actives each way to pick plates finds in public assays."""
