"""Tables of text: CSV and TSV."""

import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chem.errors import InputError
from chem.library.columns.columns import is_no_id
from chem.library.read import open_library


def write(folder: Path, text: str | bytes, name: str = "library.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff", "\n\n"])
@pytest.mark.parametrize("name", ["library.csv", "library.tsv", "library.txt"])
def test_delimiters(tmp_path: Path, mark: str, ending: str, start: str, name: str) -> None:
    lines = [mark.join(row) for row in (["ID", "smiles", "n,o;te"], ["007", "CCO", '"a,b;c"'])]
    lines[0] = lines[0].replace("n,o;te", '"n,o;te"')
    (record,) = open_library(write(tmp_path, start + ending.join(lines) + ending, name))
    assert record[:4] == (1, "007", "", "CCO")
    assert record.extra == {"n,o;te": "a,b;c"}


def test_a_single_column(tmp_path: Path) -> None:
    library = open_library(write(tmp_path, "SMILES\nCCO\n\nCN\n"))
    assert [record[:4] for record in library] == [(1, "row1", "", "CCO"), (2, "row2", "", "CN")]


@pytest.mark.parametrize("last", ["#", "##", "#\n", "# \n#"])
def test_a_lone_mark_of_a_remark_is_no_fault_of_the_program(tmp_path: Path, last: str) -> None:
    """Where no line names a column of SMILES, each of the first ones may be a header."""
    with pytest.raises(InputError, match=r"^[^\n]*SMILES column[^\n]*$"):
        open_library(write(tmp_path, f"id;x\n1;2\n{last}"))


def test_a_library_can_be_read_twice(tmp_path: Path) -> None:
    library = open_library(write(tmp_path, "smiles\nCCO\n"))
    assert list(library) == list(library)


def test_quoted_fields_may_hold_line_breaks(tmp_path: Path) -> None:
    text = 'smiles,id,note\nCCO,1,"two\nlines, ""quoted"""\nCN,2,x\n'
    first, second = open_library(write(tmp_path, text))
    assert first.extra == {"note": 'two\nlines, "quoted"'}
    assert (second.row, second.compound_id) == (2, "2")


@pytest.mark.parametrize(
    ("line", "code", "detail", "compound_id", "structure"),
    [
        ("CCO", "ragged_row", "line 3 has 1 cell, the header has 3", "row2", "CCO"),
        ("CCO,1,x,extra,more", "ragged_row", "further cells: extra | more", "1", "CCO"),
        ("lonely", "ragged_row", "1 cell,", "row2", "lonely"),
        (",1,x", "empty_structure", "'smiles' is blank", "1", ""),
        (",,", "empty_structure", "blank", "row2", ""),
        ("  ,1,x", "empty_structure", "blank", "1", "  "),
        ('CCO,1,x,"a', "bad_quotes", "line 3", "row2", ""),
    ],
)
def test_a_bad_row_is_a_record(
    tmp_path: Path, line: str, code: str, detail: str, compound_id: str, structure: str
) -> None:
    text = f"smiles,id,note\nC,first,x\n{line}\nCN,last,x\n"
    first, bad, last = open_library(write(tmp_path, text))
    assert bad.problem is not None
    assert bad.problem[:2] == ("read", code)
    assert detail in bad.problem.detail
    assert (bad.row, bad.compound_id, bad.structure) == (2, compound_id, structure)
    assert first.problem is None
    assert last.problem is None
    assert (last.row, last.compound_id) == (3, "last")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty file"),
        (b"\n\n", "empty file"),
        (b"smiles,id\n", "no compounds"),
        (b"id,name\n1,x\n", "no SMILES column among 'id', 'name'"),
        (b"CCO\nCN\n", "no SMILES column among 'CCO'"),
        (
            b"CCOc1ccccc1,1\nCN,2\n",
            "compound .'CCOc1ccccc1'. in the first line, expected column names",
        ),
        (b"PK\x03\x04smiles", "zip archive or an Excel workbook, expected text"),
        (b"BZh91AY", "bzip2 data, expected text; unpack"),
        (bytes(range(32)) * 64, "binary, expected text"),
        (b"drug,dose\nCCOc1ccccc1,1\nCCOc1ccccn1,2\n", 'name it with --smiles-column "drug"'),
        (b"\x1f\x8b\x08\x00smiles\n", "content is gzip; add .gz"),
    ],
)
def test_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(InputError, match=message) as caught:
        list(open_library(path))
    assert "\n" not in str(caught.value)
    assert "library.csv" in str(caught.value)


