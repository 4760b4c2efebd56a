"""Run screens from Python as the command does, and read runs as tables."""

import csv
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from html import escape
from io import StringIO
from os import PathLike
from pathlib import Path
from threading import Lock
from typing import Any, TypedDict, Unpack

import pandas as pd

from chem.disk.bounded_read import parse_json, read_or_said, read_regular
from chem.errors import InputError
from chem.library.columns.columns import NamedColumns
from data.catalogue.fetch import cache_folder
from flows.cli import ENVIRONMENT
from flows.planning.planning import plan_screen
from flows.terminal.options import MOST_PARTITION_ROWS, MOST_WORKERS, ScoringOptions
from flows.terminal.outcome import check_usable, plan_lines, reading_lines, short
from flows.terminal.progress import progress as show_progress
from hitlist.molecule_inputs import (
    MoleculeInput,
    check_count,
    path_of,
    python_words,
    read_cells,
    write_cells,
)
from hitlist.structure_table import show
from screening.changes.since_last_run import tell_changes
from screening.changes.summary import change_lines
from screening.dask_cluster.cluster import connect
from screening.dask_cluster.remote import Tls
from screening.errors import LostError
from screening.prepare.older_standardization import told_of_library
from screening.runs.latest import named_run
from screening.runs.run import run_screen
from screening.runs.runfolder import MANIFEST, open_folder
from screening.score.triage_recall import TriageFacts, describe_triage
from screening.text.cells import unescape_cell

_NUMBERS = ("number", "whole number")
_ONE_AT_A_TIME = Lock()
"""A screen changes global state of the process, so screens of other threads wait."""
_SHOWN = 20
"""Number of hits that a notebook shows."""


class ScreenOptions(TypedDict, total=False):
    """Rarely used arguments of a screen; see the options of ``hitlist screen``."""

    smiles_column: str
    id_column: str
    name_column: str
    exhaustive: bool
    """Score every compound with the ensembles, not only those that the triage selects."""
    device: str
    """Device for the networks: ``cpu``, ``cuda`` or ``auto``."""
    partition_rows: int
    store: str
    """Place for partitions and scores, such as ``s3://bucket/x``."""
    scheduler: str
    """Address of a running Dask scheduler, ``tls://host:8786``."""
    replace: bool
    """Overwrite a finished run of another objective in the folder."""


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """A finished run with its tables and its folder. A notebook shows its first hits."""

    folder: Path
    manifest: Mapping[str, Any]
    """Inputs, outputs and counts of the run."""
    labels: "pd.Index[Any] | None" = None
    """Index of the screened table."""
    notes: tuple[str, ...] = ()
    """Notes on the library and the hits, one line each."""

    @property
    def report(self) -> Path:
        """Path of the page with the hits, for a browser; it works offline."""
        return self.folder / "report.html"

    @property
    def counts(self) -> dict[str, int]:
        """Counts of records: rows = accepted + rejected + duplicates."""
        return dict(self.manifest["counts"])

    @cached_property
    def hits(self) -> pd.DataFrame:
        """The hits in rank order, with the columns of ``hits.csv`` and the index of the input."""
        frame = self._read("hits.csv")
        kinds = dict(zip(self.columns["column"], self.columns["type"], strict=True))
        for name in frame.columns:
            if kinds.get(name) in _NUMBERS:
                frame[name] = pd.to_numeric(frame[name])
        return frame

    @cached_property
    def columns(self) -> pd.DataFrame:
        """Type, unit, range and meaning of each column of the hits."""
        return self._read("columns.csv")

    @cached_property
    def rejects(self) -> pd.DataFrame:
        """The records that could not be used, with ``stage``, ``code`` and ``detail``."""
        return self._read("rejects.csv")

    @cached_property
    def duplicates(self) -> pd.DataFrame:
        """The records of compounds that occur earlier in the library."""
        return self._read("duplicates.csv")

    def _read(self, name: str) -> pd.DataFrame:
        frame = _read_csv(self.folder / name, self.manifest["files"].get(name, ""))
        if "row" in frame:
            frame["row"] = frame["row"].astype("int64")
            if self.labels is not None:
                frame.index = self.labels[frame["row"].to_numpy() - 1]
        return frame

    @property
    def _summary(self) -> str:
        counts = self.counts
        told = ", ".join(
            f"{counts[name]:,} {name}" for name in ("hits", "accepted", "rejected", "duplicates")
        )
        return f"{self.manifest['screen']['title']}: {counts['rows']:,} records, {told}"

    def __repr__(self) -> str:
        return f"Run({self._summary}; {short(self.folder)})"

    def _repr_html_(self) -> str:
        task = [name for name in self.hits.columns if name.endswith("_std")][:1]
        columns = ["rank", "compound_id", "name", "score", *(one[:-4] for one in task), "reason"]
        table = show(self.hits, [one for one in columns if one in self.hits], _SHOWN)
        where = f"report: {short(self.report)}"
        return f"<p>{escape(self._summary)}; {escape(where)}</p>{table._repr_html_()}"


