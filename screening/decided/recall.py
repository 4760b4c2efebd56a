"""Recalls the compounds that a screen's decisions hide, each as it was when it was decided about.

That is how the newest run showed it that finished on or before the date of the decision. Hidden
compounds are no hits any more, so runs pass on what they recalled in ``decided.json``, and old runs
may be removed.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from chem.errors import InputError
from chem.records.records import Failure
from chem.structure.standardize import STANDARDIZER, standardize
from gnn.bundle.bundle import Bundle
from screening.changes.decisions import Decision, Decisions, decisions_file, find_decisions
from screening.changes.price_changes import find_offer_columns
from screening.decided.earlier_hits import EarlierHits, find_earlier_hits
from screening.evidence.evidence import ITSELF
from screening.evidence.neighbours import nearest_measured
from screening.objective.screen_settings import Screen
from screening.reason.measurements import column_name, measured_text
from screening.score.predicted_columns import PROBABILITY, task_units, unit_of
from screening.select.decided import DecidedCompound, DecidedCompounds, ShownThen
from screening.text.digits import digits_of


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
        hits = find_earlier_hits(decisions.lines, screen, out, offers)
        compounds = list(_compounds(decisions, hits, words))
    except InputError as error:
        return found.model_copy(update={"problem": str(error)})
    hides = [one for one in decisions.lines if one.decision in words]
    lost = [one for one in hides if not one.compound_id and not hits.keys_of(one)]
    told = _with_measured(compounds, screen, bundles)
    return found.model_copy(update={"compounds": told, "unmatched": len(lost)})


def _current_key(key: str, then: ShownThen) -> str:
    """Return the key of a compound by the current rules of standardization."""
    if then.standardizer == STANDARDIZER:
        return key
    again = standardize(then.smiles, "smiles")
    return key if isinstance(again, Failure) else again.key


def _compounds(
    decisions: Decisions, hits: EarlierHits, words: Sequence[str]
) -> Iterator[DecidedCompound]:
    """Yield each compound of which the newest decision is one of the words.

    Raises ContradictionError if two lines about a compound contradict each other.
    """
    by_key: dict[str, list[int]] = {}
    by_id: dict[str, list[int]] = {}
    for at, line in enumerate(decisions.lines):
        keys = hits.keys_of(line)
        for key in keys:
            by_key.setdefault(key, []).append(at)
        if not keys and line.compound_id:
            by_id.setdefault(line.compound_id, []).append(at)
    for key, places in by_key.items():
        line = decisions.lines[decisions.newest(places)]
        if line.decision in words:
            then = hits.shown_then(key, line)
            shown = then or hits.by_key[key][0].then
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
