"""Tables that are computed once."""

from pathlib import Path

import pandas as pd
import pytest

from screening.storage.cached_tables import cached_table

COLUMNS = {"word": "str", "number": "int64"}


def table(made_of: str, *counts: int) -> pd.DataFrame:
    def compute() -> pd.DataFrame:
        if not counts:
            raise AssertionError
        return pd.DataFrame([("a", count) for count in counts], columns=list(COLUMNS))

    return cached_table("some", made_of, COLUMNS, compute)


def test_a_table_is_computed_once_and_again_if_its_file_is_damaged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HITLIST_CACHE", str(tmp_path))
    assert table("x", 1, 2)["number"].tolist() == [1, 2]
    assert table("x")["number"].tolist() == [1, 2]
    assert table("y", 3)["number"].tolist() == [3]
    for file in (tmp_path / "some").iterdir():
        file.write_bytes(b"PAR1")
    assert table("x", 4)["number"].tolist() == [4]


def test_an_empty_table_keeps_its_columns(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HITLIST_CACHE", str(tmp_path))
    empty = pd.DataFrame(columns=list(COLUMNS))
    for _ in range(2):
        found = cached_table("some", "z", COLUMNS, lambda: empty)
        assert found.empty
        assert found.dtypes.astype(str)["number"] == "int64"


def test_a_cache_that_cannot_be_written_costs_no_result(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HITLIST_CACHE", str(tmp_path / "file"))
    assert table("x", 1)["number"].tolist() == [1]
