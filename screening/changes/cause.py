"""Finds the cause of a change of the hit list, by evaluating the compound again.

The causes are tested in this order, and the first that holds is told:

1. One of the libraries lacks the compound: it is new, withdrawn, rejected, a duplicate, or
   standardized by other rules.
2. A selection refused it for its price or for the budget (its own price or that of another hit
   changed, or another record stands for it), or a list or a decision names it in one run only.
3. A triage chose it in one run only.
4. Its own score or filters changed. Its predictions under the screen of the other run tell the
   screen from the models. The rank that its old score has in the new list, and its new score in the
   old list, tells its own change from those of others.
5. Only others changed, or the number of hits, or the rules of the selection.
"""

from screening.changes.details import told_others, told_own
from screening.changes.edits import Edits, some
from screening.changes.price_changes import find_offer
from screening.changes.setting import ENTERED, LEFT, MOVED, Cause, Found, Setting
from screening.changes.standings import OUT, Pair, Standing, View, needed_values, score_text
from screening.select.constraints import BUDGET, CONTROL, NO_PRICE
from screening.select.decided import DECIDED
from screening.select.selection_report import is_excluded


def find_cause(pair: Pair, change: str, setting: Setting) -> Found:
    """Return the cause of a change: ``entered``, ``left`` or ``moved``."""
    if pair.now.record is None or pair.before.record is None:
        return _absent(pair, setting)
    found = None
    if change != MOVED:
        found = _refused(pair, change, setting) or _listed(pair, setting) or _triaged(pair, setting)
    return found or _ranked(pair, change, setting)


def _absent(pair: Pair, setting: Setting) -> Found:
    """Return the cause for a compound that one of the libraries lacks."""
    gone = pair.now.record is None
    record = pair.before.record if gone else pair.now.record
    assert record is not None
    like = (setting.like_now if gone else setting.like_before).get(record.row)
    word = "now" if gone else "before"
    plain = Cause.WITHDRAWN if gone else Cause.NEW
    if like is None:
        return Found(plain, f"not in the library {word}")
    if like.problem:
        return Found(Cause.REJECTED, f"row {like.row} was rejected {word}: {like.problem}")
    same = bool(record.input_smiles) and like.input_smiles == record.input_smiles
    versions = some(setting.edits.versions)
    if same or (not record.input_smiles and versions):
        if like.first_row != like.row:
            return Found(
                Cause.DUPLICATE,
                f"row {like.row} is a duplicate of row {like.first_row} {word}; {versions}",
            )
        return Found(Cause.VERSION, f"standardized as {like.smiles} {word}; {versions}")
    verb = "is" if gone else "was"
    told = f"the structure of {like.compound_id} {verb} {like.smiles} {word}"
    return Found(Cause.STRUCTURE, told)


def _refused(pair: Pair, change: str, setting: Setting) -> Found | None:
    """Return the cause for a compound that was refused for its price or for the budget."""
    why = (pair.now if change == LEFT else pair.before).why
    if why not in (BUDGET, NO_PRICE):
        return None
    old, new = pair.before.price, pair.now.price
    if edited := [text for text in setting.edits.selection if "budget" in text or "price" in text]:
        return Found(Cause.SCREEN, some(edited))
    word = "now" if change == LEFT else "before"
    offer = find_offer(pair, setting.columns)
    if offer is not None and offer.record:
        return Found(Cause.RECORD, f"{offer.told}; {why} {word}")
    if old is not None and new is not None and old != new:
        return Found(Cause.PRICE, f"its price {old or 'none'} → {new or 'none'}; {why} {word}")
    if setting.repriced:
        told = f"{why} {word}; the budget went elsewhere: {some(setting.repriced)}"
        return Found(Cause.PRICE, told)
    return None


def _listed(pair: Pair, setting: Setting) -> Found | None:
    """Return the cause for a compound that a list excludes or includes in one run only."""
    then, now = _list_word(pair.before), _list_word(pair.now)
    if then == now:
        return None
    told = f"{now} now" if now else f"{then} before"
    if (now or then).startswith(DECIDED):
        hides = [text for text in setting.edits.selection if "hide_decided" in text]
        return Found(Cause.SCREEN, f"{told}; {hides[0]}") if hides else Found(Cause.DECIDED, told)
    if edited := setting.edits.list_names:
        return Found(Cause.SCREEN, f"{told}; {some(edited)}")
    if setting.edits.selection and not setting.edits.lists:
        return Found(Cause.SCREEN, f"{told}; {some(setting.edits.selection)}")
    return Found(Cause.MEASURED, told)


def _list_word(view: View) -> str:
    if is_excluded(view.why):
        return view.why
    return "a control" if view.hit is not None and view.hit.picked_by == CONTROL else ""


def _triaged(pair: Pair, setting: Setting) -> Found | None:
    """Return the cause for a compound that a triage left out of one run."""
    if pair.before.scored == pair.now.scored:
        return None
    late = pair.before.scored
    missing, scored = (pair.now, pair.before) if late else (pair.before, pair.now)
    listed = setting.now if late else setting.before
    if missing.own is None or missing.own.removed_by:
        return None
    word = "now" if late else "before"
    edits = setting.edits
    if (
        edits.wanted
        and listed is not None
        and scored.other is not None
        and listed.place(missing, scored.other, scored.smiles) == OUT
    ):
        told = f"score {score_text(scored.own)}, under the other screen {score_text(scored.other)}"
        return Found(Cause.SCREEN, f"{told}; {some(edits.wanted)}")
    told = f"not scored {word}: the triage found it not promising enough"
    others = [f"models changed: {some(edits.models)}"] if edits.models else []
    others += [f"screen edited: {some(edits.wanted)}"] if edits.wanted else []
    return Found(Cause.TRIAGE, "; ".join([told, *others]))


