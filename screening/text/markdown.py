r"""Escapes text for Markdown.

A server's page renders table cells and descriptions as Markdown. A compound name could hold a link
or a picture, which a browser would follow or fetch. Therefore all text from libraries is escaped
and shown literally.

A backslash escapes punctuation. It does not keep Prefect's page from linking bare addresses: its
renderer (remark-gfm) looks for them after it has removed the backslashes. Therefore an invisible
word joiner (U+2060) is inserted into every address.
"""

import re
import string

_HARMLESS = re.compile(r"[A-Za-z0-9 ]*|[-+]?[0-9.,]*[0-9](?: ± [0-9.,]*[0-9])?")
_PUNCTUATION = re.compile(f"[{re.escape(string.punctuation)}]")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?<=[-.\w+])(?=@)", re.IGNORECASE)
"""Positions at which ``http://…``, ``www.…`` and ``a@b.…`` are split."""
_JOINER = "\u2060"
_DIRECTION = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def as_written(text: str) -> str:
    r"""Escape text so that Markdown shows it literally, on one line.

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
