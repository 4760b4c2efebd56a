"""Damaged assays: read, described, or refused in one line."""

import random
from pathlib import Path

import pytest

from data.assay.read import AssayOptions, describe_assay, read_assay
from tests.fuzzing import held, mutants, mutate, rewrite

FOLDER = Path(__file__).parents[2] / "cases/assay"
SEEDS = sorted(FOLDER.rglob("*.[ct]sv"), key=lambda path: path.name)
LINES = 7
"""Of an assay; the first is its header."""


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("how", ["read", "skip", "describe"])
def test_a_damaged_assay_is_read_or_refused(tmp_path: Path, how: str) -> None:
    """It is read, or read without the cells that cannot be, or described."""
    rng = random.Random(f"7 {how}")
    texts = [b"".join(path.read_bytes().splitlines(True)[:LINES]) for path in SEEDS]
    options = AssayOptions(minimum_rows=2, skip_bad_cells=how == "skip")
    read = 0
    count = mutants(5_000) // 3
    for at in range(count):
        path = tmp_path / f"assay{SEEDS[at % len(SEEDS)].suffix}"
        rewrite(path, mutate(texts[at % len(texts)], rng))
        with held(f"mutant {at}"):
            if how == "describe":
                describe_assay(path, options)
            else:
                table = read_assay(path, options)
                assert len(table.smiles) == len(table.values)
            read += 1
    assert read > count // 50
