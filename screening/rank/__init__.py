"""From scored compounds to an order of the best that depends on nothing else."""
