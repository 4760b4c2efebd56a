"""Writes text for people: counts with their words, single short lines, "did you mean" hints."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches


def counted(count: int, word: str, plural: str = "") -> str:
    """Return a count with its word; ``plural`` is for words that do not just add an s.

    >>> counted(1, "row"), counted(0, "row"), counted(2000, "row"), counted(2, "entry", "entries")
    ('1 row', '0 rows', '2,000 rows', '2 entries')
    """
    return f"{count:,} {word if count == 1 else plural or f'{word}s'}"


def one_line(text: str, most: int = 200) -> str:
    """Fold white space to single blanks and cut to ``most`` characters, for a report's cell."""
    folded = " ".join(text.split())
    return folded if len(folded) <= most else folded[: most - 1] + "…"


def did_you_mean(
    name: str,
    known: Iterable[str] | Mapping[str, str],
    instead: str = "",
    cutoff: float = 0.6,
    most: int = 1,
) -> str:
    """Return a question with the closest known name; ``instead`` if none is close.

    Args:
        name: The unknown name.
        known: The names, or a mapping from each name to the text that shows it.
        instead: The text to return if no name is close.
        cutoff: Similarity, 0 to 1, from which a name counts as close.
        most: Most names to ask about, the closest first.

    >>> did_you_mean("EGFT", ["EGFR", "JAK2"]), did_you_mean("x", [], "give another")
    ('did you mean EGFR?', 'give another')
    """
    shown = known if isinstance(known, Mapping) else {one: one for one in known}
    close = [shown[one] for one in get_close_matches(name, shown, most, cutoff)]
    return f"did you mean {' or '.join(close)}?" if close else instead
