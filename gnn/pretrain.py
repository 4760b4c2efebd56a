"""The door of ``python -m gnn.pretrain``: what it does is in :mod:`gnn.training.pretrain`."""

from gnn.training.pretrain import main

if __name__ == "__main__":
    main()
