"""Text for people: counts with their words, and anything in one short line."""


def counted(count: int, word: str, plural: str = "") -> str:
    """Return a count with its word; ``plural`` where that is not the word with an s.

    >>> counted(1, "row"), counted(0, "row"), counted(2000, "row"), counted(2, "entry", "entries")
    ('1 row', '0 rows', '2,000 rows', '2 entries')
    """
    return f"{count:,} {word if count == 1 else plural or f'{word}s'}"


def one_line(text: str) -> str:
    """Fold any white space to single blanks and cut to 200 characters, for a report's cell."""
    folded = " ".join(text.split())
    return folded if len(folded) <= 200 else folded[:199] + "…"
