"""Finds the compounds of decisions, among the hits of a run and elsewhere.

A vendor may give a compound another ID, and another salt may come to stand for it. Its registration
key stays, so a decision follows the key. The key of an old ID is in the hit lists of earlier runs,
or in the library of this run or of the last one.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from chem.errors import HitlistError
from chem.structure.inchi_key import inchi_key
from screening.changes.compare import Changes
from screening.changes.decisions import MOST_NAMED, WORDS, Decision, Decisions, FoundCompound
from screening.changes.setting import LEFT
from screening.hits.table import HitTable
from screening.rank.structure_columns import key_text
from screening.report.change_sentences import tell_decision
from screening.report.last_run_facts import (
    DecisionFacts,
    GivenDecision,
    Number,
    OrderDecision,
)
from screening.runs.past_run import open_records
from screening.runs.record_outcome import HITS, ChangedFileError, read_lines
from screening.runs.runfolder import RunFolder
from screening.storage.schema import REJECTED
from screening.text.cells import unescape_cell

MOST_RUNS = 60
"""The most earlier runs whose hit lists are read: two months of nights."""


def follow_decisions(
    decisions: Decisions, run: RunFolder, earlier: Sequence[RunFolder]
) -> Decisions:
    """Return the decisions with the keys of the compounds that are no hits under their IDs.

    An ID is looked for in the hit lists of the earlier runs, the newest first, then in the library
    of this run, then in that of the last one. A run that cannot be read is passed over.

    earlier: The earlier runs, the newest first.

    Raises ContradictionError as :class:`Decisions` does.
    """
    wanted = {one.named for one in decisions.lines}
    if not wanted:
        return decisions
    wanted -= {name for names, _ in _hits(run, wanted) for name in names}
    known: dict[str, FoundCompound] = {}
    for one in earlier[:MOST_RUNS]:
        if not wanted:
            break
        day = one.manifest.finished[:10]
        for names, cells in _hits(one, wanted):
            found = FoundCompound(cells["key"], unescape_cell(cells.get("name", "")), day)
            known |= dict.fromkeys(names, found)
        wanted -= known.keys()
    for one in (run, *earlier[:1]):
        found_here = _records(one, wanted)
        known |= found_here
        wanted -= found_here.keys()
    return decisions.with_known(known)


def _hits(run: RunFolder, wanted: set[str]) -> Iterator[tuple[set[str], Mapping[str, str]]]:
    """Yield the lines of a hit list that some of the wanted IDs and InChIKeys name."""
    with_keys = any(len(name) == 27 and name.count("-") == 2 for name in wanted)
    try:
        lines = [line for line in read_lines(run, HITS) if line.get("key")]
    except ChangedFileError:
        return
    for line in lines:
        names = {unescape_cell(line.get("compound_id", ""))}
        if with_keys:
            names.add(inchi_key(unescape_cell(line["smiles"])))
        if found := names & wanted:
            yield found, line


def _records(run: RunFolder, wanted: set[str]) -> dict[str, FoundCompound]:
    """Return the records of a run's library that have the wanted IDs, by ID.

    Of several records with one ID, an accepted one counts.
    """
    found: dict[str, FoundCompound] = {}
    if not wanted:
        return found
    ids = pa.array(sorted(wanted), pa.string())
    try:
        prepared = open_records(run.folder).prepared
        for part in prepared.partitions:
            columns = ["compound_id", "name", "key", "status", "code"]
            table = prepared.store.read_table(part, columns)
            for one in table.filter(pc.is_in(table["compound_id"], ids)).to_pylist():
                known = found.get(one["compound_id"])
                if one["status"] == REJECTED:
                    told = FoundCompound("", one["name"], "", one["code"])
                    found.setdefault(one["compound_id"], told)
                elif (key := key_text(one["key"])) and (known is None or known.rejected):
                    found[one["compound_id"]] = FoundCompound(key, one["name"], "")
    except HitlistError:  # such as a prepared library that was pruned
        return {}
    return found


Decided = list[tuple[Mapping[str, str], Decision | None]]
"""The hits, by rank, each with the decision about it."""


def decided(table: HitTable, decisions: Decisions) -> Decided:
    """Return each hit with the decision about it, by rank."""
    return [
        (cells, decisions.of(cells["compound_id"], cells["smiles"], cells["key"]))
        for cells in table.records()
    ]


def decision_facts(
    hits_decided: Decided, changes: Changes | None, decisions: Decisions, problem: str
) -> DecisionFacts:
    """Return what a run tells of the decisions.

    problem: The reason that their file could not be read; empty without one.
    """
    about = [(cells, one) for cells, one in hits_decided if one is not None]
    hits = Counter(one.decision for _, one in about)
    left = [] if changes is None else [one for one in changes.of(LEFT) if one.decision]
    away, unknown = decisions.away(), decisions.unknown()
    used = [one for at, one in enumerate(decisions.lines) if at in decisions.used]
    return DecisionFacts(
        problem=problem,
        used=[GivenDecision(**one._asdict()) for one in used],
        lines=[GivenDecision(**one._asdict()) for one in decisions.lines],
        hits=[Number(name=name, count=hits[name]) for name in WORDS if hits[name]],
        left=len(left),
        others=len(unknown),
        names=unknown[:MOST_NAMED],
        away=len(away),
        away_names=away[:MOST_NAMED],
        orders=[
            OrderDecision(
                rank=cells["rank"],
                decision=one.decision,
                comment=one.told_of(cells["compound_id"]),
                shown=cells["name"] or cells["compound_id"],
            )
            for cells, one in about
        ],
        left_names=[
            tell_decision(one.compound_id, one.name, one.decision) for one in left[:MOST_NAMED]
        ],
    )
