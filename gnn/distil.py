"""Runs ``python -m gnn.distil``, which :mod:`gnn.training.distil` implements."""

from gnn.training.distil import main

if __name__ == "__main__":
    main()
