"""Drawn shorthand: what stands for other than one molecule is refused, notes pass."""

import pytest
from rdkit import Chem

from chem.records.records import Failure, StructureFormat
from chem.structure.parsing.shorthand import (
    ABBREVIATIONS,
    find_mistaken_element,
    names_atom,
    written_symbols,
)
from chem.structure.standardize import Standardized, standardize
from tests.chem.molblocks import draw, with_property, with_symbol

URETHANE = draw("CCOC(N)=O")
URETHANE_V3000 = draw("CCOC(N)=O", v3000=True)
SUP = ("M  STY  1   1 SUP", "M  SBL   1  1   1")


def outcome(structure: str, format: StructureFormat = "molblock") -> str:
    """The code of a failure, or the SMILES."""
    found = standardize(structure, format)
    return found.code if isinstance(found, Failure) else found.smiles


def in_v3000(old: str, new: str) -> str:
    assert old in URETHANE_V3000
    return URETHANE_V3000.replace(old, new, 1)


@pytest.mark.parametrize("label", ["Boc", "Ph", "OMe", "R", "R1", "CF3", "D", "X", "N", "Resin"])
def test_a_label_on_a_carbon(label: str) -> None:
    failure = standardize(with_property(URETHANE, "A    1", label), "molblock")
    assert isinstance(failure, Failure)
    assert failure.code == "drawn_shorthand"
    assert failure.detail.startswith(f"atom 1 (C) is drawn as '{label}'")


@pytest.mark.parametrize(
    ("at", "label"),
    [
        (1, "CH3"),
        (1, "H3C"),
        (1, "Me"),
        (1, "C"),
        (1, "12"),
        (1, ""),
        (5, "NH2"),
        (5, "H2N"),
        (2, "C2"),
    ],
)
def test_a_label_that_names_its_own_atom(at: int, label: str) -> None:
    assert outcome(with_property(URETHANE, f"A  {at:3}", label)) == "CCOC(N)=O"


@pytest.mark.parametrize("symbol", ["OMe", "Ph", "Boc", "Me", "Ala", "Z", "c"])
def test_a_symbol_that_is_no_element(symbol: str) -> None:
    for block in (with_symbol(URETHANE, 1, symbol), in_v3000("V30 1 C", f"V30 1 {symbol}")):
        failure = standardize(block, "molblock")
        assert isinstance(failure, Failure)
        assert failure.code == "drawn_shorthand"
        assert failure.detail.startswith(f"atom 1 is drawn as '{symbol}'")


@pytest.mark.parametrize("symbol", ["R1", "R#", "R", "Pol", "X", "Q", "A", "L", "LP", "Du", "*"])
def test_a_symbol_that_stands_for_several(symbol: str) -> None:
    failure = standardize(with_symbol(URETHANE, 1, symbol), "molblock")
    assert isinstance(failure, Failure)
    assert failure.code == "query_atoms"
    assert failure.detail.startswith(f"atom 1 is drawn as '{symbol}'")


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (("M  APO  1   1   1",), "drawn_shorthand"),
        (("M  LIN  1   2   4   1   3",), "drawn_shorthand"),
        (("M  ALS   1  2 F C   N   ",), "query_atoms"),
        (("M  STY  1   1 SRU", "M  SCN  1   1 HT ", "M  SAL   1  2   2   3"), "repeat_units"),
        (("M  STY  1   1 MON", "M  SAL   1  2   2   3"), "repeat_units"),
        (("M  STY  1   1 COP", "M  SAL   1  2   2   3"), "repeat_units"),
        (("M  STY  1   1 GEN", "M  SAL   1  2   2   3", "M  SMT   1 n"), "repeat_units"),
        (("M  STY  1   1 COM", "M  SAL   1  2   2   3"), "mixture"),
        ((*SUP, "M  SAL   1  1   1", "M  SMT   1 Boc"), "drawn_shorthand"),
        ((*SUP, "M  SAL   1  2   1   2", "M  SMT   1 Boc"), "drawn_shorthand"),
        ((*SUP, "M  SAL   1  2   1   2", "M  SMT   1 Et"), "CCOC(N)=O"),
        ((*SUP, "M  SAL   1  1   1", "M  SMT   1 Me"), "CCOC(N)=O"),
        (("M  STY  1   1 DAT", "M  SAL   1  1   2", "M  SDT   1 purity"), "CCOC(N)=O"),
        (("M  STY  1   1 GEN", "M  SAL   1  2   2   3"), "CCOC(N)=O"),
        (("V    1 chiral pool",), "CCOC(N)=O"),
        (("M  RAD  1   1   2",), "radical"),
        (("M  ZBO  1   2   0",), "query_atoms"),
    ],
)
def test_properties_of_a_v2000_molblock(lines: tuple[str, ...], found: str) -> None:
    assert outcome(with_property(URETHANE, *lines)) == found


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("V30 1 C", "V30 1 [C,N]", "query_atoms"),
        ("V30 1 C", "V30 1 NOT [C,N]", "query_atoms"),
        (" 0\nM  V30 2 C", " 0 ATTCHPT=1\nM  V30 2 C", "drawn_shorthand"),
        (" 0\nM  V30 2 C", " 0 HCOUNT=1\nM  V30 2 C", "query_atoms"),
        ("M  V30 1 1 1 2", "M  V30 1 8 1 2", "query_atoms"),
        ("M  V30 1 1 1 2", "M  V30 1 0 1 2", "query_atoms"),
        ("M  V30 END CTAB", "M  V30 LINKNODE 1 3 2 2 1 2 3\nM  V30 END CTAB", "drawn_shorthand"),
    ],
)
def test_v3000(old: str, new: str, found: str) -> None:
    assert outcome(in_v3000(old, new)) == found


