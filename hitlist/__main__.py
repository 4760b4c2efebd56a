"""Run the command as ``python -m hitlist``, for when its script is not in the search path."""

from flows.cli import main

if __name__ == "__main__":
    main()
