import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chem.library.count import estimate_records
from chem.library.read import open_library

FILES = Path(__file__).parents[2] / "files" / "chem"


@pytest.mark.parametrize("name", ["approved_sample.smi", "vendor.sdf"])
@pytest.mark.parametrize("block", [3, 1 << 20])
def test_the_estimate_is_near(name: str, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than a header and a last line too many, wherever blocks are cut."""
    monkeypatch.setattr("chem.library.count._BLOCK", block)
    library = open_library(FILES / name)
    estimate = estimate_records(library.path, library.format)
    assert estimate is not None
    assert 0 <= estimate - sum(1 for _ in library) <= 2


def test_gzipped_text_and_parquet(tmp_path: Path) -> None:
    text = (FILES / "approved_sample.smi").read_bytes()
    (tmp_path / "a.smi.gz").write_bytes(gzip.compress(text))
    assert estimate_records(tmp_path / "a.smi.gz", "smi") == text.count(b"\n")
    (tmp_path / "a.parquet").write_bytes(b"no parquet")
    assert estimate_records(tmp_path / "a.parquet", "parquet") is None


@pytest.mark.parametrize("name", ["approved_sample.smi", "vendor.sdf"])
def test_no_more_is_read_than_matters(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chem.library.count._BLOCK", 64)
    library = open_library(FILES / name)
    whole = estimate_records(library.path, library.format)
    assert whole is not None
    assert whole > 3
    for enough in (1, 3, whole, whole + 1):
        assert estimate_records(library.path, library.format, enough) == min(enough, whole)


def test_enough_rows_of_a_parquet_file(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"smiles": ["C", "CC", "CCC"]}), path)
    assert [estimate_records(path, "parquet", n) for n in (2, 3, 4)] == [2, 3, 3]
