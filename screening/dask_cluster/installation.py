"""Compares installations: they have to be the same on every machine, or the bytes may differ.

Workers are sent the names of functions, never code or models, so each worker runs its own
installation. Its facts are compared with those of the process that sends the work.
"""

import platform
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar

from distributed import Worker, get_worker

from chem.errors import InputError

Item = TypeVar("Item")
Facts = Mapping[str, str]

ROOT = Path(__file__).parents[2]
PACKAGES = ("chem", "data", "gnn", "screening", "flows")
SUFFIXES = {".py", ".toml", ".csv"}
SCREENS = ROOT / "flows" / "screens"
"""A folder that is left out: no worker reads a screen, and users may keep their own there."""
LIBRARIES = ("rdkit", "torch", "torch-geometric", "numpy", "pyarrow", "dask", "distributed")
"""Libraries whose version may change a score, a partition's bytes, or the network protocol."""


class OtherInstallationError(InputError):
    """A worker whose installation differs from that of the process it works for."""


@cache
def installed_files() -> dict[str, str]:
    """Return the hash of each of our source files and tables, by its path from the root.

    Weights are left out: a bundle is checked by its own hash when it is loaded.
    """
    return {
        path.relative_to(ROOT).as_posix(): sha256(path.read_bytes()).hexdigest()
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*"))
        if path.suffix in SUFFIXES and path.is_file() and path.parent != SCREENS
    }


@cache
def installation() -> dict[str, str]:
    """Return the facts of this process: a hash of our files, the versions of Python and libraries.

    A worker has to have one thread (``threads``): RDKit and the networks keep the one interpreter
    of a process busy, and a second thread would only change how torch uses the cores.
    """
    files = "\n".join(f"{name} {digest}" for name, digest in installed_files().items())
    versions = {name: version_of(name) for name in LIBRARIES}
    python = ".".join(platform.python_version_tuple()[:2])
    digest = sha256(files.encode()).hexdigest()[:16]
    return {"hitlist": digest, "python": python, **versions, "threads": "1"}


def worker_installation(dask_worker: Worker) -> dict[str, str]:
    """Return the facts of a worker; Dask passes the worker when it runs this function there."""
    return {**installation(), "threads": str(dask_worker.state.nthreads)}


def differences(expected: Facts, found: Facts) -> list[str]:
    """Describe each fact that differs, such as ``rdkit 2025.9.1 instead of 2026.9.1``."""
    return [
        f"{name} {found.get(name, 'missing')} instead of {value}"
        for name, value in expected.items()
        if found.get(name) != value
    ]


def refuse(address: str, differing: list[str]) -> OtherInstallationError:
    """Return the error for a worker that differs."""
    return OtherInstallationError(
        f"the worker {address} differs from this process ({'; '.join(differing)}), so its results "
        "could too; install the same hitlist there, or stop it (workers start with --nthreads 1)"
    )


def run_checked(expected: Facts, work: Callable[[Item], Any], item: Item) -> Any:
    """Do work in a worker, or raise OtherInstallationError if it is not installed as expected.

    Every task checks this, so that workers which join late are checked too. A Dask plugin would
    outlive its run on a shared scheduler, and then refuse the workers of the next version.
    """
    worker = get_worker()
    if differing := differences(expected, worker_installation(worker)):
        raise refuse(worker.address, differing)
    return work(item)


def version_of(package: str, missing: str = "missing") -> str:
    """Return the version of an installed package, without importing it."""
    try:
        return version(package)
    except PackageNotFoundError:
        return missing
