"""The Prefect flow ``prepare``: what ``hitlist prepare`` does."""

from pathlib import Path
from typing import Any

from prefect import flow, task

from chem.read import Library
from flows.planning import plan_preparation
from flows.screen import AGAIN, ONCE
from flows.stages import stage_progress
from screening.cluster import connect
from screening.prepare import Prepared, prepare_library
from screening.tls import Tls


@task(name="open library", **ONCE)
def open_library(library: str, out: str | None) -> tuple[Library, Path]:
    """Find the library and check the folder to prepare it into."""
    with stage_progress("prepare-open", f"Finding {library}") as report:
        return plan_preparation(library, out, progress=report)


@task(name="prepare", **AGAIN)
def prepare_into(
    library: Library, folder: Path, scheduler: str | None, workers: int | None, tls: Tls
) -> Prepared:
    """Standardize and featurize every record, going on from what is there."""
    with (
        stage_progress("prepare-library", f"Preparing {library.path.name}") as report,
        connect(scheduler, workers, tls) as client,
    ):
        return prepare_library(library, folder, client, progress=report)


@flow(name="prepare", persist_result=False)
def prepare(
    library: str = "approved_drugs",
    out: str | None = None,
    scheduler: str | None = None,
    workers: int | None = None,
    tls_ca: str | None = None,
    tls_cert: str | None = None,
    tls_key: str | None = None,
) -> dict[str, Any]:
    """Standardize and featurize a library, so that screens of it start at once.

    Args:
        library: a library file or a name of the catalogue.
        out: folder to write to; by default the cache, where screens look for it.
        scheduler: address of a Dask scheduler; by default processes on the worker's machine.
        workers: processes to start there; by default one for each core.
        tls_ca: certificate of the authority of a ``tls://`` scheduler, a PEM file; by default
            what HITLIST_TLS_CA names, or Dask's own configuration. The next two likewise.
        tls_cert: certificate to show to the scheduler.
        tls_key: its key.
    """
    tls = Tls.find(tls_ca, tls_cert, tls_key)
    opened, folder = open_library(library, out)
    prepared = prepare_into(opened, folder, scheduler, workers, tls)
    return {
        "folder": str(prepared.folder),
        "rows": prepared.rows,
        "accepted": prepared.accepted,
        "rejected": prepared.rejected,
        "duplicates": prepared.duplicates,
    }
