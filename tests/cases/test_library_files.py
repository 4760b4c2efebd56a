"""Files as vendors, databases and programs write them: every record, with its id."""

from pathlib import Path

import pytest

from chem.library.read import Library, open_library
from chem.records.records import Record

BLOCK = """
     drawn

  3  2  0  0  0  0  0  0  0  0999 V2000
    0.0000    0.0000    0.0000 C   0  0
    1.0000    0.0000    0.0000 C   0  0
    2.0000    0.0000    0.0000 O   0  0
  1  2  1  0
  2  3  1  0
M  END
"""


def library(folder: Path, name: str, text: str | bytes) -> Library:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return open_library(path)


def read(folder: Path, name: str, text: str | bytes) -> list[Record]:
    return list(library(folder, name, text))


def told(found: Library) -> str:
    list(found)
    return "\n".join([*found.notes, *found.counted])


# --- Rows: what a quotation mark, a delimiter or a line's end may mean


@pytest.mark.parametrize(
    ("name", "text", "ids", "structures"),
    [
        ("sep.csv", "sep=,\nCatalogId,SMILES\nZ1,CCO\nZ2,CN\n", "Z1 Z2", "CCO CN"),
        ("sep.csv", "sep=;\r\nSMILES;Compound ID\r\nCCO;Z1\r\nCN;Z2\r\n", "Z1 Z2", "CCO CN"),
        ("sep.csv", "\ufeffsep=;\nSMILES;ID\nCCO;Z1\nCN;Z2", "Z1 Z2", "CCO CN"),
        ("sep.csv", '"sep=;"\nSMILES;ID\nCCO;Z1\nCN;Z2', "Z1 Z2", "CCO CN"),
        ("sep.csv", "SEP=\t\nSMILES\tID\nCCO\tZ1\nCN\tZ2", "Z1 Z2", "CCO CN"),
        ("sep.tsv", "sep=\\t\nSMILES\tID\nCCO\tZ1\nCN\tZ2", "Z1 Z2", "CCO CN"),
        ("end.csv", "ID,SMILES,Name\nZ1,CCO,a,\nZ2,CN,b,\n", "Z1 Z2", "CCO CN"),
        ("end.csv", "ID,SMILES,Name,\nZ1,CCO,a\nZ2,CN,b\n", "Z1 Z2", "CCO CN"),
        ("end.csv", "ID,SMILES,Name,\nZ1,CCO,a,\nZ2,CN,b,,,\n", "Z1 Z2", "CCO CN"),
        ("end.tsv", "SMILES\tID\t\t\nCCO\tZ1\t\t\nCN\tZ2\n", "Z1 Z2", "CCO CN"),
        ("short.csv", "ID,SMILES,Name,Price\nZ1,CCO,a,5\nZ2,CN\n", "Z1 Z2", "CCO CN"),
        ("inch.tsv", 'id\tsmiles\tnote\nZ1\tCCO\t"5 mm\nZ2\tCN\tb"\n', "Z1 Z2", "CCO CN"),
        ("inch.tsv", 'note\tsmiles\tid\n"5 mm\tCCO\tZ1\nb"\tCN\tZ2\n', "Z1 Z2", "CCO CN"),
        ("inch.tsv", 'id\tsmiles\tnote\nZ1\tCCO\t5"\nZ2\tCN\t"6" or 7"\n', "Z1 Z2", "CCO CN"),
        ("inch.csv", 'id,smiles,note\nZ1,CCO,"5 mm\nZ2,CN,6 mm"\n', "Z1 Z2", "CCO CN"),
        ("inner.csv", 'note,id,smiles\n"a 5" tube, blue",Z1,CCO\nb,Z2,CN\n', "Z1 Z2", "CCO CN"),
        ("blank.csv", 'id, note, smiles\nZ1, "a, b", CCO\nZ2, c, CN\n', "Z1 Z2", "CCO CN"),
        ("mac.csv", "id,smiles\rZ1,CCO\rZ2,CN\r", "Z1 Z2", "CCO CN"),
        ("mixed.csv", "id,smiles\r\nZ1,CCO\rZ2,CN\n", "Z1 Z2", "CCO CN"),
        ("cr.csv", 'id,smiles,note\nZ1,CCO,"a\rb"\nZ2,CN,c\n', "Z1 Z2", "CCO CN"),
        ("r.tsv", "smiles\tid\n1\tCCO\tZ1\n2\tCN\tZ2\n", "Z1 Z2", "CCO CN"),
        ("pipe.txt", "smiles|id\nCCO|Z1\nCN|Z2\n", "Z1 Z2", "CCO CN"),
        ("title.csv", "Our library\n\nid,smiles\nZ1,CCO\nZ2,CN\n", "Z1 Z2", "CCO CN"),
        ("tie.csv", "Name, IUPAC;SMILES\nethanol;CCO\nx;CN\n", "ethanol x", "CCO CN"),
        ("old.txt", "smiles zinc_id\nCCO Z1\nCN Z2\n", "Z1 Z2", "CCO CN"),
        ("none.txt", "CCO\tZ1\nCN\tZ2\n", "Z1 Z2", "CCO CN"),
        ("none.txt", "CCO   Z1\nCN    Z2\n", "Z1 Z2", "CCO CN"),
        ("blanks.csv", "smiles zinc_id\nCCO Z1\nCN Z2\n", "Z1 Z2", "CCO CN"),
        ("wrapped.csv", '"id,smiles"\n"Z1,CCO"\n"Z2,CN"\n', "Z1 Z2", "CCO CN"),
        ("comma.smi", "smiles,id\nCCO,Z1\nCN,Z2\n", "Z1 Z2", "CCO CN"),
        ("note.txt", "# made by x\n# two\nid\tsmiles\nZ1\tCCO\nZ2\tCN", "Z1 Z2", "CCO CN"),
        ("n.smi", "CCO Z1 \nCN Z2\t\n", "Z1 Z2", "CCO CN"),
        ("n.smi", "CCO\tZ1\nCN  Z2 \t \t\n", "Z1 Z2", "CCO CN"),
        (
            "n.txt",
            "ID      SMILES   MW\nZ1      CCO      46.1\nZ2      CN       31.1\n",
            "Z1 Z2",
            "CCO CN",
        ),
        ("n.csv", "Name SMILES\nZ1 CCO\nZ2 CN\n", "Z1 Z2", "CCO CN"),
        ("n.ism", "CCO Z1 CHEMBL1\nCN Z2 CHEMBL2\n", "Z1 Z2", "CCO CN"),
        ("n.can", "CCO\tZ1\nCN\tZ2\n", "Z1 Z2", "CCO CN"),
        ("n.smi", "# made by x\n# SMILES then id\nCCO Z1\nCN Z2\n", "Z1 Z2", "CCO CN"),
        ("n.smi", "ID SMILES\nZ1 CCO\nZ2 CN\n", "Z1 Z2", "CCO CN"),
        ("n.cxsmi", "smiles\tid\tType\nCCO\tZ1\tM\nCN\tZ2\tM\n", "Z1 Z2", "CCO CN"),
    ],
)
def test_two_records(tmp_path: Path, name: str, text: str, ids: str, structures: str) -> None:
    records = read(tmp_path, name, text)
    assert [record.problem for record in records] == [None, None]
    assert [record.compound_id for record in records] == ids.split()
    assert [record.structure.strip() for record in records] == structures.split()