def test_a_repeat_unit_of_a_v3000_molblock() -> None:
    group = (
        "M  V30 BEGIN SGROUP\nM  V30 1 SRU 1 ATOMS=(2 2 3) XBONDS=(2 1 3) CONNECT=HT LABEL=n\n"
        "M  V30 END SGROUP\nM  V30 END CTAB"
    )
    block = in_v3000("COUNTS 6 5 0", "COUNTS 6 5 1").replace("M  V30 END CTAB", group)
    assert outcome(block) == "repeat_units"


@pytest.mark.parametrize(
    ("smiles", "found"),
    [
        ("CCO |$Boc;;$|", "drawn_shorthand"),
        ("CCO |$;;OMe$|", "drawn_shorthand"),
        ("CCO |$_AP1;;$|", "drawn_shorthand"),
        ("*CO |$_R1;;$|", "query_atoms"),
        ("CCO |$Q_e;;$|", "query_atoms"),
        ("CCO |Sg:n:1::ht|", "repeat_units"),
        ("CCO |Sg:mon:1::|", "repeat_units"),
        ("CCO |LN:1:1.3.0.2|", "drawn_shorthand"),
        ("CCO |m:0:1.2|", "drawn_shorthand"),
        ("CCO |u:1|", "query_atoms"),
        ("CCO |^1:0|", "radical"),
        ("CCO |SgD:1:purity:95::::|", "CCO"),
        ("CCO |$C1;C2;O3$|", "CCO"),
        ("CCO |$;;OH$|", "CCO"),
        ("CCO |lp:2:2|", "CCO"),
        ("CCO |(0,0,;1,0,;2,0,)|", "CCO"),
        ("CC[Boc]", "drawn_shorthand"),
        ("C[OMe]", "drawn_shorthand"),
        ("[R1]CC", "drawn_shorthand"),
        ("CC[Ts]", "drawn_shorthand"),
        ("CO[Ac]", "drawn_shorthand"),
        ("CN[Pr]", "drawn_shorthand"),
    ],
)
def test_smiles(smiles: str, found: str) -> None:
    assert outcome(smiles, "smiles") == found


def test_what_a_label_may_say() -> None:
    mol = Chem.MolFromSmiles("CC(N)[NH3+]")
    first, nitrogen, ion = mol.GetAtomWithIdx(0), mol.GetAtomWithIdx(2), mol.GetAtomWithIdx(3)
    assert names_atom("CH3", first)
    assert not names_atom("CH2", first)
    assert not names_atom("Me2", first)
    assert names_atom("NH2", nitrogen)
    assert names_atom("NH3+", ion)
    assert not any(names_atom(label, first) for label in ABBREVIATIONS if label != "Me")


def test_symbols_are_those_of_the_record() -> None:
    assert written_symbols(URETHANE) == written_symbols(URETHANE_V3000) == list("CCOCNO")
    assert written_symbols("") == []


def test_real_compounds_of_rare_elements_are_taken_as_written() -> None:
    assert find_mistaken_element(Chem.MolFromSmiles("C[Se]C")) is None
    assert isinstance(standardize("CC[Si](C)(C)C", "smiles"), Standardized)


def test_a_group_that_stands_there_several_times_is_drawn_once() -> None:
    lines = ("M  STY  1   1 MUL", "M  SAL   1  1   2", "M  SPA   1  1   2", "M  SMT   1 3")
    found = standardize(with_property(draw("CCOC"), *lines), "molblock")
    assert isinstance(found, Failure)
    assert found.code == "drawn_shorthand"
