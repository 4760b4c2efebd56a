"""Texts of strangers where a page has no room for markup: its title, tooltips, spoken names.

A text may hold characters that turn the order of what is written around it (``U+202E`` and its
kin). Where there is markup, ``<bdi>`` and the page's style keep it from that.
"""

import re

_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that are not seen and steer the direction of others; without them a text that is
written from right to left still is."""


def isolated(text: str) -> str:
    """Return a text without such characters, between FIRST STRONG ISOLATE and its end.

    >>> isolated("a\\u2069\\u202edrow")
    '\\u2068adrow\\u2069'
    """
    return f"\u2068{_CONTROLS.sub('', text)}\u2069"