def test_lines_after_a_stray_quotation_mark_are_all_there(tmp_path: Path) -> None:
    lines = [f"CC{'C' * n}O\tZ{n}\t{n} mm" for n in range(500)]
    lines[3], lines[400] = 'CN\tZ3\t"3 mm', 'CS\tZ400\t4 mm"'
    found = library(tmp_path, "a.tsv", "\n".join(["smiles\tid\tsize", *lines]))
    records = list(found)
    assert [record.compound_id for record in records] == [f"Z{n}" for n in range(500)]
    assert records[3].extra == {"size": '"3 mm'}
    assert "quotation mark" in told(found)


def test_a_quoted_cell_of_many_lines_is_one_row(tmp_path: Path) -> None:
    note = "\n".join(f'line {n}, with "marks"' for n in range(300))
    quoted = note.replace('"', '""')
    first, second = read(tmp_path, "a.csv", f'smiles,id,note\nCCO,Z1,"{quoted}"\nCN,Z2,x\n')
    assert (first.extra["note"], second.compound_id) == (note, "Z2")


@pytest.mark.parametrize("quote", ['"', ""])
@pytest.mark.parametrize("ending", ["csv", "tsv"])
def test_a_cell_of_ten_million_characters(tmp_path: Path, quote: str, ending: str) -> None:
    mark = "," if ending == "csv" else "\t"
    rows = [["id", "smiles", "inchi"], ["Z1", "CCO", f"{quote}{'x' * 10_000_000}{quote}"]]
    text = "\n".join(mark.join(row) for row in [*rows, ["Z2", "CN", "y"]])
    first, second = read(tmp_path, f"a.{ending}", text)
    assert (len(first.extra["inchi"]), second.compound_id) == (10_000_000, "Z2")


