"""SD files."""

from pathlib import Path

import pytest
from rdkit import Chem

from chem.errors import InputError
from chem.library.read import open_library
from chem.structure.standardize import Standardized, standardize

FILE = Path(__file__).parents[2] / "files" / "chem" / "vendor.sdf"


def make_block(title: str = "ethanol", smiles: str = "CCO") -> str:
    mol = Chem.MolFromSmiles(smiles)
    mol.SetProp("_Name", title)
    return Chem.MolToMolBlock(mol)


def write(folder: Path, text: str) -> Path:
    path = folder / "library.sdf"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_record(tmp_path: Path, ending: str) -> None:
    fields = ">  <Catalog ID>\n007\n\n> 25 <Price> (25)\n12.50\n\n>  <Note>\ntwo\nlines\n\n"
    text = (make_block() + fields + "$$$$\n").replace("\n", ending)
    library = open_library(write(tmp_path, text))
    (record,) = library
    assert (record.compound_id, record.name) == ("007", "ethanol")
    assert record.extra == {"Price": "12.50", "Note": "two\nlines"}
    assert record.structure == make_block()
    assert library.columns == ["(title)", "Catalog ID", "Price", "Note"]
    assert library.extra_columns == ["Price", "Note"]


@pytest.mark.parametrize(
    ("title", "fields", "compound_id", "name", "extra"),
    [
        ("T1", {}, "T1", "", {}),
        ("", {}, "row1", "", {}),
        ("T1", {"id": "7"}, "7", "T1", {}),
        ("7", {"id": "7"}, "7", "7", {}),
        ("T1", {"name": "ethanol"}, "T1", "ethanol", {}),
        ("T1", {"id": "7", "name": "ethanol"}, "7", "ethanol", {"(title)": "T1"}),
        ("", {"name": "ethanol"}, "ethanol", "ethanol", {}),
        ("T1", {"title": "ethanol"}, "T1", "ethanol", {}),
    ],
)
def test_id_and_name(
    tmp_path: Path,
    title: str,
    fields: dict[str, str],
    compound_id: str,
    name: str,
    extra: dict[str, str],
) -> None:
    text = make_block(title) + "".join(f">  <{k}>\n{v}\n\n" for k, v in fields.items()) + "$$$$\n"
    (record,) = open_library(write(tmp_path, text))
    assert (record.compound_id, record.name, record.extra) == (compound_id, name, extra)


def test_options(tmp_path: Path) -> None:
    path = write(tmp_path, make_block("T1") + ">  <id>\n7\n\n>  <lot>\nL9\n\n$$$$\n")
    (record,) = open_library(path, id_column="lot")
    assert record.compound_id == "L9"
    (record,) = open_library(path, id_column="(title)", name_column="lot")
    assert (record.compound_id, record.name, record.extra) == ("T1", "L9", {"id": "7"})
    with pytest.raises(InputError, match=r"no column 'x'.*\(title\)"):
        open_library(path, id_column="x")
    with pytest.raises(InputError, match="molblocks; leave the option out"):
        open_library(path, smiles_column="smiles")


GOOD = make_block("good") + "$$$$\n"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (GOOD * 3, [None, None, None]),
        (GOOD + make_block("last"), [None, None]),
        (GOOD + make_block("last") + "\n\n", [None, None]),
        (GOOD + make_block("last") + ">  <id>\n12", [None, "truncated_record"]),
        (GOOD + make_block("last") + ">  <id>\n12\n\n", [None, None]),
        (GOOD + make_block("last") + ">  <id>\n12\n\n>  <n>\n5", [None, "truncated_record"]),
        (GOOD + make_block("last")[:90], [None, "truncated_record"]),
        (GOOD + "\n  \n", [None]),
        (GOOD + "$$$$\n" + GOOD, [None, "empty_structure", None]),
        (GOOD + "no molecule\n$$$$\n" + GOOD, [None, "invalid_sdf_record", None]),
    ],
)
def test_every_record_is_counted(tmp_path: Path, text: str, codes: list[str | None]) -> None:
    records = list(open_library(write(tmp_path, text)))
    assert [record.problem.code if record.problem else None for record in records] == codes
    assert [record.row for record in records] == list(range(1, len(codes) + 1))


def test_a_record_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected an SD file"):
        open_library(write(tmp_path, "x\n" * 200_001))


def test_a_vendor_file_with_its_faults() -> None:
    """V2000 and V3000, explicit hydrogens, 3D, CRLF, and three records that are no molecule."""
    records = list(open_library(FILE))
    assert [r.compound_id for r in records] == [f"00{n}" for n in range(1, 9)]
    results = [standardize(r.structure, r.format) for r in records]
    found = [r.smiles if isinstance(r, Standardized) else r.code for r in results]
    gefitinib = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"
    assert found == [
        gefitinib,
        gefitinib,
        "CC(=O)Oc1ccccc1C(=O)O",
        "invalid_valence",
        "query_atoms",
        "invalid_molblock",
        "CN(C)C(=N)NC(=N)N",
        "C[C@H](N)C(=O)O",
    ]
    assert [r.extra["Price EUR"] for r in records] == ["12.50"] * 8


def test_a_record_of_too_many_characters_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, make_block() + f">  <Note>\n{'x' * 9_990_000}\n\n$$$$\n")
    (record,) = open_library(path)
    assert len(record.extra["Note"]) == 9_990_000
    path = write(tmp_path, make_block() + ">  <Note>\n" + ("x" * 9_999 + "\n") * 1_001 + "$$$$\n")
    with pytest.raises(InputError, match=r"no '\$\$\$\$' in more than 10,000,000 characters from"):
        open_library(path)


@pytest.mark.parametrize("line", [0, 1, 2])
def test_the_free_text_of_a_molblock_may_read_like_its_end(tmp_path: Path, line: int) -> None:
    lines = make_block().split("\n")
    lines[line] = "M  END"
    block = "\n".join(lines)
    (record,) = open_library(write(tmp_path, block + ">  <Catalog ID>\n007\n\n$$$$\n"))
    assert (record.compound_id, record.structure, record.problem) == ("007", block, None)
    found = standardize(record.structure, record.format)
    assert isinstance(found, Standardized)
    assert found.smiles == "CCO"


def test_a_molblock_that_ends_in_its_header_keeps_its_fields(tmp_path: Path) -> None:
    (record,) = open_library(write(tmp_path, "x\nM  END\n>  <Catalog ID>\n007\n\n$$$$\n"))
    assert (record.compound_id, record.structure) == ("007", "x\nM  END\n")
