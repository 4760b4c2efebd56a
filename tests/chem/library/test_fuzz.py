"""Damaged libraries of every format: read, or refused in one line; nothing else, and no row lost.

``HITLIST_FUZZ`` says how many mutants there are of each (``make fuzz``: 100,000).
"""

import gzip
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from chem.errors import InputError
from chem.library.read import open_library
from tests.chem.seeds import SEEDS
from tests.fuzzing import held, mutants, mutate, rewrite

MUTANTS = mutants(20_000)


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("packed", ["", ".gz"])
@pytest.mark.parametrize("ending", SEEDS)
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, ending: str, packed: str) -> None:
    share = MUTANTS // 2
    read = fuzz(tmp_path / f"library.{ending}{packed}", SEEDS[ending](), share)
    assert read > share // 50


def fuzz(path: Path, seeds: Sequence[bytes], count: int) -> int:
    """Read so many mutants; return how many of them could be read."""
    rng = random.Random(f"7 {path.name}")
    read = 0
    for at in range(count):
        content = mutate(seeds[at % len(seeds)], rng)
        if path.suffix == ".gz":
            content = gzip.compress(content, 1)
            content = mutate(content, rng) if at % 4 == 3 else content
        rewrite(path, content)
        with held(f"mutant {at}"):
            rows = [record.row for record in open_library(path)]
            assert rows == list(range(1, len(rows) + 1))
            read += 1
    return read


def test_seeds_are_libraries(tmp_path: Path) -> None:
    for ending, seeds in SEEDS.items():
        for content in seeds():
            path = tmp_path / f"library.{ending}"
            path.write_bytes(content)
            try:
                records = list(open_library(path))
            except InputError as error:
                pytest.fail(f"{content[:300]!r}: {error}")
            assert len(records) > 2
            assert any(record.problem is None for record in records), content
