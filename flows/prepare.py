"""The Prefect flow ``prepare``, the counterpart of ``hitlist prepare``."""

from typing import Any

from prefect import flow, task

from chem.library.columns.columns import NamedColumns
from flows.planning.planning import Preparation, plan_preparation
from flows.prefect_support.stages import (
    AGAIN,
    ONCE,
    Cluster,
    completed,
    hold_to_roots,
    log_if,
    log_reading,
    stage_progress,
)
from flows.prefect_support.without_reader import go_on_without_reader
from flows.terminal.outcome import doubt_lines, records_line
from screening.dask_cluster.cluster import connect
from screening.dask_cluster.remote import Tls
from screening.prepare.older_standardization import told_of_library
from screening.prepare.prepare import prepare_library
from screening.prepare.prepared import Prepared


@task(name="open library", **ONCE)
def open_library(
    library: str, out: str | None, columns: NamedColumns, store: str | None
) -> Preparation:
    """Find the library and check the folder for its prepared form."""
    with stage_progress("prepare-open", f"Finding {library}") as report:
        planned = plan_preparation(library, out, columns, report, store=store)
    log_if(told_of_library(planned.library, planned.folder))
    log_reading(planned.library)
    for line in doubt_lines(planned.library, planned.doubts):
        log_if(line)
    return planned


@task(name="prepare", **AGAIN)
def prepare_into(planned: Preparation, cluster: Cluster) -> Prepared:
    """Standardize and featurize every record, resuming from finished partitions."""
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
    smiles_column: str | None = None,
    id_column: str | None = None,
    name_column: str | None = None,
) -> dict[str, Any]:
    """Standardize and featurize a library once, so that screens of it start at once.

    Args:
        library: a library file or the name of a dataset.
        out: folder for the prepared library; by default the cache, where screens look for it.
        scheduler: address of a Dask scheduler; by default processes on the worker's machine.
        workers: number of processes to start there; by default one per core, fewer for little work.
        tls_ca: PEM file with the CA certificate of a ``tls://`` scheduler; by default the file in
            HITLIST_TLS_CA, or Dask's configuration.
        tls_cert: PEM file with the client certificate; by default from HITLIST_TLS_CERT likewise.
        tls_key: PEM file with its private key; by default from HITLIST_TLS_KEY likewise.
        store: place for the partitions, a shared folder or a URL such as ``s3://bucket/x``; by
            default the folder ``out``.
        smiles_column: column with the structures; by default found by its name.
        id_column: column with the compound IDs; by default found by its name.
        name_column: column with the compound names; by default found by its name.
    """
    hold_to_roots()
    go_on_without_reader()
    cluster = (scheduler, workers, Tls.find(tls_ca, tls_cert, tls_key))
    columns = NamedColumns(smiles_column, id_column, name_column)
    prepared = prepare_into(open_library(library, out, columns, store), cluster)
    counts = {
        "rows": prepared.rows,
        "accepted": prepared.accepted,
        "rejected": prepared.rejected,
        "duplicates": prepared.duplicates,
    }
    told = f"{prepared.folder}: {records_line(**counts)}"
    return completed(told, {"folder": str(prepared.folder), **counts})
