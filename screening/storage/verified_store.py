"""A store that holds its files to recorded hashes."""

import hashlib
from collections.abc import Mapping, Sequence

import pyarrow as pa

from screening.errors import StoreError
from screening.storage.store import Store


class VerifiedStore(Store):
    """A store that reads only recorded files, and compares their hashes.

    A file of a folder is hashed when it is first read; a file of an object store is hashed whenever
    it is fetched, which needs no second request. A pickled verified store is a plain store.
    """

    def __init__(self, url: str, hashes: Mapping[str, str], remedy: str) -> None:
        """Open a store.

        Args:
            url: As for :class:`Store`.
            hashes: The SHA-256 of each file, by name.
            remedy: The advice in the message about a file that differs.
        """
        super().__init__(url)
        self._hashes, self._remedy = dict(hashes), remedy
        self._seen: set[str] = set()

    def read_table(
        self, name: str, columns: Sequence[str] | None = None, if_there: bool = False
    ) -> pa.Table:
        """Read columns of a Parquet file, as :class:`Store` does.

        Raises StoreError for a file that is missing, altered or not recorded.
        """
        if self.folder is not None and name not in self._seen:
            self._compare(name, super().hash(name) if self.exists(name) else "")
        return super().read_table(name, columns, if_there)

    def read(self, name: str) -> bytes:
        """Read a whole file; raise StoreError as ``read_table`` does."""
        try:
            content = super().read(name)
        except StoreError:
            if self.exists(name):
                raise
            raise self._lacking(name) from None
        self._compare(name, hashlib.sha256(content).hexdigest())
        return content

    def check_recorded(self, names: Sequence[str]) -> None:
        """Raise StoreError for the first file that is not recorded or missing; read none."""
        for name in names:
            if name not in self._hashes or not self.exists(name):
                raise self._lacking(name)

    def _compare(self, name: str, found: str) -> None:
        if self._hashes.get(name) != found:
            raise self._lacking(name)
        self._seen.add(name)

    def _lacking(self, name: str) -> StoreError:
        return StoreError(f"{self.path(name)} is missing or was altered; {self._remedy}")
