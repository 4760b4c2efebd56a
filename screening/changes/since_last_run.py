"""Compares a run that was just written with the last run of its screen, and tells it in its files.

The run is whole before: a comparison that fails costs no hit list. Its reason is told in place of
the changes.
"""

import json
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from chem.disk.files import remove_durably, write_atomic
from chem.errors import HitlistError, InputError
from chem.structure.inchi_key import inchi_key
from screening.changes.compare import Change, Changes, compare_runs, write_changes
from screening.changes.decided_compounds import (
    Decided,
    decided,
    decision_facts,
    follow_decisions,
)
from screening.changes.decisions import (
    ContradictionError,
    Decisions,
    decisions_file,
    find_decisions,
)
from screening.changes.earlier_runs import count_steady, find_earlier, find_elsewhere
from screening.changes.price_changes import OfferChange
from screening.changes.setting import BY_OTHERS, ENTERED, LEFT, MOVED
from screening.errors import told_in_one_line
from screening.hits.table import HitTable
from screening.lab.order import write_decisions
from screening.lab.write import ORDER
from screening.objective.screen_file import load_screen
from screening.objective.screen_settings import Screen
from screening.report.change_sentences import NAMED
from screening.report.last_run import insert_since, stamp_of
from screening.report.last_run_facts import (
    CHANGES,
    FACTS,
    Compared,
    Kind,
    LastRun,
    LeftHit,
    Mark,
    Number,
    OldId,
    ShownChange,
    Since,
)
from screening.report.manifest import SHOWN_COUNTS
from screening.report.report import SHOWN
from screening.runs.latest import point_to_latest
from screening.runs.runfolder import MANIFEST, SCREEN, RunFolder, open_folder
from screening.runs.write_run import Outcome
from screening.storage.in_use import marking
from screening.storage.lock import Lock

SHOWN_CHANGES = 20
"""The most changes that the report lists."""
_NO_OFFER = OfferChange("", "", "", "", 0.0, "", "")
_REPORT = "report.html"
_COUNTED = ("rows", "rejected", "duplicates", "accepted", "hits")


def tell_changes(outcome: Outcome) -> Outcome:
    """Compare a finished run with the last run of its screen beside it, and add that to its files.

    It writes ``changes.json`` and, if there is a last run, ``changes.csv``; it puts the section on
    the last run into ``report.html`` and the decisions into ``lab/order.csv``; and it notes the
    run's ID and the last run in the manifest, which is written last. Then ``latest`` leads to the
    run. A ranking of another run's scores is not compared.

    Returns:
        The outcome with the new manifest.

    Raises:
        InputError: Another process writes into the folder.
        StoreError: The folder cannot be written.
    """
    folder = outcome.folder
    run = open_folder(folder)
    with marking():  # the last run is in use only while it is read, so that retention may have it
        since, changes = _compare(run, outcome.table)
    with Lock(folder), told_in_one_line(folder):
        run.check_unchanged()
        page = (folder / _REPORT).read_text(encoding="utf-8")
        stamp = stamp_of(run.run_id, run.manifest)
        page = insert_since(page, since, stamp, outcome.table)
        remove_durably(folder / MANIFEST)
        facts = json.dumps(since.model_dump(), indent=1, ensure_ascii=False) + "\n"
        write_atomic(folder / FACTS, facts)
        write_atomic(folder / _REPORT, page)
        names = [FACTS, _REPORT]
        if changes is not None:
            write_changes(folder / CHANGES, changes)
            names.append(CHANGES)
        if since.order_cells:
            write_decisions(folder / ORDER, since.order_cells)
            names.append(ORDER)
        hashes = {name: sha256((folder / name).read_bytes()).hexdigest() for name in names}
        manifest = replace(
            outcome.manifest,
            files={**outcome.manifest.files, **hashes},
            run={
                "id": run.run_id,
                "compared_with": None if since.last is None else since.last.model_dump(),
            },
        )
        text = json.dumps(manifest.as_dict(), indent=2, ensure_ascii=False) + "\n"
        write_atomic(folder / MANIFEST, text)
    if run.ranks is None and manifest.counts.accepted:  # without compounds nobody wants it
        point_to_latest(folder, manifest.screen.name)
    return replace(outcome, manifest=manifest)


def _compare(run: RunFolder, table: HitTable) -> tuple[Since, Changes | None]:
    """Return the facts of the comparison, and the changes if there are any to write."""
    screen = load_screen(run.folder / SCREEN)
    try:
        decisions = find_decisions(run.folder, screen)
    except InputError as error:
        return _compare_with(Decisions(), str(error), run, screen, table)
    try:
        return _compare_with(decisions, "", run, screen, table)
    except ContradictionError as error:
        return _compare_with(Decisions(), str(error), run, screen, table)


