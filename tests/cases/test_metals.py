"""Metal complexes are refused in every drawing; they never merge with what binds the metal."""

from pathlib import Path

from chem.library.read import open_library
from chem.records.records import Failure
from chem.structure.standardize import standardize

FILES = Path(__file__).with_name("structures")


def outcomes(name: str) -> dict[str, str]:
    found = {}
    for record in open_library(FILES / name):
        one = standardize(record.structure, record.format)
        found[record.compound_id] = one.code if isinstance(one, Failure) else one.smiles
    return found


def test_metallocenes() -> None:
    assert outcomes("metallocenes.smi") == {
        "FERROQUINE-HALF": "metal_complex",
        "CYCLOPENTANE-ANALOG": "CN(C)CC1CCCC1CNc1ccnc2cc(Cl)ccc12",
        "FERROCENE": "metal_complex",
        "FERROCENE-IONIC": "metal_complex",
        "CYCLOPENTANE": "C1CCCC1",
    }
    assert outcomes("metallocenes.sdf") == {
        "FC-V3000-multicenter": "metal_complex",
        "cyclopentylmethylamine": "NCC1CCCC1",
    }


def test_organomercurials() -> None:
    for smiles in ("COC(CNC(=O)c1ccccc1OCC(=O)O)C[Hg]O", "COC(CNC(N)=O)C[Hg]Cl"):
        found = standardize(smiles, "smiles")
        assert isinstance(found, Failure)
        assert found.code == "metal_complex"
        assert found.detail.startswith("mercury")


def test_a_complex_as_bonds_and_as_ions_is_one_answer() -> None:
    for bonds, ions in (
        ("N.N.O=C1C2(CCC2)C(=O)O[Pt]O1", "[NH3].[NH3].[O-]C(=O)C1(CCC1)C([O-])=O.[Pt+2]"),
        ("CN(C)C(=S)S[Zn]SC(=S)N(C)C", "[Zn+2].CN(C)C(=S)[S-].CN(C)C(=S)[S-]"),
        ("CCCC[Li]", "[Li+].[CH2-]CCC"),
        ("CC(C)O[Al](OC(C)C)OC(C)C", "[Al+3].CC(C)[O-].CC(C)[O-].CC(C)[O-]"),
        ("CC(=O)O[Ag]", "[Ag+].CC(=O)[O-]"),
    ):
        for drawn in (bonds, ions):
            found = standardize(drawn, "smiles")
            assert isinstance(found, Failure), drawn
            assert found.code == "metal_complex"
