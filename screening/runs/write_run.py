"""The last stage: writes a ranking and its evidence as the files of a run, all or none."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import pandas as pd

from chem.disk.files import remove_durably, write_atomic
from chem.errors import InputError
from gnn.bundle.bundle import Bundle
from gnn.bundle.inactivity_columns import inactivity_columns, inactivity_of
from screening.dask_cluster.stage_costs import Clock
from screening.errors import AccountingError, told_in_one_line
from screening.evidence.evidence import Evidence
from screening.hits.dictionary import Definition, define_columns
from screening.hits.hit_files import (
    write_csv,
    write_duplicates,
    write_hits,
    write_hits_sdf,
    write_passed_over,
    write_rejects,
)
from screening.hits.table import HitTable, hit_table
from screening.hits.workbook import write_workbook
from screening.lab.write import write_lab
from screening.objective.screen_file import dump_screen
from screening.objective.screen_settings import Screen
from screening.prepare.prepared import Prepared
from screening.rank.library_records import Duplicate, Reject, duplicates, rejects
from screening.rank.rank import Ranking
from screening.report.last_run_facts import CHANGES, FACTS
from screening.report.manifest import (
    Artefact,
    RunFacts,
    RunManifest,
    build_manifest,
    check_accounts,
)
from screening.report.report import render_report
from screening.runs.runfolder import MANIFEST, WHERE, check_no_links
from screening.score.card_facts import (
    CardFacts,
    drug_quantiles,
    error_correlations,
    operating_points,
)
from screening.score.predicted_columns import (
    calibrated_tasks,
    domain_limits,
    logarithm_tasks,
    promotions_of,
    restrictions_of,
    target_words,
    task_units,
)
from screening.score.target_panel import panel_of
from screening.select.decided import DECIDED_FILE
from screening.storage.lock import Lock

PASSED_OVER = "passed_over.csv"
"""The file of compounds that were not selected; written only if a screen has a selection."""


def hand_over(
    folder: Path,
    ranking: Ranking,
    screen: Screen,
    facts: RunFacts,
    rejects: Iterable[Reject],
    duplicates: Iterable[Duplicate],
    evidence: Sequence[Evidence] | None = None,
) -> tuple[HitTable, RunManifest]:
    """Write all files of a run into an existing folder.

    The files are ``rejects.csv``, ``duplicates.csv``, ``hits.csv``, ``columns.csv``,
    ``hits.xlsx``, ``hits.sdf``, ``passed_over.csv`` if hits were selected, ``lab/*``,
    ``report.html``, ``screen.toml``, ``decided.json`` if the screen hides compounds by decisions
    and, last, ``manifest.json``.

    Args:
        folder: An existing folder.
        ranking: The ranking of the scored frames (see ``hit_table`` for their columns).
        screen: The screen of the run.
        facts: The facts of the run, with its counts.
        rejects: The rejects in row order; they are streamed.
        duplicates: The duplicates in row order; they are streamed.
        evidence: The evidence of each hit, in rank order.

    Returns:
        The table of hits and the manifest.

    Raises:
        AccountingError: The counts do not add up, or the rejects or duplicates given are not as
            many as were counted; in both cases before ``hits.csv`` is written.
    """
    started = perf_counter()
    check_accounts(facts, ranking, screen)
    ranking = ranking._replace(hits=_with_inactivity(ranking.hits, screen, facts))
    remove_durably(folder / MANIFEST)
    written = {
        "rejected": (write_rejects(folder / "rejects.csv", rejects), facts.rejected),
        "duplicates": (write_duplicates(folder / "duplicates.csv", duplicates), facts.duplicates),
    }
    for what, (found, counted) in written.items():
        if found != counted:
            raise AccountingError(f"{what}: {counted} were counted but {found} were handed over")
    own, cards = facts.extra_columns, CardFacts(facts.limits, facts.drugs, facts.correlations)
    table = hit_table(ranking.hits, screen, facts.units, own, evidence, cards, facts.panel)
    names = ["rejects.csv", "duplicates.csv"]
    names += _write_hits(folder, table, ranking, screen, facts)
    report = render_report(table, ranking, screen, facts, evidence)
    for name, text in (("report.html", report), ("screen.toml", dump_screen(screen))):
        write_atomic(folder / name, text)
        names.append(name)
    if ranking.decided:
        write_atomic(folder / DECIDED_FILE, ranking.decided)
        names.append(DECIDED_FILE)
    hashes = {name: sha256((folder / name).read_bytes()).hexdigest() for name in names}
    seconds = {**facts.seconds, "hand_over": perf_counter() - started}
    manifest = build_manifest(replace(facts, seconds=seconds), ranking, screen, hashes)
    write_atomic(
        folder / MANIFEST, json.dumps(manifest.as_dict(), indent=2, ensure_ascii=False) + "\n"
    )
    return table, manifest


def _with_inactivity(hits: pd.DataFrame, screen: Screen, facts: RunFacts) -> pd.DataFrame:
    """Return the hits with two more columns for each task that has a probability of inactivity."""
    known = {
        task: one
        for task, one in facts.inactivity.items()
        if task in screen.objective.tasks and {task, f"{task}_hi"} <= {*hits}
    }
    if not known:
        return hits
    needed = [name for task, one in known.items() for name in (task, f"{task}_hi", one.distance)]
    predicted = {name: hits[name].to_numpy() for name in needed if name is not None}
    return hits.assign(**inactivity_columns(known, predicted))


def _write_hits(
    folder: Path, table: HitTable, ranking: Ranking, screen: Screen, facts: RunFacts
) -> Iterator[str]:
    """Write the hits in every format but the report; yield the names of the files."""
    write_hits(folder / "hits.csv", table)
    yield "hits.csv"
    about = (facts.units, facts.calibrated, facts.logarithms, facts.inactivity)
    definitions = define_columns(table, screen, *about)
    write_csv(folder / "columns.csv", Definition._fields, definitions)
    yield "columns.csv"
    prices = None if screen.selection is None else screen.selection.price_column
    write_workbook(folder / "hits.xlsx", table, definitions, prices)
    yield "hits.xlsx"
    write_hits_sdf(folder / "hits.sdf", table)
    yield "hits.sdf"
    if ranking.passed_over is None:
        (folder / PASSED_OVER).unlink(missing_ok=True)  # left by an earlier run in this folder
    else:
        write_passed_over(folder / PASSED_OVER, ranking.passed_over)
        yield PASSED_OVER
    yield from write_lab(folder, table, ranking.hits, screen, screen.lab)


class Results(NamedTuple):
    """The results of all stages of a run, before anything is written."""

    screen: Screen
    bundles: tuple[Bundle, ...]
    prepared: Prepared
    ranking: Ranking
    evidence: Sequence[Evidence]
    """The evidence of each hit, in rank order."""


@dataclass
class Outcome:
    """The folder, the table of hits and the manifest of a run that was written."""

    folder: Path
    table: HitTable
    manifest: RunManifest


def publish(
    out: Path, results: Results, clock: Clock, where: Mapping[str, Any], fresh: bool = False
) -> Outcome:
    """Write every file of a run; the manifest comes last.

    Args:
        out: The folder of the run.
        results: The results of its stages.
        clock: The times and the peak memory of its stages.
        where: The locations of its library, bundles and store, for ``where.json``.
        fresh: Refuse, with InputError, a folder that by now holds a finished run.
    """
    screen, bundles, prepared, ranking, evidence = results
    facts = RunFacts(
        library=Artefact(prepared.library, prepared.sha256),
        bundles=tuple(Artefact(bundle.card.name, bundle.sha256) for bundle in bundles),
        featurizer=prepared.featurizer,
        standardizer=prepared.standardizer,
        rows=prepared.rows,
        accepted=prepared.accepted,
        rejected=prepared.rejected,
        duplicates=prepared.duplicates,
        reject_codes=prepared.reject_codes,
        reading=prepared.notes,
        extra_columns=prepared.extra_columns,
        seconds=clock.seconds,
        peak_memory_mb=clock.peak_memory_mb,
        units=task_units(bundles),
        targets=target_words(bundles),
        restrictions=restrictions_of(bundles),
        promotions=promotions_of(bundles),
        measured_compounds={
            bundle.card.name: bundle.measured_compounds.sha256
            for bundle in bundles
            if bundle.measured_compounds is not None
        },
        limits=domain_limits(bundles),
        inactivity=inactivity_of(bundles),
        calibrated=calibrated_tasks(bundles),
        logarithms=logarithm_tasks(bundles),
        drugs=drug_quantiles(bundles),
        correlations=error_correlations(bundles),
        operating_points=operating_points(bundles),
        panel=panel_of(screen, bundles),
    )
    with Lock(out), told_in_one_line(out):
        if fresh and (out / MANIFEST).exists():
            raise InputError(
                f"another run was written into {out} meanwhile; name another folder with --out"
            )
        check_no_links(out)
        check_accounts(facts, ranking, screen)  # before the files of an earlier run are touched
        remove_durably(out / MANIFEST)
        for name in (CHANGES, FACTS, DECIDED_FILE):  # of an earlier run in this folder
            (out / name).unlink(missing_ok=True)
        write_atomic(out / WHERE, json.dumps(where, indent=1, ensure_ascii=False) + "\n")
        records = (rejects(prepared), duplicates(prepared))
        table, manifest = hand_over(out, ranking, screen, facts, *records, evidence)
    return Outcome(out, table, manifest)
