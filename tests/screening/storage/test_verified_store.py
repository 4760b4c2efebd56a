"""Files that are held to the hashes of a ledger when they are read."""

from pathlib import Path

import pyarrow as pa
import pytest

from screening.errors import StoreError
from screening.storage.store import Store
from screening.storage.verified_store import VerifiedStore

TABLE = pa.table({"row": [1, 2, 3], "smiles": ["C", "CC", "CCC"]})
OTHER = pa.table({"row": [1, 2, 4], "smiles": ["C", "CC", "CCC"]})


@pytest.fixture(params=["folder", "memory"])
def plain(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    store = Store(tmp_path if request.param == "folder" else f"memory://{tmp_path.name}")
    store.check()
    return store


def test_what_was_recorded_is_read(plain: Store) -> None:
    digest = plain.write_table("one", TABLE)
    sealed = VerifiedStore(plain.url, {"one": digest}, "mend it")
    sealed.check_recorded(["one"])
    assert sealed.read_table("one", ["smiles"]).to_pydict() == {"smiles": ["C", "CC", "CCC"]}
    assert sealed.read_table("one") == TABLE
    assert sealed.hash("one") == digest


def test_a_whole_file_of_another_content_is_refused(plain: Store) -> None:
    digest = plain.write_table("one", TABLE)
    plain.write_table("one", OTHER)  # a good Parquet file: its own checksums say nothing
    sealed = VerifiedStore(plain.url, {"one": digest}, "mend it")
    sealed.check_recorded(["one"])  # it is there, and nothing was read
    with pytest.raises(StoreError, match=r"^[^\n]*/one is missing or was altered; mend it$"):
        sealed.read_table("one")


def test_what_was_not_recorded_or_is_gone_is_refused(plain: Store) -> None:
    plain.write_table("stranger", TABLE)
    sealed = VerifiedStore(plain.url, {"gone": "0" * 64}, "mend it")
    for name in ("stranger", "gone"):
        with pytest.raises(StoreError, match=rf"^[^\n]*/{name} is missing or was altered; mend it"):
            sealed.check_recorded([name])
        with pytest.raises(StoreError, match=rf"/{name} is missing or was altered; mend it"):
            sealed.read_table(name)