cells = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)


@given(
    rows=st.lists(
        st.tuples(cells, cells, cells),
        min_size=1,
        max_size=5,
        unique_by=lambda row: row[1].strip().casefold(),  # a repeated NA is no id
    ),
    dialect=st.sampled_from(["excel", "excel-tab", "unix"]),
)
@settings(max_examples=100)
def test_reads_what_the_csv_module_writes(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], dialect: str
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, dialect=dialect)
    writer.writerow(["smiles", "id", "note"])
    writer.writerows(rows)
    path = write(tmp_path_factory.getbasetemp(), text.getvalue(), "any.csv")
    records = list(open_library(path))
    assert [(r.structure, r.compound_id, r.extra["note"]) for r in records] == [
        (smiles, f"row{row}" if is_no_id(key) else key, note)
        for row, (smiles, key, note) in enumerate(rows, start=1)
    ]
    plain = [smiles.strip() for smiles, _, _ in rows]
    assert [r.problem is not None for r in records] == [
        not text or "\n" in text or "\r" in text for text in plain
    ]


def test_agrees_with_pandas_on_awkward_ids(tmp_path: Path) -> None:
    ids = ["007", "NA", "1E5", "nan", "Nil", "1_000", " x ", "-0", "true", "ü"]
    frame = pd.DataFrame({"smiles": "CCO", "id": ids, "ic50": ["", "1.50", *["x"] * 8]})
    path = tmp_path / "ids.csv.gz"
    frame.to_csv(path, index=False)
    again = pd.read_csv(path, dtype=str, keep_default_na=False)
    records = list(open_library(path))
    assert [r.compound_id for r in records] == list(again["id"]) == ids
    assert [r.extra["ic50"] for r in records] == list(again["ic50"])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("smiles,id\nCC(N)O,|&1:1|\nC[C@H](N)F,|o1:1|\nCCO,\n", "library.csv"),
        ("smiles,ext,id\nCC(N)O,|&1:1|,a\nC[C@H](N)F,|o1:1|,b\nCCO,,c\n", "library.csv"),
        ("SMILES\tCXSMILES\tID\nCC(N)O\t|&1:1|\ta\nC[C@H](N)F\t|o1:1|\tb\nCCO\t\tc\n", "l.tsv"),
        ("id;smiles;price;cx\na;CC(N)O;1;|&1:1|\nb;C[C@H](N)F;2;|o1:1|\nc;CCO;3;\n", "l.txt"),
        ("name,smiles\n|&1:1|,CC(N)O\n |o1:1| ,C[C@H](N)F\n,CCO\n", "library.csv"),
        ('smiles,code\nCC(N)O,"|&1:1|"\nC[C@H](N)F,"|o1:1|"\nCCO,\n', "library.csv"),
    ],
)
def test_a_column_of_extensions_is_part_of_the_smiles(tmp_path: Path, text: str, name: str) -> None:
    """A racemate whose ``|&1:1|`` got lost, or became its id, would be read as an enantiomer."""
    records = list(open_library(write(tmp_path, text, name)))
    assert [one.structure for one in records] == ["CC(N)O |&1:1|", "C[C@H](N)F |o1:1|", "CCO"]
    assert [one.compound_id for one in records] in (["a", "b", "c"], ["row1", "row2", "row3"])
    assert ([one.compound_id for one in records] == ["a", "b", "c"]) == ("a" in text.split("\n")[1])
    assert {one.name for one in records} == {""}


def test_an_extension_that_comes_late_is_seen_too(tmp_path: Path) -> None:
    rows = "".join(f"{'C' * (1 + at % 40)}O,m{at}\n" for at in range(3000))
    records = list(open_library(write(tmp_path, f"smiles,id\n{rows}C[C@H](N)O,|&1:1|\n")))
    assert records[-1][:4] == (3001, "row3001", "", "C[C@H](N)O |&1:1|")
    assert records[5][:4] == (6, "m5", "", "CCCCCCO")


@pytest.mark.parametrize("note", ["|x|", "|'|", "||", "|", "|5|6|", "|o|"])
def test_other_cells_between_bars_are_no_extensions(tmp_path: Path, note: str) -> None:
    (record,) = open_library(write(tmp_path, f"smiles,id,note\nCCO,a,{note}\n"))
    assert (record.structure, record.compound_id, record.extra) == ("CCO", "a", {"note": note})
    (record,) = open_library(write(tmp_path, f"smiles,note\nCCO,{note}\n"))
    assert record.structure == "CCO"
