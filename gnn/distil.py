"""The door of ``python -m gnn.distil``: what it does is in :mod:`gnn.training.distil`."""

from gnn.training.distil import main

if __name__ == "__main__":
    main()
