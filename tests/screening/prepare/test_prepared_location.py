from pathlib import Path

import pytest

from chem.errors import InputError
from chem.library.read import open_library
from screening.prepare.prepared_location import (
    LEAST,
    MOST,
    PARTITIONS,
    SECONDS_VARIABLE,
    UNKNOWN,
    Limits,
    prepared_key,
    read_limits,
    rows_for,
    rows_of_partition,
)

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
    monkeypatch.setattr("screening.prepare.prepared_location.LEAST", 1)
    monkeypatch.setattr("screening.prepare.prepared_location.PARTITIONS", 1)
    monkeypatch.setattr("screening.prepare.prepared_location.MOST_OF_SDF", 2)
    copy = tmp_path / "vendor.sdf"
    copy.write_bytes((FILES / "vendor.sdf").read_bytes())
    library = open_library(copy)
    assert len(list(library)) > 2
    assert rows_of_partition(library) == 2


def test_a_library_that_cannot_be_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screening.prepare.prepared_location.estimate_records", lambda *given: None)
    (tmp_path / "b.smi").write_text("CCN\n")
    assert rows_of_partition(open_library(tmp_path / "b.smi")) == UNKNOWN


@pytest.mark.parametrize("given", [{}, {SECONDS_VARIABLE: " "}, {SECONDS_VARIABLE: "10"}])
def test_a_molecule_has_ten_seconds_and_a_gibibyte(given: dict[str, str]) -> None:
    assert read_limits(given) == Limits(10.0, 2**30)


def test_the_environment_gives_other_seconds() -> None:
    assert read_limits({SECONDS_VARIABLE: "2.5"}) == Limits(seconds=2.5)


@pytest.mark.parametrize("text", ["fast", "0", "-1", "nan", "inf", "0.1", "1e9"])
def test_other_seconds_are_refused_in_one_line(text: str) -> None:
    with pytest.raises(InputError, match=rf"^{SECONDS_VARIABLE} is '{text}', expected [^\n]*$"):
        read_limits({SECONDS_VARIABLE: text})
