"""A user's folder: a library of 40 drugs and an assay of 80 measured compounds."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

FILES = Path(__file__).parents[1] / "files"


@pytest.fixture(scope="session")
def library() -> str:
    drugs = (FILES / "chem/approved_sample.smi").read_text().splitlines()[1:41]
    lines = [f"D{n:03d},{line.split()[0]},ACME\n" for n, line in enumerate(drugs)]
    return "compound_id,smiles,supplier\n" + "".join(lines)


@pytest.fixture
def folder(tmp_path: Path, library: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "my_library.csv").write_text(library)
    assay = (FILES / "my_assay.csv").read_text().splitlines(keepends=True)
    (tmp_path / "my_assay.csv").write_text("".join(assay[:81]))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HITLIST_CACHE", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture
def here(lone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have screens work in this process; the notebook and the script start real ones."""

    @contextmanager
    def connect(*settings: Any) -> Iterator[Client]:
        yield lone

    monkeypatch.setattr("hitlist.runs.connect", connect)
    monkeypatch.setattr("screening.dask_cluster.cluster.connect", connect)
