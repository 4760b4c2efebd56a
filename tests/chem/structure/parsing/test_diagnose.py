import pytest

from chem.records.records import Failure
from chem.structure.parsing.diagnose import diagnose_molblock, without_blank_lines
from chem.structure.standardize import Standardized, standardize
from tests.chem.molblocks import draw


@pytest.mark.parametrize(
    ("smiles", "named"),
    [
        ("CCO |&1:1,4", "no second '|'"),
        ("C[C@@H]1CC[C@@H](O1)C(=O)N1CCC=C(Cl)C1 |&1:1,4,r", "no second '|'"),
        ("CCO |foo|", "cannot read the extension '|foo|'"),
        ("C1CC |&1:1|", "ring bond 1 is not closed"),
        ("C1CC |1:1", "ring bond 1 is not closed"),
        ("InChI=1S/CH4/h1H4", "an InChI,"),
        ("VNWKTOKETHGBQD-UHFFFAOYSA-N", "an InChIKey"),
        ("50-78-2", "a CAS number"),
        ("CCO>>CC=O", "a reaction"),
        ("CCX", "character 3, 'X'"),
        ("aspirin", "character 1, 'a'"),
    ],
)
def test_the_fault_of_a_smiles_is_named(smiles: str, named: str) -> None:
    failure = standardize(smiles, "smiles")
    assert isinstance(failure, Failure)
    assert (failure.stage, failure.code) == ("parse", "invalid_smiles")
    assert named in failure.detail


def test_ring_digits_of_an_extension_are_none() -> None:
    for smiles in ("CCO |&1:1,4,r", "CCO |foo:1,2,3|", "CCO |$a1;b2"):
        failure = standardize(smiles, "smiles")
        assert isinstance(failure, Failure)
        assert "ring bond" not in failure.detail


def test_a_metal_complex_is_told_where_its_bonds_cannot_be_read() -> None:
    failure = standardize("[Fe+2].c1cc[cH-]c1.c1cc[cH-]c1", "smiles")
    assert isinstance(failure, Failure)
    assert failure.code == "metal_complex"


BLOCK = draw("CCOC(N)=O")
LINES = BLOCK.split("\n")
V3000 = draw("CCOC(N)=O", v3000=True)


def join(lines: list[str]) -> str:
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("block", "named"),
    [
        (BLOCK.replace("  6  5", "  7  5"), "line 11 is not atom 7"),
        (BLOCK.replace("  6  5", "  5  5"), "says 5 atoms and 5 bonds, and 6 lines of atoms"),
        (BLOCK.replace("  6  5", "  6  6"), "6 bonds, and 5 lines of bonds"),
        (BLOCK.replace("  6  5", "  6  4"), "4 bonds, and 5 lines of bonds"),
        (BLOCK.replace("  6  5", " six 5"), "line 4 has no two counts"),
        (BLOCK.replace("  1  2  1", "  1  9  1"), "line 11 is no bond between two of the 6 atoms"),
        (join(LINES[1:]), "the counts line is line 3"),
        ("\n" + BLOCK, "the counts line is line 5"),
        (join(LINES[:12]), "no line 'M END'"),
        (BLOCK.replace("   ", "\t"), "line 5 holds a tab"),
        (
            join([*LINES[:4], "  ".join(LINES[4].split()), *LINES[5:]]),
            "line 5 is not in the columns",
        ),
        (V3000.replace("COUNTS 6 5", "COUNTS 7 5"), "says 7 atoms and 5 bonds, and 6 atoms"),
        (V3000.replace("M  V30 END BOND", "END BOND"), "does not begin with 'M V30'"),
        ("ethanol\n", "no counts line"),
    ],
)
def test_the_fault_of_a_molblock_is_named(block: str, named: str) -> None:
    failure = standardize(block, "molblock")
    assert isinstance(failure, Failure)
    assert (failure.stage, failure.code) == ("parse", "invalid_molblock")
    assert named in failure.detail
    assert "\n" not in failure.detail


@pytest.mark.parametrize("at", [4, 6, 10, 12, 15])
@pytest.mark.parametrize("blank", ["", "   "])
def test_blank_lines_are_read_over(at: int, blank: str) -> None:
    found = standardize(join([*LINES[:at], blank, *LINES[at:]]), "molblock")
    assert isinstance(found, Standardized)
    assert found.smiles == "CCOC(N)=O"


def test_blank_lines_of_the_header_and_of_a_label_stay() -> None:
    assert without_blank_lines(BLOCK) is None
    assert without_blank_lines(BLOCK.replace("M  END", "A    1\n\nM  END")) is None
    assert without_blank_lines("\n\n\n\n") is None


def test_chemical_faults_are_named_as_those() -> None:
    crowded = draw("CCOC(N)=O").replace("  1  2  1", "  1  2  3").replace("  2  3  1", "  2  3  3")
    failure = diagnose_molblock(crowded)
    assert failure.code == "invalid_valence"
