"""The hand-over: every file of a run, from one ranking, in one call."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256
from json import dumps
from pathlib import Path
from time import perf_counter
from typing import Any

from screening.files import write_atomic
from screening.handover.csvfile import write_hits
from screening.handover.manifest import AccountingError, RunFacts, build_manifest, check_accounts
from screening.handover.rejects import Duplicate, Reject, write_duplicates, write_rejects
from screening.handover.report import render_report
from screening.handover.sdf import write_hits_sdf
from screening.handover.table import HitTable, hit_table
from screening.rank import Ranking
from screening.screen import Screen
from screening.screen_file import dump_screen

MANIFEST = "manifest.json"
"""Written last: a folder that has it holds a whole run."""


def hand_over(
    folder: Path,
    ranking: Ranking,
    screen: Screen,
    facts: RunFacts,
    rejects: Iterable[Reject],
    duplicates: Iterable[Duplicate],
    extra_columns: Sequence[str] = (),
) -> tuple[HitTable, dict[str, Any]]:
    """Write ``hits.csv, hits.sdf, rejects.csv, duplicates.csv, report.html, screen.toml`` and,
    last, ``manifest.json`` into an existing folder.

    ranking: from ``merge_top`` over the scored frames (see ``hit_table`` for their columns).
    rejects, duplicates: in row order; they are streamed.
    extra_columns: the library's own columns in their order.

    Returns the table of hits and the manifest. Raises AccountingError before ``hits.csv`` is
    written when the counts do not add up, and before ``manifest.json`` when the rejects or
    duplicates given are not as many as counted.
    """
    started = perf_counter()
    check_accounts(facts, ranking, screen)
    (folder / MANIFEST).unlink(missing_ok=True)
    written = {
        "rejected": (write_rejects(folder / "rejects.csv", rejects), facts.rejected),
        "duplicates": (write_duplicates(folder / "duplicates.csv", duplicates), facts.duplicates),
    }
    for what, (found, counted) in written.items():
        if found != counted:
            raise AccountingError(f"{what}: {counted} were counted but {found} were handed over")
    table = hit_table(ranking.hits, screen, facts.units, extra_columns)
    write_hits(folder / "hits.csv", table)
    write_hits_sdf(folder / "hits.sdf", table)
    write_atomic(folder / "report.html", render_report(table, ranking, screen, facts))
    write_atomic(folder / "screen.toml", dump_screen(screen))
    names = ("hits.csv", "hits.sdf", "rejects.csv", "duplicates.csv", "report.html", "screen.toml")
    hashes = {name: sha256((folder / name).read_bytes()).hexdigest() for name in names}
    seconds = {**facts.seconds, "hand_over": perf_counter() - started}
    manifest = build_manifest(replace(facts, seconds=seconds), ranking, screen, hashes)
    write_atomic(folder / MANIFEST, dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    return table, manifest