def test_a_smiles_with_a_line_break_is_not_read_up_to_it(tmp_path: Path) -> None:
    bad, good = read(tmp_path, "a.csv", 'id,smiles\nZ1,"CC(N)\nO"\nZ2,CN\n')
    assert bad.problem is not None
    assert bad.problem.code == "broken_structure"
    assert good.problem is None


def test_an_extension_with_unquoted_commas(tmp_path: Path) -> None:
    text = "code,smiles,n\nF1,C[C@H](F)Cl |&1:1,r|,1\nF2,C[C@H](F)Br |&1:1,4,r,2\nF3,CCO,3\n"
    first, cut, last = read(tmp_path, "a.csv", text)
    assert (first.structure, first.extra) == ("C[C@H](F)Cl |&1:1,r|", {"n": "1"})
    assert cut.problem is not None
    assert "|" in cut.problem.detail
    assert last.compound_id == "F3"


@pytest.mark.parametrize("character", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\0"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.smi"])
def test_only_line_ends_end_lines(tmp_path: Path, character: str, name: str) -> None:
    mark = "," if name == "a.csv" else "\t"
    rows = [["smiles", "id", "name"], ["CCO", "Z1", f"a{character}b"], ["CN", "Z2", "c"]]
    first, second = read(tmp_path, name, "\n".join(mark.join(row) for row in rows))
    assert (first.name, second.compound_id) == (f"a{character}b", "Z2")


# --- Encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("name", ["a.csv", "a.txt", "a.smi", "a.sdf"])
def test_encodings(tmp_path: Path, encoding: str, name: str) -> None:
    if name == "a.sdf":
        text = "".join(
            f"{BLOCK.lstrip()}>  <id>\n{key}\n\n>  <name>\ncafé µ {key}\n\n$$$$\n".replace(
                "     drawn", "\n     drawn"
            )
            for key in ("Z1", "Z2")
        )
    else:
        mark = "," if name == "a.csv" else "\t"
        rows = [["smiles", "id", "name"], ["CCO", "Z1", "café µ Z1"], ["CN", "Z2", "café µ Z2"]]
        text = "\n".join(mark.join(row) for row in rows) + "\n"
    found = library(tmp_path, name, text.encode(encoding))
    assert [record.name for record in found] == ["café µ Z1", "café µ Z2"]
    assert ("not UTF-8" in told(found)) == (encoding == "cp1252")
    assert ("UTF-16" in told(found)) == encoding.startswith("utf-16")


def test_one_line_of_another_encoding(tmp_path: Path) -> None:
    content = "smiles,id\nCCO,é\n".encode() + "CN,è\n".encode("latin-1")
    assert [record.compound_id for record in read(tmp_path, "a.csv", content)] == ["é", "è"]


# --- SD files


def sd_file(folder: Path, *records: str, ends: str = "\n") -> Library:
    text = "".join(f"{BLOCK}{fields}$$$$\n" for fields in records)
    return library(folder, "a.sdf", text.replace("\n", ends))


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("fields", "values"),
    [
        ("> <REGID>\n0038\n \n> <COMMENT>\nNatural\n \n", {"COMMENT": "Natural"}),
        ("\n\n> <REGID>\n0038\n\n\n> <A>\n1\n\n\n", {"A": "1"}),
        (">  <affinity>\n-8.1\n>  <REGID>\n0038\n", {"affinity": "-8.1"}),
        (">  <A>\n>  <REGID>\n0038\n", {"A": ""}),
        (">  <REGID>\n0038\n\n> 55 (MD-1) <B> DT12\n>5 <10 mmHg>\n\n", {"B": ">5 <10 mmHg>"}),
        (">  <REGID>\n0038\n\n>  <A>\nx\n> 5 mm\n>6 <7>\n\n", {"A": "x\n> 5 mm\n>6 <7>"}),
        (">  <REGID> (1)\n0038\n\n>  <IC50 > 10 uM>  (1)\nyes\n\n", {"IC50 > 10 uM": "yes"}),
        (">  <>\n2\n\n>  <REGID>\n0038\n\n", {"column_1": "2"}),
        (">  <REGID>\n  0038  \n\n>  <A>\none\n\ntwo \n\n", {"A": "one\n\ntwo"}),
        (">  <REGID>\n0038\n\n><A>\n1\n\n>DT1 <B>\n2\n\n", {"A": "1", "B": "2"}),
    ],
)
def test_fields(tmp_path: Path, ends: str, fields: str, values: dict[str, str]) -> None:
    (record,) = sd_file(tmp_path, fields, ends=ends)
    assert record.problem is None
    assert (record.compound_id, record.extra) == ("0038", values)


