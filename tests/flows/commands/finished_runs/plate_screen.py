"""A screen whose hits go onto plates, for the tests of their results."""

from pathlib import Path

import pytest

from gnn.bundle.bundle import Bundle
from tests.flows.conftest import Crew, Rows, WriteLibrary

SCREEN = """
name = "nightly"
title = "Nightly"
library = "library.csv"
bundles = ["{bundle}"]
hits = 10

[[primary]]
task = "small_EGFR"
zero = 5.0
full = 8.0

[lab]
plate = 96
points = 6
reference = "erlotinib"
reference_uM = 1.0
"""


def give(*words: object) -> None:
    """Give a command that has to succeed."""
    from flows.cli import main

    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    assert not ended.value.code


def screen_plates(
    folder: Path, bundle: Bundle, rows: Rows, write_library: WriteLibrary, crew: Crew
) -> Path:
    """Screen ``library.csv`` of a folder with a bundle; return the folder of the run."""
    (folder / "nightly.toml").write_text(SCREEN.format(bundle=bundle.path))
    library = write_library(folder / "library.csv", rows)
    out = folder / "runs/mine"
    give("screen", folder / "nightly.toml", "--library", library, "--out", out, *crew)
    return out
