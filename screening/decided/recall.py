"""Recalls the compounds that a screen's decisions hide, each as it was when it was decided about.

That is how the newest run showed it that finished on or before the date of the decision. Hidden
compounds are no hits any more, so runs pass on what they recalled in ``decided.json``, and old runs
may be removed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from chem.errors import InputError
from chem.records.records import Failure
from chem.structure.inchi_key import inchi_key
from chem.structure.standardize import STANDARDIZER, standardize
from gnn.bundle.bundle import Bundle
from screening.changes.decided_compounds import MOST_RUNS
from screening.changes.decisions import Decision, Decisions, decisions_file, find_decisions
from screening.changes.earlier_runs import find_runs_on
from screening.changes.price_changes import OfferColumns, find_offer_columns
from screening.evidence.evidence import ITSELF
from screening.evidence.neighbours import nearest_measured
from screening.objective.screen_settings import Screen
from screening.rank.structure_columns import is_key
from screening.reason.measurements import column_name, measured_text
from screening.runs.record_outcome import HITS, ChangedFileError, read_lines
from screening.runs.runfolder import RunFolder
from screening.score.predicted_columns import PROBABILITY, task_units, unit_of
from screening.select.decided import (
    DECIDED_FILE,
    DecidedCompound,
    DecidedCompounds,
    ShownThen,
    read_decided,
)
from screening.text.cells import unescape_cell
from screening.text.digits import digits_of


class _Shown(NamedTuple):
    """A compound as a run showed it."""

    key: str
    then: ShownThen
    knew: frozenset[tuple[str, str]] = frozenset()
    """The decisions, each with its date, that the run knew: they were made about earlier runs."""


@dataclass
class _Memory:
    """What earlier runs tell of the compounds that decisions name, the newest first."""

    by_id: dict[str, list[_Shown]] = field(default_factory=dict)
    by_inchikey: dict[str, list[_Shown]] = field(default_factory=dict)
    by_key: dict[str, list[_Shown]] = field(default_factory=dict)

    def add(self, shown: _Shown, ids: Sequence[str], inchikey: str) -> None:
        """Add what a run showed, under the IDs and the InChIKey that decisions use."""
        for name in dict.fromkeys((*ids, shown.then.compound_id)):
            if name:
                self.by_id.setdefault(name, []).append(shown)
        if inchikey:
            self.by_inchikey.setdefault(inchikey, []).append(shown)
        self.by_key.setdefault(shown.key, []).append(shown)

    def sort(self) -> None:
        """Put the newest first."""
        for found in (self.by_id, self.by_inchikey, self.by_key):
            for shown in found.values():
                shown.sort(key=lambda one: one.then.finished, reverse=True)

    def keys_of(self, line: Decision) -> list[str]:
        """Return the keys of the compounds that a line is about; none if no run is known to.

        An InChIKey counts only without a known ID: several compounds may share one.
        """
        if shown := self.by_id.get(line.compound_id):
            return [next(_until(shown, line), shown[0]).key]
        return list(dict.fromkeys(one.key for one in self.by_inchikey.get(line.inchikey, ())))

    def shown_then(self, key: str, line: Decision) -> ShownThen | None:
        """Return how the newest run showed a compound on which a line decides; None if unknown."""
        return next((one.then for one in _until(self.by_key[key], line) if line.date), None)


def recall_decided(
    screen: Screen, out: Path, columns: Sequence[str], bundles: Sequence[Bundle]
) -> DecidedCompounds | None:
    """Return the compounds that the decisions of a screen hide; None if it hides none.

    A file of decisions with a mistake hides nothing and is told.

    Args:
        screen: The screen of the run.
        out: The folder of the run; earlier runs are in it and beside it.
        columns: The library's own columns.
        bundles: The bundles of the run.
    """
    words = () if screen.selection is None else screen.selection.hide_decided
    if not words:
        return None
    offers = find_offer_columns((screen,), (columns,))
    found = DecidedCompounds(
        file=decisions_file(out, screen).name,
        library=screen.library,
        price_column=offers.price,
        stock_column=offers.stock,
    )
    try:
        decisions = find_decisions(out, screen)
        if not decisions.lines:
            return found
        memory = _remember(decisions, screen, out, offers)
        compounds = list(_compounds(decisions, memory, words))
    except InputError as error:
        return found.model_copy(update={"problem": str(error)})
    hides = [one for one in decisions.lines if one.decision in words]
    lost = [one for one in hides if not one.compound_id and not memory.keys_of(one)]
    told = _with_measured(compounds, screen, bundles)
    return found.model_copy(update={"compounds": told, "unmatched": len(lost)})


def _until(shown: Sequence[_Shown], line: Decision) -> Iterator[_Shown]:
    """Yield what runs showed that may be what a line decides about.

    They finished until the end of its day in UTC, if it has one, and did not know it.
    """
    known = (line.decision, line.date)
    for one in shown:
        if not line.date or (one.then.finished[:10] <= line.date and known not in one.knew):
            yield one


def _remember(decisions: Decisions, screen: Screen, out: Path, offers: OfferColumns) -> _Memory:
    """Read how earlier runs showed the compounds of decisions, from their hits and records."""
    memory = _Memory()
    wanted = {one.compound_id for one in decisions.lines} - {""}
    inchikeys = {one.inchikey for one in decisions.lines} - {""}
    # A finished run in the same folder is among them: the report may be its.
    runs = find_runs_on(out.absolute().parent, screen.library)
    kept = [*_kept_cells(screen), *filter(None, offers)]
    seen = set[tuple[str, str]]()
    for run, own in runs[:MOST_RUNS]:
        recorded = _recorded(run)
        for line in _hits(run):
            inchikey = inchi_key(unescape_cell(line["smiles"])) if inchikeys else ""
            if unescape_cell(line.get("compound_id", "")) in wanted or inchikey in inchikeys:
                then = _then_of(run, own.library, line, kept)
                knew = _known_decisions(recorded, line["key"], then)
                seen.add((line["key"], then.finished))
                memory.add(_Shown(line["key"], then, knew), (), inchikey)
        for one in recorded:
            if one.then is not None and (one.key, one.then.finished) not in seen:
                seen.add((one.key, one.then.finished))
                memory.add(_Shown(one.key, one.then), (one.compound_id,), one.inchikey)
    memory.sort()
    return memory


def _kept_cells(screen: Screen) -> list[str]:
    """Return the columns of a hit list that are compared, but for price and stock."""
    ends = ("", "_lo", "_hi")
    names = [term.name for term in screen.objective.primary]
    near = [column_name(name, end) for name in names for end in ("smiles", "value")]
    return [*(f"{task}{end}" for task in screen.objective.tasks for end in ends), *near]


def _hits(run: RunFolder) -> list[dict[str, str]]:
    """Return the hits of a run; none if its list was changed since."""
    try:
        return [line for line in read_lines(run, HITS) if is_key(line.get("key", ""))]
    except ChangedFileError:
        return []


def _recorded(run: RunFolder) -> list[DecidedCompound]:
    """Return what a run recorded of decided compounds; nothing if that was changed since."""
    try:
        found = read_decided(run.folder, run.manifest.files.get(DECIDED_FILE))
    except InputError:
        return []
    return [] if found is None else [one for one in found.compounds if is_key(one.key)]


def _known_decisions(
    recorded: Sequence[DecidedCompound], key: str, then: ShownThen
) -> frozenset[tuple[str, str]]:
    """Return the decisions, with their dates, that a run knew about a hit or its ID."""
    return frozenset(
        (one.decision, one.date)
        for one in recorded
        if one.key == key or one.compound_id == then.compound_id
    )


def _then_of(
    run: RunFolder, library: str, line: Mapping[str, str], kept: Sequence[str]
) -> ShownThen:
    return ShownThen(
        run=run.folder.name,
        finished=run.manifest.finished,
        library=library,
        compound_id=unescape_cell(line.get("compound_id", "")),
        smiles=unescape_cell(line["smiles"]),
        standardizer=run.manifest.standardizer,
        cells={name: unescape_cell(line[name]) for name in kept if name in line},
        measured=run.manifest.measured,
    )


def _current_key(key: str, then: ShownThen) -> str:
    """Return the key of a compound by the current rules of standardization."""
    if then.standardizer == STANDARDIZER:
        return key
    again = standardize(then.smiles, "smiles")
    return key if isinstance(again, Failure) else again.key


def _compounds(
    decisions: Decisions, memory: _Memory, words: Sequence[str]
) -> Iterator[DecidedCompound]:
    """Yield each compound of which the newest decision is one of the words.

    Raises ContradictionError if two lines about a compound contradict each other.
    """
    by_key: dict[str, list[int]] = {}
    by_id: dict[str, list[int]] = {}
    for at, line in enumerate(decisions.lines):
        keys = memory.keys_of(line)
        for key in keys:
            by_key.setdefault(key, []).append(at)
        if not keys and line.compound_id:
            by_id.setdefault(line.compound_id, []).append(at)
    for key, places in by_key.items():
        line = decisions.lines[decisions.newest(places)]
        if line.decision in words:
            then = memory.shown_then(key, line)
            shown = then or memory.by_key[key][0].then
            yield _decided(line, _current_key(key, shown), then)
    for places in by_id.values():
        line = decisions.lines[decisions.newest(places)]
        if line.decision in words:
            yield _decided(line, "", None)


def _decided(line: Decision, key: str, then: ShownThen | None) -> DecidedCompound:
    return DecidedCompound(**{**line._asdict(), "key": key}, then=then)


def _with_measured(
    compounds: Sequence[DecidedCompound], screen: Screen, bundles: Sequence[Bundle]
) -> list[DecidedCompound]:
    """Add what was measured of compounds on the primary targets since they were decided about.

    Only bundles with other measured compounds than at the time can have something new.
    """
    hashes = {
        one.card.name: one.measured_compounds.sha256
        for one in bundles
        if one.measured_compounds is not None
    }
    asked = [
        at
        for at, one in enumerate(compounds)
        if one.then is not None and one.then.measured != hashes
    ]
    if not asked or not hashes:
        return list(compounds)
    units = task_units(tuple(bundles))
    tasks = [term.task for term in screen.objective.primary]
    smiles = [then.smiles for at in asked if (then := compounds[at].then) is not None]
    found = list(compounds)
    for at, near in zip(asked, nearest_measured(smiles, bundles, tasks, count=1), strict=True):
        told = []
        for term in screen.objective.primary:
            is_class = unit_of(term.task, screen, units) == PROBABILITY
            digits = digits_of(term.task, screen, units)
            now = [one for one in near.get(term.task, ()) if one.same == ITSELF]
            text = measured_text(now[0], digits, is_class) if now else ""
            before = _measured_then(compounds[at].then, term.name)
            if text and before is not None and text != before:
                told.append(
                    f"{term.name} measured {text}" + (f", {before} before" if before else "")
                )
        found[at] = compounds[at].model_copy(update={"measured": ", ".join(told)})
    return found


def _measured_then(then: ShownThen | None, name: str) -> str | None:
    """Return the value measured of the compound itself; "" if none was, None if not known."""
    near = column_name(name, "smiles")
    if then is None or near not in then.cells:
        return None
    is_itself = then.cells[near] == then.smiles
    return then.cells.get(column_name(name, "value"), "") if is_itself else ""
