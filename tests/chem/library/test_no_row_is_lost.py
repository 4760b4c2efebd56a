"""No file loses a row: 10,000 generated files, counted by what wrote them and by another reader.

Quotation marks, delimiters, tabs, carriage returns, zero bytes, odd line ends, encodings and long
cells stand where vendors' files have them.
"""

import csv
import io
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import pytest

from chem.library.read import open_library
from chem.records.records import Record

SMILES = ("CCO", "c1ccccc1", "CC(=O)[O-].[Na+]", "C[C@H](F)Cl", "BrCCl", "C[C@H](N)O |&1:1|")
QUOTES = ('"', '""', '5"', '"5 mm', '"a" b', 'a"', "'", '"x"', '\\"')
PIECES = ("x", " ", "é", "µ", "5", "-", "#", "\x0b", "\x0c", "\x1c", "\0", "ß")
WIDE = ("\u2028", "\x85", "漢")
FILES = 10_000
KINDS = 5


class Written(NamedTuple):
    """A file, and what was written into it."""

    name: str
    content: bytes
    rows: list[tuple[str, str, str]]
    """id, SMILES, note of every record."""
    exact: bool
    """Whether the notes must come back as they were."""


def encode(draw: random.Random, text: str) -> bytes:
    known = ["utf-8", "utf-8-sig", "utf-16", "cp1252"]
    encoding = draw.choice(known)
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return text.encode()


def make_note(draw: random.Random, pieces: tuple[str, ...], most: int = 5) -> str:
    note = "".join(draw.choice(pieces) for _ in range(draw.randrange(most)))
    return note if draw.random() > 0.003 else note + "x" * 140_000


def make_rows(draw: random.Random, pieces: tuple[str, ...]) -> list[tuple[str, str, str]]:
    count = draw.randint(1, 6)
    return [(f"Z{n}", draw.choice(SMILES), make_note(draw, pieces)) for n in range(count)]


def quoted(draw: random.Random) -> Written:
    """A table as the csv module writes it, with line breaks and delimiters inside its cells."""
    mark = draw.choice(",;\t|")
    smiles = [text for text in SMILES if mark != "|" or "|" not in text]
    rows = make_rows(draw, (*PIECES, *WIDE, *QUOTES, ",", ";", "\t", "|", "\n", "\r", "\r\n"))
    rows = [(key, draw.choice(smiles), note) for key, _, note in rows]
    order = draw.sample(range(3), 3)
    text = io.StringIO(newline="")
    ends = draw.choice(["\n", "\r\n", "\r"])
    # The module's own minimum leaves a line break unquoted that is not in its line's end.
    sparing = ends == "\r\n" and draw.choice([True, False])
    quoting: Literal[0, 1] = csv.QUOTE_MINIMAL if sparing else csv.QUOTE_ALL
    writer = csv.writer(text, delimiter=mark, quoting=quoting, lineterminator=ends)
    for row in [("id", "smiles", "note"), *rows]:
        writer.writerow([row[at] for at in order])
    sep = f"sep={mark}\n" if draw.random() < 0.1 else ""
    return Written("a.csv", encode(draw, sep + text.getvalue()), rows, exact=True)


def unquoted(draw: random.Random) -> Written:
    """A table that knows no quoting: a quotation mark is text wherever it stands."""
    mark, name = draw.choice([("\t", "a.tsv"), ("\t", "a.txt"), (",", "a.csv")])
    rows = make_rows(draw, (*PIECES, *QUOTES, *QUOTES))
    smiles = [text for text in SMILES if mark not in text]
    rows = [(key, draw.choice(smiles), note) for key, _, note in rows]
    order = draw.sample(range(3), 3)
    ends = draw.choice(["\n", "\r\n", "\r"])
    trailing = mark if draw.random() < 0.1 else ""
    lines = [mark.join([row[at] for at in order]) for row in [("id", "smiles", "note"), *rows]]
    text = "".join(line + trailing + ends for line in lines)
    return Written(name, encode(draw, text), rows, exact=False)


