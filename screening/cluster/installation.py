"""What is installed: it has to be the same on every machine, or the bytes may differ.

Workers are sent the names of functions, never code or models. So a worker's own installation is
what runs, and its facts are compared with those of the process that asks.
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
"""Left out: no worker reads a screen, and users may keep their own there."""
LIBRARIES = ("rdkit", "torch", "torch-geometric", "numpy", "pyarrow", "dask", "distributed")
"""Libraries whose version may change a score, a partition's bytes, or what is said on the wire."""


class OtherInstallationError(InputError):
    """A worker has another installation than the process that it works for."""


@cache
def installed_files() -> dict[str, str]:
    """Return the hash of every source file and table of ours, by its path from the root.

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

    Work is measured by one thread (``threads``): RDKit and the networks keep a process's one
    interpreter busy, and a second thread would only change how torch uses cores.
    """
    files = "\n".join(f"{name} {digest}" for name, digest in installed_files().items())
    versions = {name: version_of(name) for name in LIBRARIES}
    python = ".".join(platform.python_version_tuple()[:2])
    digest = sha256(files.encode()).hexdigest()[:16]
    return {"hitlist": digest, "python": python, **versions, "threads": "1"}


def worker_installation(dask_worker: Worker) -> dict[str, str]:
    """Return a worker's facts; Dask fills in the worker when it runs this there."""
    return {**installation(), "threads": str(dask_worker.state.nthreads)}


def differences(expected: Facts, found: Facts) -> list[str]:
    """Say what differs, a fact each: ``rdkit 2025.9.1 instead of 2026.9.1``."""
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
    """Do some work in a worker that is installed as expected; raises OtherInstallationError.

    Every task asks, so that workers which join late are held to it too. A plugin would outlive
    its run on a shared scheduler, and then refuse the workers of the next version.
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
