"""The Prefect flow ``prepare``: what ``hitlist prepare`` does."""

from typing import Any

from prefect import flow, task

from flows.planning.planning import Preparation, plan_preparation
from flows.prefect_support.stages import (
    AGAIN,
    ONCE,
    Cluster,
    hold_to_roots,
    log_if,
    log_reading,
    stage_progress,
)
from screening.cluster.cluster import connect
from screening.cluster.remote import Tls
from screening.prepare.older_standardization import told_of_library
from screening.prepare.prepare import prepare_library
from screening.prepare.prepared import Prepared


@task(name="open library", **ONCE)
def open_library(library: str, out: str | None, store: str | None) -> Preparation:
    """Find the library and check the folder to prepare it into."""
    with stage_progress("prepare-open", f"Finding {library}") as report:
        planned = plan_preparation(library, out, progress=report, store=store)
    log_if(told_of_library(planned.library, planned.folder))
    log_reading(planned.library)
    return planned


@task(name="prepare", **AGAIN)
def prepare_into(planned: Preparation, cluster: Cluster) -> Prepared:
    """Standardize and featurize every record, going on from what is there."""
    with (
        stage_progress("prepare-library", f"Preparing {planned.library.path.name}") as report,
        connect(*cluster) as client,
    ):
        prepared = prepare_library(
            planned.library, planned.folder, client, progress=report, store=planned.store
        )
    log_reading(planned.library, prepared.notes)
    return prepared


@flow(name="prepare", persist_result=False)
def prepare(  # noqa: PLR0913 - Prefect reads a deployment's parameters here
    library: str = "approved_drugs",
    out: str | None = None,
    scheduler: str | None = None,
    workers: int | None = None,
    tls_ca: str | None = None,
    tls_cert: str | None = None,
    tls_key: str | None = None,
    store: str | None = None,
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
        store: where the partitions are kept, a shared folder or such as ``s3://bucket/x``; by
            default in that folder.
    """
    hold_to_roots()
    cluster = (scheduler, workers, Tls.find(tls_ca, tls_cert, tls_key))
    prepared = prepare_into(open_library(library, out, store), cluster)
    return {
        "folder": str(prepared.folder),
        "rows": prepared.rows,
        "accepted": prepared.accepted,
        "rejected": prepared.rejected,
        "duplicates": prepared.duplicates,
    }