def test_the_id_of_each_record_of_a_mixed_sd_file(tmp_path: Path) -> None:
    found = sd_file(
        tmp_path,
        ">  <ID>\nV100\n\n>  <Supplier>\nA\n\n",
        ">  <CAT>\nV101\n\n",
        ">  <Compound ID>\nV102\n\n",
        ">  <ID>\n\n\n>  <Notes>\nno id\n\n",
    )
    assert [record.compound_id for record in found] == ["V100", "V101", "V102", "row4"]
    assert '1 named by "CAT"' in told(found)
    assert "without an id: 1" in told(found)


def test_a_rare_field_is_not_the_id_of_all(tmp_path: Path) -> None:
    records = [f">  <Catalog ID>\nS{n}\n\n" for n in range(20)]
    records[7] += ">  <Compound ID>\nodd\n\n"
    found = sd_file(tmp_path, *records)
    assert found.id_column == "Catalog ID"
    assert [record.compound_id for record in found] == [f"S{n}" for n in range(20)]
    odd = ">  <ID>\nodd\n\n"
    titled = "".join(f"T{n}{BLOCK}{odd * (n == 3)}$$$$\n" for n in range(9))
    found = library(tmp_path, "b.sdf", titled)
    assert [record.compound_id for record in found][:3] == ["T0", "T1", "T2"]


@pytest.mark.parametrize(
    ("text", "encoding", "word"),
    [
        ("化合物番号,化合物名,SMILES\nZ1,アスピリン,CCO\nZ2,エタノール,CN\n", "cp932", "Shift-JIS"),
        ("ID,名称（和名）,SMILES\nZ1,カフェイン,CCO\nZ2,水,CN\n", "cp932", "Shift-JIS"),
        ("ID,Référence,SMILES\nZ1,été,CCO\nZ2,Größe,CN\n", "cp1252", "Windows-1252"),
        ("ID,Preis in €,SMILES\nZ1,5 µM ±,CCO\nZ2,„x“,CN\n", "cp1252", "Windows-1252"),
    ],
)
def test_the_encoding_of_a_spreadsheet_is_found(
    tmp_path: Path, text: str, encoding: str, word: str
) -> None:
    found = library(tmp_path, "a.csv", text.encode(encoding))
    assert found.columns == text.splitlines()[0].split(",")
    names = [line.split(",")[1] for line in text.splitlines()[1:]]
    for record, name in zip(found, names, strict=True):
        assert name in (record.name, *record.extra.values())
    assert word in told(found)


def test_titles_that_are_all_the_same_are_no_ids(tmp_path: Path) -> None:
    blocks = "".join(f"same{BLOCK}$$$$\n" for _ in range(3))
    found = library(tmp_path, "a.sdf", blocks)
    assert [record.compound_id for record in found] == ["row1", "row2", "row3"]
    assert "rows are numbered" in told(found)
    blocks = "".join(f"{name}{BLOCK}$$$$\n" for name in "aabc")
    found = library(tmp_path, "b.sdf", blocks)
    assert [record.compound_id for record in found] == ["a", "a", "b", "c"]
    assert "25% of the first titles are repeats" in told(found)


def test_a_last_record_without_its_end_is_read_and_told(tmp_path: Path) -> None:
    field = ">  <ID>\n{}\n\n"
    text = f"{BLOCK}{field.format('Z1')}$$$$\n{BLOCK}{field.format('Z2')}"
    found = library(tmp_path, "a.sdf", text)
    assert [(record.compound_id, record.problem) for record in found] == [
        ("Z1", None),
        ("Z2", None),
    ]
    assert "the last record ends without '$$$$'" in told(found)


def test_a_line_of_a_smiles_file_that_begins_with_a_tab_has_no_smiles(tmp_path: Path) -> None:
    first, second = read(tmp_path, "a.smi", "CCO\tZ1\n\tCCN\n")
    assert first.problem is None
    assert second.problem is not None
