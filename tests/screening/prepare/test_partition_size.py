from pathlib import Path

import pytest

from chem.library.read import open_library
from screening.prepare.partition_size import (
    LEAST,
    MOST,
    PARTITIONS,
    UNKNOWN,
    rows_for,
    rows_of_partition,
)
from screening.prepare.paths import prepared_key

FILES = Path(__file__).parents[2] / "files" / "chem"


@pytest.mark.parametrize("records", [0, 1, 499, 4999, 5001, 199_999, 200_001, 10**9])
def test_partitions_are_neither_small_nor_large_nor_few(records: int) -> None:
    rows = rows_for(records)
    assert LEAST <= rows <= MOST
    if LEAST < rows < MOST:
        assert PARTITIONS - 1 <= records / rows <= PARTITIONS


def test_the_cut_follows_the_content(tmp_path: Path) -> None:
    """A library of other length has another cut, and a key of its own; a copy has the same."""
    few, many, copy = (tmp_path / name / "a.smi" for name in ("few", "many", "copy"))
    for path, lines in ((few, 100), (many, 10 * 600), (copy, 10 * 600)):
        path.parent.mkdir()
        path.write_text("CCO\n" * lines)
    libraries = [open_library(path) for path in (few, many, copy)]
    assert [rows_of_partition(library) for library in libraries] == [LEAST, 600, 600]
    keys = [prepared_key(library) for library in libraries]
    assert keys[1] == keys[2] == prepared_key(libraries[1], 600) != keys[0]


def test_sd_files_are_cut_smaller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screening.prepare.partition_size.LEAST", 1)
    monkeypatch.setattr("screening.prepare.partition_size.PARTITIONS", 1)
    monkeypatch.setattr("screening.prepare.partition_size.MOST_OF_SDF", 2)
    copy = tmp_path / "vendor.sdf"
    copy.write_bytes((FILES / "vendor.sdf").read_bytes())
    library = open_library(copy)
    assert len(list(library)) > 2
    assert rows_of_partition(library) == 2


def test_a_library_that_cannot_be_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screening.prepare.partition_size.estimate_records", lambda *given: None)
    (tmp_path / "b.smi").write_text("CCN\n")
    assert rows_of_partition(open_library(tmp_path / "b.smi")) == UNKNOWN
