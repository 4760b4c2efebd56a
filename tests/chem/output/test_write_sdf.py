from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from chem.errors import InputError
from chem.library.read import open_library
from chem.output.write_sdf import format_entry, write_sdf

DRUGS = [
    ("COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1", "gefitinib"),
    ("CN(C)C/C=C/C(=O)Nc1cc2c(Nc3ccc(F)c(Cl)c3)ncnc2cc1O[C@H]1CCOC1", "afatinib"),
    ("C[S+](C)[O-]", "DMSO"),
    ("[2H]C([2H])([2H])O", "methanol-d3"),
]


def test_rdkit_reads_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "hits.sdf"
    rows = [(s, t, {"rank": str(n), "name of it": f"{t} µM"}) for n, (s, t) in enumerate(DRUGS)]
    assert write_sdf(path, rows) == len(DRUGS)
    read = list(Chem.SDMolSupplier(str(path)))
    assert [Chem.MolToSmiles(mol) for mol in read] == [Chem.CanonSmiles(s) for s, _ in DRUGS]
    assert [mol.GetProp("_Name") for mol in read] == [title for _, title in DRUGS]
    assert [mol.GetPropsAsDict(autoConvertStrings=False) for mol in read] == [f for *_, f in rows]
    flat = [mol.GetConformer() for mol in read]
    assert all(not conformer.Is3D() for conformer in flat)


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    rows = [(smiles, title, {"a": "1"}) for smiles, title in DRUGS]
    write_sdf(tmp_path / "one.sdf", rows)
    write_sdf(tmp_path / "two.sdf", iter(rows))
    assert (tmp_path / "one.sdf").read_bytes() == (tmp_path / "two.sdf").read_bytes()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain", "plain"),
        ("two\nlines", "two lines"),
        ("two\r\n\r\nlines", "two  lines"),
        ("$$$$", "$$$ $"),
        (">  <score>", " >  <score>"),
        ("a > b", "a > b"),
        ("a\0b\x1b[1m\tc", "a␀b␛[1m\tc"),
        ("", ""),
    ],
)
def test_values_cannot_break_the_record(value: str, written: str) -> None:
    entry = format_entry("CCO", "ethanol", {"note": value, "next": "kept"})
    assert f">  <note>\n{written}\n\n>  <next>\nkept\n\n$$$$\n" in entry


@given(
    titles=st.lists(st.text(max_size=12), min_size=1, max_size=4),
    value=st.text(max_size=30),
    key=st.text(min_size=1, max_size=8),
)
@settings(max_examples=60)
def test_no_text_loses_a_record(
    tmp_path_factory: pytest.TempPathFactory, titles: list[str], value: str, key: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.sdf"
    rows = [("CCO", title, {key: value, "row": str(n)}) for n, title in enumerate(titles, start=1)]
    assert write_sdf(path, rows) == len(titles)
    records = list(open_library(path))
    assert [record.extra["row"] for record in records] == [row[2]["row"] for row in rows]
    assert all(record.problem is None for record in records)


def test_more_than_999_atoms_are_written_in_v3000() -> None:
    assert "V3000" in format_entry("C" * 1001, "", {})
    assert "V2000" in format_entry("C" * 999, "", {})


def test_the_chiral_flag_says_what_is_absolute() -> None:
    def flag(smiles: str) -> str:
        return format_entry(smiles, "", {}).split("\n")[3][12:15].strip()

    assert flag("C[C@H](O)F") == flag("Cc1cccc(Cl)c1-c1c(C)cccc1C(N)=O |wD:7.6|") == "1"
    assert flag("CC(O)F") == flag("F/C=C/F") == flag("CCO") == "0"


def test_stereo_groups_are_collections() -> None:
    entry = format_entry("C[C@@H](F)[C@H](Cl)[C@H](C)Br |o1:3,&1:5|", "", {})
    assert "MDLV30/STEREL1 ATOMS=(1 4)" in entry
    assert "MDLV30/STERAC1 ATOMS=(1 6)" in entry
    assert "MDLV30/STEABS ATOMS=(1 2)" in entry


def test_refusals(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a SMILES"):
        write_sdf(tmp_path / "x.sdf", [("CCQ", "", {})])
    with pytest.raises(InputError, match=r"cannot be written .*; give another path"):
        write_sdf(tmp_path / "missing" / "x.sdf", [])