def screen(
    library: MoleculeInput | None = None,
    screen: str | PathLike[str] = "kinase",
    *,
    hits: int | None = None,
    out: str | PathLike[str] | None = None,
    workers: int | None = None,
    progress: bool = True,
    **options: Unpack[ScreenOptions],
) -> Run:
    """Rank a library by a screen, with the same run and files as ``hitlist screen``.

    Args:
        library: a library file or the name of a dataset, SMILES in a list or a Series, or a
            DataFrame; by default from the screen. A table is kept as a file in the cache.
        screen: the name of a shipped screen, or a TOML file.
        hits: number of hits to select; by default from the screen.
        out: run folder; by default a new one below ``runs``. Give the folder of a stopped run to
            resume it.
        workers: number of processes to start; by default one per core, and fewer for little work.
            They work in notebooks, and in scripts without an ``if __name__ == "__main__"``.
        progress: show progress on stderr.
        **options: see :class:`ScreenOptions`.

    Raises:
        InputError: the library, the screen or the folder cannot be used.
        ModelError: a model cannot be used.

    >>> run = hitlist.screen("my_library.csv", hits=3, out="runs/page", workers=1, progress=False)
    >>> len(run.hits), run.counts["rows"], run.report.name
    (3, 40, 'report.html')
    """
    unknown = set(options) - ScreenOptions.__optional_keys__
    if unknown:
        raise TypeError(f"screen() got an unexpected keyword argument {min(unknown)!r}")
    named = [options.get(f"{one}_column") for one in ("smiles", "id", "name")]
    columns = NamedColumns(*named)  # type: ignore[arg-type]
    labels: pd.Index[Any] | None = None
    check_count("workers", workers, MOST_WORKERS)
    check_count("partition_rows", options.get("partition_rows"), MOST_PARTITION_ROWS)
    with python_words():
        if library is not None and not isinstance(library, str | PathLike):
            table = read_cells(library, columns)
            library, labels = write_cells(table, cache_folder().absolute() / "tables"), table.labels
            columns = NamedColumns(table.columns.smiles, table.columns.id, table.columns.name)
        with ExitStack() as stack:
            report = stack.enter_context(show_progress()) if progress else None
            plan = plan_screen(
                path_of(screen),
                None if library is None else path_of(library),
                out if out is None else Path(out),
                hits,
                columns,
                ScoringOptions(
                    options.get("partition_rows"),
                    options.get("exhaustive", False),
                    options.get("device", "cpu"),
                    options.get("store"),
                    options.get("replace", False),
                ),
                report,
            )
            notes = [
                told_of_library(plan.library, plan.prepared),
                *reading_lines(plan.library),
                *plan_lines(plan),
            ]
            stack.enter_context(_ONE_AT_A_TIME)
            stack.enter_context(_for_workers())
            client = stack.enter_context(connect(options.get("scheduler"), workers, Tls.find()))
            try:
                outcome = tell_changes(run_screen(plan, client, report))
            except (KeyboardInterrupt, LostError) as error:
                error.add_note(f"finished work is kept: resume with out={str(short(plan.out))!r}")
                raise
        manifest = outcome.manifest.as_dict()
        accepted = manifest["counts"]["accepted"]
        check_usable(plan.library, accepted, f"{short(plan.out / 'rejects.csv')} says why")
    notes += reading_lines(plan.library, manifest["reading"])
    told = (*_told(manifest), *change_lines(plan.out))
    return Run(plan.out, manifest, labels, (*filter(None, notes), *told))


def open_run(folder: str | PathLike[str]) -> Run:
    """Open the folder of a finished run.

    Raises:
        InputError: it holds no finished run. A table whose hash differs raises it when it is read.

    >>> hitlist.open_run("runs/page").hits["rank"].tolist()
    [1, 2, 3]
    """
    found = open_folder(named_run(Path(folder)).absolute())
    manifest = parse_json(read_regular(found.folder / MANIFEST))
    return Run(found.folder, manifest, None, _told(manifest))


def _told(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    domains: Sequence[Mapping[str, str]] = manifest.get("domains", ())
    return (
        describe_triage(TriageFacts.from_dict(manifest["triage"]), manifest["counts"]["set_aside"]),
        *(one["told"] for one in domains if one["told"]),
    )


def _read_csv(path: Path, digest: str) -> pd.DataFrame:
    """Read a file of a run as text, with unescaped cells."""
    with read_or_said(path):
        content = path.read_bytes()
    if sha256(content).hexdigest() != digest:
        raise InputError(f"{path} is not what the run wrote: see hitlist verify {path.parent}")
    lines = csv.reader(StringIO(content.decode("utf-8"), newline=""))
    header, *rows = ([unescape_cell(cell) for cell in row] for row in lines)
    return pd.DataFrame(rows, columns=header, dtype="str")


@contextmanager
def _for_workers() -> Iterator[None]:
    """Start processes with the environment of the command.

    A process that Python starts runs the script again, so a script without
    ``if __name__ == "__main__"`` would start a screen in each. The workers do not need the script,
    so its file is hidden from them.
    """
    main = vars(sys.modules["__main__"])
    hidden: dict[str, Any] = {name: main[name] for name in ("__file__", "__spec__") if name in main}
    added = {name: value for name, value in ENVIRONMENT.items() if not os.environ.get(name)}
    os.environ.update(added)
    main.pop("__file__", None)
    main["__spec__"] = None
    try:
        yield
    finally:
        main.update(hidden)
        for name in added:
            os.environ.pop(name, None)
