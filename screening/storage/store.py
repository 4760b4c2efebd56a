"""A store of partitions that every worker sees: a folder, or a prefix of an object store.

A file is complete or it is not there. In a folder it is written under another name, flushed and
renamed; an object store takes it in one put.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from io import BytesIO
from pathlib import Path
from secrets import token_hex
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq

from chem.disk.allowed_roots import check_no_credentials, local_path
from chem.disk.bounded_read import open_regular
from chem.disk.files import make_folder, write_atomic
from chem.errors import InputError
from chem.library.parquet_memory import check_unpacked
from screening.errors import StoreError
from screening.storage.schema import check_table

INSTALL = {
    **dict.fromkeys(("s3", "s3a"), "s3fs"),
    **dict.fromkeys(("gs", "gcs"), "gcsfs"),
    **dict.fromkeys(("az", "abfs", "abfss"), "adlfs"),
}
"""Object stores whose puts are atomic, and the package that connects to each."""
PROTOCOLS = (*INSTALL, "memory")
"""The protocols that can be used; ``memory`` is a store within one process, for tests."""

MOST_UNPACKED = 1_000_000_000
"""The most bytes of a table once it is read; a partition has far fewer."""


class Store:
    """A store of Parquet tables and other files, by name.

    A pickled store is only its address: a worker opens it with its own credentials.
    """

    def __init__(self, url: str | Path) -> None:
        """Open a folder (a path or ``file:///shared/x``) or an object store (``s3://bucket/x``).

        Nothing is read or written yet. Raises InputError for an unknown protocol and for an
        address that contains a key or a password.
        """
        text = str(url)
        if not isinstance(url, Path):
            check_no_credentials(text)
        protocol, mark, _ = text.partition("://")
        self.folder: Path | None = None
        """The folder; None for an object store."""
        if isinstance(url, Path) or not mark:
            self.folder = Path(url)
        elif (path := local_path(text)) is not None:
            self.folder = path
        elif protocol not in PROTOCOLS:
            known = ", ".join(f"{name}://" for name in INSTALL)
            raise InputError(
                f"the store {text} has a protocol that cannot be used ({protocol}); give a folder, "
                f"or one of {known}"
            )
        self.url = str(self.folder) if self.folder is not None else text.rstrip("/")

    def __reduce__(self) -> tuple[type["Store"], tuple[str]]:
        return Store, (self.url,)

    def __repr__(self) -> str:
        return f"Store({self.url!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Store) and self.url == other.url

    def __hash__(self) -> int:
        return hash(self.url)

    def __truediv__(self, name: str) -> "Store":
        """Return the store below this one that has this name."""
        return Store(self.folder / name) if self.folder is not None else Store(f"{self.url}/{name}")

    def path(self, name: str) -> str:
        """Return the path or address of a file, for messages."""
        return str(self.folder / name) if self.folder is not None else f"{self.url}/{name}"

    def write(self, name: str, content: bytes | memoryview) -> str:
        """Write a whole file; return the SHA-256 of its bytes as 64 hexadecimal digits.

        A missing folder is not made: a worker that does not see it must not make one of its own.
        """
        with self._explained("written", name):
            if self.folder is not None:
                write_atomic(self.folder / name, content)
            else:
                self._remote.pipe_file(self.path(name), bytes(content))
        return hashlib.sha256(content).hexdigest()

    def read(self, name: str) -> bytes:
        """Read a whole file."""
        with self._explained("read", name):
            if self.folder is not None:
                with open_regular(self.folder / name) as file:
                    return file.read()
            content: bytes = self._remote.cat_file(self.path(name))
            return content

    def write_table(
        self,
        name: str,
        table: pa.Table,
        repetitive: bool | Sequence[str] = True,
        compressed: bool = True,
    ) -> str:
        """Write a Parquet file; return the SHA-256 of its bytes.

        Args:
            name: The name of the file.
            table: Its rows.
            repetitive: The columns whose values repeat, or whether those of all do. Looking for
                repeated values costs as much as all else if hundreds of columns hold numbers that
                do not repeat.
            compressed: Whether columns are compressed. With 849 columns of 1,269 numbers that takes
                31 of 48 ms and saves 18 % of the bytes.
        """
        if not isinstance(repetitive, bool):
            repetitive = [_leaf(table.schema.field(column)) for column in repetitive]
        buffer = pa.BufferOutputStream()
        pq.write_table(
            table,
            buffer,
            compression="zstd" if compressed else "none",
            compression_level=1 if compressed else None,
            use_dictionary=repetitive,
            write_statistics=bool(repetitive),
            write_page_checksum=True,
        )
        return self.write(name, memoryview(buffer.getvalue()))

    def read_table(
        self, name: str, columns: Sequence[str] | None = None, if_there: bool = False
    ) -> pa.Table:
        """Read columns of a Parquet file, in the given order; by default all.

        With ``if_there``, columns that the file lacks are left out, and the others come in its
        order.

        A file of an object store is read whole: partitions are small, and a single request cannot
        mix two versions of a file. Pages carry checksums.

        Raises StoreError for a file that is missing, cut short or altered, for one that unpacks to
        more than ``MOST_UNPACKED``, and for one that lacks a wanted column, because another version
        of hitlist wrote it.
        """
        wanted = None if columns is None else list(columns)
        with self._explained("read", name):
            if self.folder is not None:
                with open_regular(self.folder / name) as opened:  # a pipe would wait forever
                    check_unpacked(opened, MOST_UNPACKED)
                source = pa.memory_map(str(self.folder / name))
            else:
                content = self.read(name)
                check_unpacked(BytesIO(content), MOST_UNPACKED)
                source = pa.BufferReader(content)
            with source:
                # Not pq.read_table, which reads the schema of a wide table several times.
                file = pq.ParquetFile(source, page_checksum_verification=True)
                if if_there and wanted is not None:
                    wanted = [one for one in file.schema_arrow.names if one in set(wanted)]
                table = file.read(columns=wanted)
        if missing := set(wanted or ()) - set(table.column_names):
            raise StoreError(
                f"{self.path(name)} has no column {min(missing)}: another version of hitlist "
                "wrote it; run the screen again with a new --out"
            )
        with self._explained("read", name):
            table = table if wanted is None else table.select(wanted)
            check_table(table)
        return table

    def hash(self, name: str) -> str:
        """Return the SHA-256 of a file's bytes."""
        if self.folder is None:
            return hashlib.sha256(self.read(name)).hexdigest()
        with self._explained("read", name), open_regular(self.folder / name) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def exists(self, name: str) -> bool:
        """Tell whether a file of this name exists."""
        with self._explained("read", name):
            if self.folder is not None:
                return (self.folder / name).is_file()
            try:  # not isfile, which reports a file as missing if the store does not answer
                return bool(self._remote.info(self.path(name))["type"] == "file")
            except FileNotFoundError:
                return False

    def names(self) -> list[str]:
        """Return the names of all files, sorted; none if the folder or the prefix is missing."""
        with self._explained("read", ""):
            if self.folder is not None:
                if not self.folder.is_dir():
                    return []
                return sorted(path.name for path in self.folder.iterdir() if path.is_file())
            try:
                found = self._remote.find(self.url, maxdepth=1)
            except FileNotFoundError:
                return []
            return sorted(address.rsplit("/", 1)[-1] for address in found)

    def remove(self, name: str) -> None:
        """Remove a file if it exists."""
        with self._explained("removed", name):
            if self.folder is not None:
                (self.folder / name).unlink(missing_ok=True)
            elif self.exists(name):
                self._remote.rm_file(self.path(name))

    def check(self) -> None:
        """Make the folder, and raise StoreError if the store cannot be written."""
        if self.folder is not None:
            with self._explained("made", ""):
                make_folder(self.folder)
        name = f".probe-{token_hex(4)}"
        self.write(name, b"hitlist")
        self.remove(name)

    @cached_property
    def _remote(self) -> Any:
        protocol = self.url.partition("://")[0]
        try:
            return fsspec.filesystem(protocol)
        except ImportError:
            package = INSTALL.get(protocol, "its package")
            raise InputError(
                f"the store {self.url} needs a package that is not installed: pip install {package}"
            ) from None

    @contextmanager
    def _explained(self, verb: str, name: str) -> Iterator[None]:
        """Turn any error of a file system or an object store into one line."""
        where = self.path(name)
        try:
            yield
        except InputError:
            raise
        except FileNotFoundError:
            raise StoreError(
                f"{where} is not there; every worker has to see the same store (a shared folder "
                "or an object store), and the next run makes what is missing again"
            ) from None
        except (pa.ArrowException, KeyError, ValueError) as error:
            raise StoreError(
                f"{where} is damaged or cut short ({_text(error)}); run again, and it is remade"
            ) from None
        except Exception as error:  # each object store has errors of its own
            if self.folder is not None and not isinstance(error, OSError):
                raise
            reason = error.strerror if isinstance(error, OSError) and error.strerror else error
            raise StoreError(
                f"{where} cannot be {verb} ({_text(reason)}); fix that and run again: "
                "finished work is kept"
            ) from None


def _leaf(field: pa.Field) -> str:
    """Return the name by which Parquet knows the values of a column."""
    return f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name


def _text(error: object) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
