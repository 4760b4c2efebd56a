"""Texts of a vendor's in Markdown: shown as they are, with nothing that acts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from flows.prefect_support.artifacts import as_written

HOSTILE = [
    "[click](javascript:alert(1))",
    "![x](http://127.0.0.1:9/beacon.png)",
    "<img src=x onerror=alert(1)>",
    "<http://evil.example>",
    "https://evil.example/a?b=c",
    "www.evil.example",
    "a@evil.example",
    "x@SUM(A1).example",
    "mailto:a+b-c@evil.example",
    "HTTPS://evil.example",
    "(http://evil.example)WWW.evil.example",
    "@evil.example",
    "[x]: http://evil.example",
    "`code` and ``more``",
    "**bold** _under_ ~~struck~~",
    "# heading",
    "1. list",
    "- list",
    "> quote",
    "| a | b |",
    "a\nb\n\nc",
    "&lt;script&gt; &#x3c;",
    "\\[x](y)",
    "x\u202eslmt\u2066",
    "$$math$$",
    "::: note",
    "2-[4-(4-methylpiperazin-1-yl)anilino]-N*",
]


PIECES = ("http", "s", ":", "/", "//", "www", "WWW", ".", "@", "a", "b-", " ", "\\", "\u2060", "_")
ADDRESSES = (
    re.compile(r"(https?:\/\/|www(?=\.))([-.\w]+)([^ \t\r\n]*)", re.IGNORECASE | re.ASCII),
    re.compile(r"([-.\w+]+)@([-\w]+(?:\.[-\w]+)+)", re.ASCII),
)
"""What remark-gfm, in Prefect's page, makes links of in the text that is shown."""


def shown(text: str) -> tuple[str, set[str]]:
    """Return the text and the tags that a page shows."""
    html = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)
    tags = set(re.findall(r"</?([a-z0-9]+)", html))
    plain = re.sub(r"<[^>]*>", "", html)
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        plain = plain.replace(entity, char)
    return plain.strip(), tags


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(text: str) -> None:
    plain, tags = shown(as_written(text))
    assert tags <= {"p"}
    assert not [one for one in ADDRESSES if one.search(plain)]
    assert plain.replace("\u2060", "") == re.sub("[\u202e\u2066]", "", " ".join(text.split()))
    assert not re.search(r"(?<!\\)[\[\]<>!:@`|]|www\.", as_written(text))  # links written plainly


@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_text_is_shown_on_one_line_without_tags(text: str) -> None:
    written = as_written(text)
    assert "\n" not in written
    plain, tags = shown(written)
    assert tags <= {"p"}
    assert not [one for one in ADDRESSES if one.search(plain)]


@pytest.mark.parametrize("text", ["imatinib", "CHEMBL941", "7.31 ± 0.60", "0.92", "-1.5", ""])
def test_plain_text_stays_readable_to_the_api(text: str) -> None:
    assert as_written(text) == text
