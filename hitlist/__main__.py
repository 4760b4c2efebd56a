"""``python -m hitlist screen kinase``: the command, where its script is not in the search path."""

from flows.cli import main

if __name__ == "__main__":
    main()
