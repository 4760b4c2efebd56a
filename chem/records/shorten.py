"""Any text in one short line."""


def one_line(text: str) -> str:
    """Fold any white space to single blanks and cut to 200 characters, for a report's cell."""
    folded = " ".join(text.split())
    return folded if len(folded) <= 200 else folded[:199] + "…"
