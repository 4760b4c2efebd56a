import gzip
from pathlib import Path

import pytest

from chem.count import estimate_records
from chem.read import open_library

FILES = Path(__file__).parents[1] / "files" / "chem"


@pytest.mark.parametrize("name", ["approved_sample.smi", "vendor.sdf"])
@pytest.mark.parametrize("block", [3, 1 << 20])
def test_the_estimate_is_near(name: str, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than a header and a last line too many, wherever blocks are cut."""
    monkeypatch.setattr("chem.count._BLOCK", block)
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
