"""Runs ``python -m gnn.pretrain``, which :mod:`gnn.training.pretrain` implements."""

from gnn.training.pretrain import main

if __name__ == "__main__":
    main()