def _compare_with(
    decisions: Decisions, problem: str, run: RunFolder, screen: Screen, table: HitTable
) -> tuple[Since, Changes | None]:
    """Compare with decisions, or with none and the problem of their file.

    Raises ContradictionError if two decisions about a compound contradict each other.
    """
    earlier = [] if run.ranks is not None else find_earlier(run, screen)
    decisions = follow_decisions(decisions, run, earlier)
    changes, failed = None, ""
    if earlier:
        try:
            changes = compare_runs(earlier[0].folder, run.folder, decisions)
        except ContradictionError:
            raise
        except (HitlistError, KeyError, ValueError) as error:
            failed = " ".join(str(error).split())
    steady, about = count_steady([run, *earlier]), decided(table, decisions)
    since = Since(
        ranks="" if run.ranks is None else Path(run.ranks.run).name,
        last=_last_run(earlier[0]) if earlier else None,
        problem=failed,
        counts=_counts(earlier[0], run) if earlier else [],
        kinds=[] if changes is None else [_kind(changes, name) for name in (ENTERED, LEFT, MOVED)],
        stable=0 if changes is None else changes.stable,
        notes=[] if changes is None else list(changes.notes),
        shown=[] if changes is None else _shown(changes),
        steady_runs=steady[0],
        steady_hits=steady[1],
        marks=_marks(about, changes),
        decisions=decision_facts(about, changes, decisions, problem).model_copy(
            update={"file": decisions_file(run.folder, screen).name}
        ),
        old_ids=_old_ids(table, changes, decisions),
        elsewhere=find_elsewhere(run, screen) if not earlier and run.ranks is None else None,
        prices=None if changes is None else changes.offers.prices,
        stocks=None if changes is None else changes.offers.stocks,
        records=0 if changes is None else len(changes.offers.records),
        first_records=[] if changes is None else list(changes.offers.records[:NAMED]),
        lines=0 if changes is None else len(changes.changes),
        left=_left(changes),
        same_library=bool(earlier) and _library_of(earlier[0]) == _library_of(run) != "",
    )
    return since, changes


def _last_run(run: RunFolder) -> LastRun:
    name = run.folder.absolute().name
    return LastRun(folder=name, run_id=run.run_id, finished=run.manifest.finished)


def _library_of(run: RunFolder) -> str:
    """Return the hash of a run's library; empty if its manifest has none."""
    library = run.manifest.library
    return str(library.get("sha256", "")) if isinstance(library, dict) else ""


def _left(changes: Changes | None) -> list[LeftHit]:
    return [
        LeftHit(
            compound_id=one.compound_id,
            inchikey=inchi_key(one.smiles),
            rank_before=one.rank_before,
            cause=one.cause,
        )
        for one in ([] if changes is None else changes.of(LEFT)[:SHOWN])
    ]


def _counts(before: RunFolder, now: RunFolder) -> list[Compared]:
    then, today = before.manifest.counts, now.manifest.counts
    return [
        Compared(name=SHOWN_COUNTS[name], before=then.get(name, 0), now=today.get(name, 0))
        for name in _COUNTED
    ]


def _kind(changes: Changes, name: str) -> Kind:
    causes = [Number(name=cause, count=count) for cause, count in changes.causes(name)]
    by_others = [
        one
        for one in changes.of(MOVED)
        if name == MOVED and one.score_before == one.score_now and one.cause in BY_OTHERS
    ]
    count = len(changes.of(name))
    return Kind(name=name, count=count, causes=causes, by_others=len(by_others))


def _shown(changes: Changes) -> list[ShownChange]:
    """Return the first changes; the first that entered or left by each cause are among them."""
    seen: Counter[tuple[str, str]] = Counter()
    few, rest = list[Change](), list[Change]()
    for one in changes.changes:
        seen[one.change, one.cause] += 1
        named = one.change in (ENTERED, LEFT) and seen[one.change, one.cause] <= NAMED
        (few if named else rest).append(one)
    chosen = {one.key for one in [*few, *rest][:SHOWN_CHANGES]}
    return [
        ShownChange(**{name: getattr(one, name) for name in ShownChange.model_fields})
        for one in changes.changes
        if one.key in chosen
    ]


def _old_ids(table: HitTable, changes: Changes | None, decisions: Decisions) -> list[OldId]:
    """Return the IDs of other runs that lead to hits of the page."""
    by_key = {cells["key"]: cells for cells in table.records()[:SHOWN]}
    taken = {cells["compound_id"] for cells in by_key.values()}
    found = {} if changes is None else dict(changes.old_ids)
    found |= {one.compound_id: one.key for one in decisions.lines if one.key and one.compound_id}
    return [
        OldId(compound_id=name, rank=by_key[key]["rank"])
        for name, key in found.items()
        if key in by_key and name not in taken
    ]


def _marks(about: Decided, changes: Changes | None) -> list[Mark]:
    """Return the marks of the hits on the page that have any."""
    lines = () if changes is None else changes.changes
    by_rank = {one.rank_now: one for one in lines if one.change in (ENTERED, MOVED)}
    offers = {} if changes is None else changes.offers.hits
    marks = []
    for cells, decision in about[:SHOWN]:
        change, offer = by_rank.get(cells["rank"]), offers.get(cells["rank"], _NO_OFFER)
        if change is None and decision is None and offer is _NO_OFFER:
            continue
        told = "" if change is None else change.change
        marks.append(
            Mark(
                rank=cells["rank"],
                change=f"moved from {change.rank_before}" if change and told == MOVED else told,
                cause="" if change is None else change.cause,
                decision="" if decision is None else decision.decision,
                decision_comment="" if decision is None else decision.told_of(cells["compound_id"]),
                price=offer.price,
                was=offer.was,
                stock=offer.stock,
                record=offer.record,
            )
        )
    return marks
