"""Text for people: counts with their words, one short line, the name that was meant perhaps."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches


def counted(count: int, word: str, plural: str = "") -> str:
    """Return a count with its word; ``plural`` where that is not the word with an s.

    >>> counted(1, "row"), counted(0, "row"), counted(2000, "row"), counted(2, "entry", "entries")
    ('1 row', '0 rows', '2,000 rows', '2 entries')
    """
    return f"{count:,} {word if count == 1 else plural or f'{word}s'}"


def one_line(text: str, most: int = 200) -> str:
    """Fold any white space to single blanks and cut to ``most`` characters, for a report's cell."""
    folded = " ".join(text.split())
    return folded if len(folded) <= most else folded[: most - 1] + "…"


def did_you_mean(
    name: str,
    known: Iterable[str] | Mapping[str, str],
    instead: str = "",
    cutoff: float = 0.6,
    most: int = 1,
) -> str:
    """Return a question with the known name that comes closest; ``instead`` where none is close.

    Args:
        known: the names, or names with how each is shown.
        cutoff: 0 to 1, how close is close.
        most: how many names may be asked for, the closest first.

    >>> did_you_mean("EGFT", ["EGFR", "JAK2"]), did_you_mean("x", [], "give another")
    ('did you mean EGFR?', 'give another')
    """
    shown = known if isinstance(known, Mapping) else {one: one for one in known}
    close = [shown[one] for one in get_close_matches(name, shown, most, cutoff)]
    return f"did you mean {' or '.join(close)}?" if close else instead
