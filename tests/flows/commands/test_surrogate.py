"""``hitlist surrogate``: a bundle of one's own gets the network that goes before its ensemble."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gnn.bundle.bundle import Bundle, load_bundle
from gnn.bundle.surrogate import FILE
from tests.flows.conftest import Run, WriteLibrary


@pytest.mark.slow
def test_a_bundle_gets_its_surrogate(
    run: Run, make_bundle: Callable[..., Bundle], tmp_path: Path
) -> None:
    bundle = make_bundle(tmp_path / "bundle")
    words = ("--library", "approved_drugs", "--epochs", "2", "--hidden", "32")
    (bundle.path / FILE).write_bytes(b"damaged: made anew, as the error about it advises")
    answer = run("surrogate", bundle.path, *words)
    assert answer.code == 0, answer.err
    assert answer.out.strip() == str(bundle.path / FILE)
    assert "R2 against the bundle's predictions:" in answer.err
    found = load_bundle(bundle.path, bundle.card.featurizer).surrogate
    assert found is not None
    assert found.card.data == "2,628 of approved_drugs"
    assert found.card.errors.keys() == {"EGFR", "herg"}


def test_too_few_compounds_are_told_in_one_line(
    run: Run,
    make_bundle: Callable[..., Bundle],
    write_library: WriteLibrary,
    tmp_path: Path,
) -> None:
    bundle = make_bundle(tmp_path / "bundle")
    library = write_library(tmp_path / "library.csv", [("a", "CCO"), ("b", "OCC"), ("c", "CCN")])
    answer = run("surrogate", bundle.path, "--library", library)
    assert answer.code == 2
    told = answer.err.strip().splitlines()
    assert "found 2 different compounds, expected 1,000" in told[-1]
    assert all(line.startswith("structures: ") for line in told[:-1])  # progress, if it is slow
    assert not (bundle.path / FILE).exists()