def carriage_returns(draw: random.Random) -> Written:
    """A tab-separated table with carriage returns in unquoted cells, or with mixed line ends."""
    rows = make_rows(draw, (*PIECES, *QUOTES))
    inside = draw.random() < 0.5
    if inside:
        rows = [(key, text, f"a\r{note}") for key, text, note in rows]
    ends = ["\n", "\r\n"] if inside else ["\n", "\r\n", "\r"]
    lines = ["\t".join(row) for row in [("id", "smiles", "note"), *rows]]
    text = "".join(line + draw.choice(ends) for line in lines)
    return Written("a.tsv", encode(draw, text), rows, exact=False)


def smi(draw: random.Random) -> Written:
    """A SMILES file."""
    rows = make_rows(draw, (*PIECES, *QUOTES, ",", ";"))
    rows = [(key, text, note.replace("\x1c", "").strip()) for key, text, note in rows]
    gap, ends = draw.choice([" ", "\t"]), draw.choice(["\n", "\r\n", "\r"])
    blank = draw.choice(["", ends, f" {ends}"])
    start = draw.choice(["", f"# made by a program{ends}", f"smiles{gap}id{gap}note{ends}"])
    lines = [gap.join((text, key, note)) + ends + blank for key, text, note in rows]
    name = f"a.{draw.choice(['smi', 'ism', 'can', 'cxsmiles'])}"
    return Written(name, encode(draw, start + "".join(lines)), rows, exact=False)


def sdf(draw: random.Random) -> Written:
    """An SD file with hostile values, and with or without the blank lines between its fields."""
    rows = make_rows(draw, (*PIECES, *QUOTES, ">", "<", ">5 <10 mmHg>", "$$", "\n>x", "\n \n"))
    gap, ends = draw.choice(["\n\n", "\n", "\n \n"]), draw.choice(["\n", "\r\n", "\r"])
    text = ""
    for key, smiles, note in rows:
        block = "\n     -OEChem-\n\n  0  0  0  0  0  0            999 V2000\nM  END\n"
        text += (
            f"{block}>  <made>\n{smiles}{gap}>  <note>\nx{note}{gap}>  <id> (1)\n{key}{gap}$$$$\n"
        )
    return Written("a.sdf", encode(draw, text.replace("\n", ends)), rows, exact=False)


def read_another_way(file: Written) -> int:
    """Count the rows of a proper table by the csv module alone."""
    wide = file.content[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        text = file.content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        text = file.content.decode("cp1252")
    csv.field_size_limit(1 << 30)
    start, _, rest = text.partition("\n")
    if start.startswith("sep="):
        text, mark = rest, start[4]
    else:
        mark = next(c for c in text if c in ",;\t|")
    return sum(1 for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark) if row) - 1


def generate(kind: int) -> Iterator[Written]:
    makers = (quoted, unquoted, carriage_returns, smi, sdf)
    for seed in range(FILES // KINDS):
        yield makers[kind](random.Random(seed * KINDS + kind))


def describe(record: Record) -> tuple[str, str]:
    made = record.extra["made"] if record.format == "molblock" else record.structure
    return record.compound_id, made


@pytest.mark.slow
@pytest.mark.parametrize("kind", range(KINDS))
def test_rows_in_are_records_out(kind: int, tmp_path: Path) -> None:
    for file in generate(kind):
        path = tmp_path / file.name
        path.write_bytes(file.content)
        records = list(open_library(path))
        shown = (file.content[:500], records[:7])
        assert len(records) == len(file.rows), shown
        assert [record.row for record in records] == list(range(1, len(records) + 1))
        for record, (key, smiles, note) in zip(records, file.rows, strict=True):
            # What cannot be read is told as such; what is read is what stands in the file.
            assert record.problem is not None or describe(record) == (key, smiles), shown
            assert not file.exact or record.extra["note"] == note, shown
        if file.exact:
            assert read_another_way(file) == len(records), shown


def test_most_hostile_rows_are_read(tmp_path: Path) -> None:
    """A quotation mark costs no row of a tab-separated table, and few of one with commas."""
    count: dict[str, list[bool]] = {}
    for file in generate(1):
        path = tmp_path / file.name
        path.write_bytes(file.content)
        read = [record.problem is None for record in open_library(path)]
        count.setdefault(file.name, []).extend(read)
    assert all(count["a.tsv"])
    assert all(count["a.txt"])
    assert sum(count["a.csv"]) > 0.97 * len(count["a.csv"])
