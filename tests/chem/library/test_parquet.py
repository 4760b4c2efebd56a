"""Parquet tables."""

import datetime
import gzip
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chem.errors import InputError
from chem.library.read import open_library


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pa.array(["007", None, "NA", ""]), ["007", "", "NA", ""]),
        (pa.array([7, None, 2**53 + 1, -1], pa.int64()), ["7", "", "9007199254740993", "-1"]),
        (pa.array([2**64 - 1, None, 0, 1], pa.uint64()), [str(2**64 - 1), "", "0", "1"]),
        (pa.array([1.5, None, 0.1, 1e-7]), ["1.5", "", "0.1", "1e-7"]),
        (pa.array([0.1, None, 1.5, 2.5], pa.float32()), ["0.1", "", "1.5", "2.5"]),
        (pa.array([True, None, False, True]), ["true", "", "false", "true"]),
        (pa.array(["a", None, "b", "a"]).dictionary_encode(), ["a", "", "b", "a"]),
        (pa.array([b"007", None, b"x", b"y"]), ["007", "", "x", "y"]),
        (pa.array([[1, 2], None, [], [3]]), ["[1, 2]", "", "[]", "[3]"]),
        (pa.array([Decimal("1.50"), None, Decimal("2.00"), Decimal("0.10")]), None),
        (pa.array([datetime.date(2026, 1, 2), None, None, None]), ["2026-01-02", "", "", ""]),
        (pa.nulls(4), ["", "", "", ""]),
    ],
)
def test_every_value_becomes_text(
    tmp_path: Path, values: pa.Array, texts: list[str] | None
) -> None:
    path = tmp_path / "library.parquet"
    pq.write_table(pa.table({"smiles": ["C", "CC", "CCC", "CCCC"], "x": values}), path)
    expected = texts or ["1.50", "", "2.00", "0.10"]
    assert [record.extra["x"] for record in open_library(path)] == expected
    as_id = [record.compound_id for record in open_library(path, id_column="x")]
    assert as_id == [text or f"row{row}" for row, text in enumerate(expected, start=1)]


def test_a_missing_smiles_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "library.parquet"
    pq.write_table(pa.table({"smiles": ["C", None], "id": [1, 2]}), path)
    good, bad = open_library(path)
    assert good.problem is None
    assert bad.problem is not None
    assert (bad.compound_id, bad.problem.code) == ("2", "empty_structure")


def test_batches_are_joined(tmp_path: Path) -> None:
    path = tmp_path / "library.parquet.gz"
    count = 10_000
    table = pa.table({"id": range(count), "smiles": ["C"] * count})
    plain = tmp_path / "plain.parquet"
    pq.write_table(table, plain, row_group_size=3000)
    path.write_bytes(gzip.compress(plain.read_bytes(), 1))
    for library in (open_library(plain), open_library(path)):
        assert [record.compound_id for record in library] == [str(n) for n in range(count)]


def test_refused(tmp_path: Path) -> None:
    path = tmp_path / "library.parquet"
    path.write_text("smiles\nCCO\n")
    with pytest.raises(InputError, match="not a Parquet file"):
        open_library(path)
    pq.write_table(pa.table({"smiles": pa.array([], pa.string())}), path)
    with pytest.raises(InputError, match="no compounds"):
        open_library(path)
    pq.write_table(pa.table({"x": ["C"]}), path)
    with pytest.raises(InputError, match="no SMILES column among 'x'"):
        open_library(path)


def test_damage_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "library.parquet"
    smiles = [f"C{'C' * (n % 50)}" for n in range(20_000)]
    pq.write_table(pa.table({"smiles": smiles}), path, use_dictionary=False)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 400] = bytes(400)
    path.write_bytes(bytes(content))
    with pytest.raises(InputError, match="damaged after row") as caught:
        list(open_library(path))
    assert "\n" not in str(caught.value)


def test_a_cell_of_more_than_10_mb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "library.parquet"
    pq.write_table(pa.table({"smiles": ["C"], "x": ["x" * 10_000_000]}), path)
    assert len(next(iter(open_library(path))).extra["x"]) == 10_000_000
    pq.write_table(pa.table({"smiles": ["C"], "x": ["x" * 10_000_001]}), path)
    with pytest.raises(InputError, match=r"column 'x' has a value of 10,000,001 bytes after row 0"):
        open_library(path)


def test_a_time_of_an_unknown_zone_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "library.parquet"
    times = pa.array([0], pa.timestamp("ns", "Nowhere/Void"))
    pq.write_table(pa.table({"smiles": ["C"], "x": times}), path)
    with pytest.raises(InputError, match=r"^[^\n]*Nowhere/Void[^\n]*$"):
        list(open_library(path))
