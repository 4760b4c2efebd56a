"""Tells in words how a compound and the others around it changed between two runs."""

from chem.structure.equivalence import without_isotopes
from screening.changes.edits import MOST_NAMED, some
from screening.changes.setting import Cause, Setting
from screening.changes.standings import OUT, Pair, score_text
from screening.objective.screen_settings import Screen
from screening.text.cells import format_number
from screening.text.digits import LOGARITHM_FIGURES


def told_own(pair: Pair, setting: Setting, cause: str) -> str:
    """Tell how the compound's own score and filters changed."""
    old, new = pair.before.own, pair.now.own
    assert old is not None
    assert new is not None
    if old == new:
        told = [f"its own score stays {score_text(new)}"]
    elif score_text(old) == score_text(new):
        told = [f"score {score_text(new)}, changed beyond four decimals"]
    else:
        told = [f"score {score_text(old)} → {score_text(new)}"]
    told += [f"removed by the filter {old.removed_by} before"] if old.removed_by else []
    told += [f"removed by the filter {new.removed_by} now"] if new.removed_by else []
    edits = setting.edits
    if cause in (Cause.MODELS, Cause.BOTH, Cause.VERSION):
        told += _told_values(pair, edits.now)
        told += [f"models: {some(edits.models)}"] if edits.models else [some(edits.versions)]
    if cause in (Cause.SCREEN, Cause.BOTH):
        told += [some(edits.screen)]
    return "; ".join(text for text in told if text)


def _told_values(pair: Pair, screen: Screen) -> list[str]:
    """Tell the predictions for the primary targets that changed.

    A deviation is told where the score uses it: it can change a cautious score alone.
    """
    told = []
    for term in screen.objective.primary:
        digits = 2 if term.scale is None else LOGARITHM_FIGURES
        views = [pair.before.values, pair.now.values]
        shown = [
            "" if (value := one.get(term.task)) is None else format_number(value, digits)
            for one in views
        ]
        deviations = [one[name] for one in views if (name := f"{term.task}_std") in one]
        if term.caution and term.scale is None and len(deviations) == len(views):
            shown = [
                text and f"{text} ± {format_number(deviation, digits)}"
                for text, deviation in zip(shown, deviations, strict=True)
            ]
        if all(shown) and shown[0] != shown[1]:
            told.append(f"{term.name} {' → '.join(shown)}")
    return told[:MOST_NAMED]


def told_others(pair: Pair, setting: Setting) -> str:
    """Count the hits that came in above the compound and those that left above it, and name some.

    For a compound that moved, both together give the difference of its ranks.
    """
    down = pair.now.rank > pair.before.rank
    here, there = ("now", "before") if down else ("before", "now")
    found, alike = _overtaking(pair, setting, here, there)
    told = [alike, _counted(found, here)]
    if OUT not in (pair.now.rank, pair.before.rank):
        told.append(_counted(_overtaking(pair, setting, there, here)[0], there))
    why = (pair.now if down else pair.before).why
    refusal = f"passed over {here}: {why}" if why else ""
    return "".join(f"; {text}" for text in (refusal, *told) if text)


def _overtaking(pair: Pair, setting: Setting, here: str, there: str) -> tuple[list[str], str]:
    """Return the hits above the compound in one run only, by rank, and one that is its isotope."""
    names = []
    alike = ""
    for other in setting.pairs.values():
        mine, its = getattr(pair, here), getattr(other, here)
        if other.key == pair.key or its.rank >= mine.rank:
            continue
        if getattr(other, there).rank < getattr(pair, there).rank:
            continue
        assert its.record is not None
        names.append((its.rank, f"{its.record.compound_id} ({_told_of(other, here, there)})"))
        if without_isotopes(its.record.smiles) == without_isotopes(mine.smiles):
            alike = f"same as hit {its.rank} {here} but for isotopes"
    return [name for _, name in sorted(names)], alike


def _counted(names: list[str], here: str) -> str:
    if not names:
        return ""
    verb = "came in above" if here == "now" else "no longer above"
    return f"{len(names):,} {verb}: {some(names)}"


def _told_of(other: Pair, here: str, there: str) -> str:
    """Tell in a few words how another compound changed places."""
    view, own = getattr(other, there), getattr(other, here).own
    if view.record is None:
        return f"not in the library {there}"
    if view.own != own:
        return f"score {score_text(other.before.own)} → {score_text(other.now.own)}"
    return f"hit {view.rank} {there}" if view.hit is not None else f"no hit {there}"
