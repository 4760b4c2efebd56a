"""A run's files, written whole or not at all: the hand-over."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from json import dumps
from pathlib import Path
from time import perf_counter
from typing import Any

from chem.disk.files import remove_durably, write_atomic
from screening.errors import AccountingError
from screening.evidence.evidence import Evidence
from screening.hits.csvfile import write_hits
from screening.hits.dictionary import write_dictionary
from screening.hits.passed_over import write_passed_over
from screening.hits.rejects import write_duplicates, write_rejects
from screening.hits.sdf import write_hits_sdf
from screening.hits.table import HitTable, hit_table
from screening.hits.workbook import write_workbook
from screening.lab.write import write_lab
from screening.objective.screen_file import dump_screen
from screening.objective.screen_settings import Screen
from screening.rank.rank import Ranking
from screening.rank.scored_frames import Duplicate, Reject
from screening.report.manifest import RunFacts, build_manifest, check_accounts
from screening.report.report import render_report

MANIFEST = "manifest.json"
"""Written last: a folder that has it holds a whole run."""
PASSED_OVER = "passed_over.csv"
"""Only where a screen has a selection."""


def hand_over(
    folder: Path,
    ranking: Ranking,
    screen: Screen,
    facts: RunFacts,
    rejects: Iterable[Reject],
    duplicates: Iterable[Duplicate],
    extra_columns: Sequence[str] = (),
    evidence: Sequence[Evidence] | None = None,
) -> tuple[HitTable, dict[str, Any]]:
    """Write ``rejects.csv, duplicates.csv, hits.csv, columns.csv, hits.xlsx, hits.sdf, lab/*,
    report.html, screen.toml`` and, last, ``manifest.json`` into an existing folder, and
    ``passed_over.csv`` where hits were selected.

    ranking: of the scored frames (see ``hit_table`` for their columns).
    rejects, duplicates: in row order; they are streamed.
    extra_columns: the library's own columns in their order.
    evidence: of each hit, in rank order.

    Returns the table of hits and the manifest. Raises AccountingError before ``hits.csv`` is
    written when the counts do not add up, and before ``manifest.json`` when the rejects or
    duplicates given are not as many as counted.
    """
    started = perf_counter()
    check_accounts(facts, ranking, screen)
    remove_durably(folder / MANIFEST)
    written = {
        "rejected": (write_rejects(folder / "rejects.csv", rejects), facts.rejected),
        "duplicates": (write_duplicates(folder / "duplicates.csv", duplicates), facts.duplicates),
    }
    for what, (found, counted) in written.items():
        if found != counted:
            raise AccountingError(f"{what}: {counted} were counted but {found} were handed over")
    table = hit_table(ranking.hits, screen, facts.units, extra_columns, evidence, facts.limits)
    names = ["rejects.csv", "duplicates.csv"]
    names += _write_hits(folder, table, ranking, screen, facts)
    report = render_report(table, ranking, screen, facts, evidence)
    for name, text in (("report.html", report), ("screen.toml", dump_screen(screen))):
        write_atomic(folder / name, text)
        names.append(name)
    hashes = {name: sha256((folder / name).read_bytes()).hexdigest() for name in names}
    seconds = {**facts.seconds, "hand_over": perf_counter() - started}
    manifest = build_manifest(replace(facts, seconds=seconds), ranking, screen, hashes)
    write_atomic(folder / MANIFEST, dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    return table, manifest


def _write_hits(
    folder: Path, table: HitTable, ranking: Ranking, screen: Screen, facts: RunFacts
) -> Iterator[str]:
    """Write the hits in every form but the report; yield the files' names."""
    write_hits(folder / "hits.csv", table)
    yield "hits.csv"
    path = folder / "columns.csv"
    definitions = write_dictionary(path, table, screen, facts.units, facts.calibrated)
    yield "columns.csv"
    write_workbook(folder / "hits.xlsx", table, definitions)
    yield "hits.xlsx"
    write_hits_sdf(folder / "hits.sdf", table)
    yield "hits.sdf"
    if ranking.passed_over is None:
        (folder / PASSED_OVER).unlink(missing_ok=True)  # of an earlier run into the same folder
    else:
        write_passed_over(folder / PASSED_OVER, ranking.passed_over)
        yield PASSED_OVER
    yield from write_lab(folder, table, ranking.hits, screen, screen.lab)
