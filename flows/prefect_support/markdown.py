"""Text of others in Markdown: it is shown as it is written, and nothing in it acts.

Prefect's page renders the cells of a table and every description as Markdown. A compound's name
could hold a link or a picture, which a browser would follow or fetch.

A backslash takes the meaning from punctuation. It does not stop Prefect's page from making links
of bare addresses: that page (remark-gfm) looks for them in the text that is left without the
backslashes. So a word joiner (U+2060), which nobody sees, stands inside every address.
"""

import re
import string

_HARMLESS = re.compile(r"[A-Za-z0-9 ]*|[-+]?[0-9.,]*[0-9](?: ± [0-9.,]*[0-9])?")
_PUNCTUATION = re.compile(f"[{re.escape(string.punctuation)}]")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?<=[-.\w+])(?=@)", re.IGNORECASE)
"""Places where ``http://…``, ``www.…`` and ``a@b.…`` are parted."""
_JOINER = "\u2060"
_DIRECTION = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def as_written(text: str) -> str:
    r"""Return text so that Markdown shows it as it is written, on one line.

    >>> print(as_written("[x](y)"))
    \[x\]\(y\)
    >>> as_written("www.x")
    'www\u2060\\.x'
    >>> as_written("7.31 ± 0.60"), as_written("imatinib")
    ('7.31 ± 0.60', 'imatinib')
    """
    line = _DIRECTION.sub("", _SPACE.sub(" ", text)).strip()
    if _HARMLESS.fullmatch(line):
        return line
    return _PUNCTUATION.sub(r"\\\g<0>", _ADDRESS.sub(_JOINER, line))
