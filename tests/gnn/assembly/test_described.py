"""Descriptors of many molecules: those of one process, kept in the cache, never a damaged piece."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

from chem.errors import InputError
from chem.features.descriptors import descriptors
from gnn.assembly import described
from gnn.assembly.described import KEPT_DAYS, describe_molecules

SMILES = ["C" * length + end for length in range(1, 9) for end in ("O", "N", "F", "C(=O)O", "Cl")]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and pieces of sixteen molecules."""
    monkeypatch.setenv("HITLIST_CACHE", str(tmp_path))
    monkeypatch.setattr(described, "_ALONE", 10)
    monkeypatch.setattr(described, "_PIECE", 16)
    return tmp_path / "training/descriptors"


def test_processes_and_the_cache_change_no_bit(cache: Path) -> None:
    lines: list[tuple[str, int, int]] = []
    whole = descriptors(SMILES)
    found = describe_molecules(SMILES, lambda *line: lines.append(line), processes=2)
    assert found.tobytes() == whole.tobytes()
    assert lines[-1] == ("descriptors", 40, 40)
    pieces = sorted(cache.glob("*.npz"))
    assert len(pieces) == 3
    again = describe_molecules(SMILES, processes=1)
    assert again.tobytes() == whole.tobytes()
    assert sorted(cache.glob("*.npz")) == pieces


def test_pieces_that_are_kept_are_read(cache: Path) -> None:
    describe_molecules(SMILES[:16], processes=1)
    (piece,) = cache.glob("*.npz")
    marked = np.full((16, 3), 7, np.float32)
    np.savez_compressed(piece, descriptors=marked)
    np.testing.assert_array_equal(describe_molecules(SMILES[:16], processes=1), marked)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 not a file of arrays"])
def test_damaged_pieces_are_made_again(cache: Path, damage: bytes) -> None:
    whole = describe_molecules(SMILES[:16], processes=1)
    (piece,) = cache.glob("*.npz")
    piece.write_bytes(damage)
    assert describe_molecules(SMILES[:16], processes=1).tobytes() == whole.tobytes()
    assert piece.stat().st_size > 100


def test_old_pieces_are_removed(cache: Path) -> None:
    describe_molecules(SMILES[:16], processes=1)
    (old,) = cache.glob("*.npz")
    then = time.time() - (KEPT_DAYS + 1) * 24 * 3600
    os.utime(old, (then, then))
    describe_molecules(SMILES[16:32], processes=1)
    assert not old.exists()


def test_an_unreadable_molecule_is_an_error() -> None:
    with pytest.raises(InputError):
        describe_molecules([*SMILES[:15], "CCQ"], processes=1)
