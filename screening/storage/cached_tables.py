"""Keeps tables in the cache that take long to compute and can be computed again at any time."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pyarrow as pa

from chem.disk.files import make_folder
from data.catalogue.fetch import cache_folder
from screening.errors import StoreError
from screening.storage.store import Store


def cached_table(
    folder: str, made_of: str, columns: Mapping[str, str], compute: Callable[[], pd.DataFrame]
) -> pd.DataFrame:
    """Return a table from a folder of the cache; compute and keep it if it is not there.

    Args:
        folder: The name of the folder.
        made_of: All that the table depends on.
        columns: The names of its columns, none of a prepared library's, and their types.
        compute: Returns the table.
    """
    name = f"{sha256(made_of.encode()).hexdigest()[:32]}.parquet"
    store = Store(Path(cache_folder()) / folder)
    try:
        known: pd.DataFrame = store.read_table(name, list(columns)).to_pandas()
        return known
    except StoreError:
        pass
    frame = compute().astype(dict(columns))
    try:
        assert store.folder is not None
        make_folder(store.folder)
        store.write_table(name, pa.Table.from_pandas(frame, preserve_index=False))
    except (OSError, StoreError):  # a cache that cannot be written costs time alone
        pass
    return frame