def _ranked(pair: Pair, change: str, setting: Setting) -> Found:
    """Return the cause for a compound that both runs accepted, by its own change and others'."""
    if sole := _sole(setting):
        return Found(sole, told_own(pair, setting, sole) + told_others(pair, setting))
    own, others = _shares(pair, change, setting)
    cause = _own_cause(pair, change, setting) if own else None
    limits = _find_limits(pair, change, setting)
    around = _others_cause(pair, change, setting, bool(limits)) if others else None
    both = [one for one in (cause, around) if one]
    told = told_own(pair, setting, cause or "")
    if around:
        told += told_others(pair, setting)
        told += f"; limits: {some(limits)}" if limits else ""
        told += f"; {some(setting.edits.selection)}" if Cause.SCREEN in around else ""
    return Found(" and ".join(dict.fromkeys(both)), told)


def _sole(setting: Setting) -> Cause | None:
    """Return the cause of all changes between runs that differ in one input only."""
    if not setting.edits.is_one_input:
        return None
    return Cause.SCREEN if setting.edits.screen else Cause.MODELS


def _shares(pair: Pair, change: str, setting: Setting) -> tuple[bool, bool]:
    """Tell whether the compound's own change, and those of others, made the change."""
    old, new = pair.before.own, pair.now.own
    if old == new:
        return False, True
    if setting.before is None or setting.now is None:
        own = _explains(old, new, _fell(pair, change))
        return own, not own
    alone = setting.before.place(pair.before, new, pair.now.smiles)
    around = setting.now.place(pair.now, old, pair.before.smiles)
    then, now = pair.before.rank, pair.now.rank
    if change == MOVED:
        own, others = alone != then, around != then
    else:
        own, others = ((place == OUT) == (now == OUT) for place in (alone, around))
    # Neither alone is enough: both are needed.
    return (own, others) if own or others else (True, True)


def _own_cause(pair: Pair, change: str, setting: Setting) -> str:
    """Tell what changed the compound's own score or filters: the screen, the models, or both."""
    edits = setting.edits
    if _same_values(pair, edits):
        return Cause.SCREEN if edits.wanted else Cause.VERSION
    computed = Cause.MODELS if edits.models else Cause.VERSION
    if not edits.wanted:
        return computed
    both = Cause.BOTH if edits.models else f"{computed} and {Cause.SCREEN}"
    before, now = pair.before, pair.now
    if before.other is None or now.other is None:
        return both
    fell = _fell(pair, change)
    by_screen = _explains(before.own, before.other, fell)
    by_models = _explains(before.own, now.other, fell)
    if by_screen == by_models:
        return both
    return Cause.SCREEN if by_screen else computed


def _find_limits(pair: Pair, change: str, setting: Setting) -> list[str]:
    """Return what limits of the selection refused in one run only, so that the compound moved.

    A compound falls by those above it that are no longer refused, and rises by those that are
    refused now; or a limit refuses it itself. If hits are chosen for being unlike each other,
    scores do not tell what is above, and all that was refused counts.
    """
    screens = (setting.edits.before, setting.edits.now)
    if any(one.selection and one.selection.diversity == "maxmin" for one in screens):
        return [one.told for one in setting.refusals]
    scores = [view.own.score for view in (pair.before, pair.now) if view.own is not None]
    least = min((score for score in scores if score is not None), default=0.0)
    rose, own = not _fell(pair, change), {pair.before.smiles, pair.now.smiles}
    return [
        one.told
        for one in setting.refusals
        if one.smiles in own or (one.score >= least and one.is_now == rose)
    ]


def _others_cause(pair: Pair, change: str, setting: Setting, limited: bool) -> str:
    edits, then, now = setting.edits, pair.before.rank, pair.now.rank
    fewer = change == LEFT and then > edits.now.hits
    more = change == ENTERED and now > edits.before.hits
    if fewer or more:
        return Cause.SCREEN
    # Under a selection a place depends on what its limits refuse, too.
    down, up = Cause.DISPLACED, Cause.GAVE_WAY
    if limited:
        down, up = Cause.LIMITED, Cause.GAVE_WAY_LIMITED
    around = down if _fell(pair, change) else up
    return f"{Cause.SCREEN} and {around}" if edits.selection and edits.selects else around


def _same_values(pair: Pair, edits: Edits) -> bool:
    """Tell whether all values on which the score and the filters rest are the same."""
    columns = {*needed_values(edits.before), *needed_values(edits.now)}
    old, new = pair.before.values, pair.now.values
    if not old or not new:  # a filter on properties came before the triage
        return not edits.versions
    return all(old.get(name) == new.get(name) for name in columns)


def _explains(old: Standing | None, new: Standing | None, fell: bool) -> bool:
    """Tell whether going from one standing to the other lowers (or raises) a compound."""
    worse, better = (old, new) if not fell else (new, old)
    if worse is None or better is None:
        return False
    if bool(worse.removed_by) != bool(better.removed_by):
        return bool(worse.removed_by)
    if worse.score is None or better.score is None:
        return worse.score is None and better.score is not None
    return worse.score < better.score


def _fell(pair: Pair, change: str) -> bool:
    return change == LEFT or (change == MOVED and pair.now.rank > pair.before.rank)
