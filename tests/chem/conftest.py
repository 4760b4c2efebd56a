"""Real structures of every kind in the test files, and odd ones."""

import csv
from pathlib import Path

import pytest

FILES = Path(__file__).parents[1] / "files"
TABLES = (
    ("chem/approved_sample.smi", "\t", "smiles"),
    ("my_assay.csv", ",", "SMILES"),
    ("data/kinase200_sample.csv", ",", "smiles"),
    ("data/moleculeace_sample.csv", ",", "smiles"),
    ("data/tox21_sample.csv", ",", "smiles"),
)
ODD = (
    *("[2H]C([2H])([2H])O", "[13CH3]C(=O)O", "[18F]CCO", "[12CH3]C", "N[14C](N)=O", "[2H][2H]"),
    *("C1CN1", "CC1CN1C", "C1CO1", "C1(C2CO2)CC1", "C1CS1", "C1OC2CC12", "N1C2CC12", "C1CC1"),
    *("C[N+](C)(C)CC(=O)[O-]", "CC(=O)[O-].[Na+]", "[NH3+]CC(=O)[O-]", "C[n+]1ccccc1", "[OH-].C"),
    *("CN=[N+]=[N-]", "CN=N#N", "C[N+](=O)[O-]", "CN(=O)=O", "[C-]#[N+]C", "[O-][n+]1ccccc1"),
    *("C[CH2][Og]", "C[U]", "[Xe]", "C[Si](C)(C)C", "CB(O)O", "C[Se]C", "CP(=O)(O)O", "C[Mg]Br"),
    *(
        "CN->B",
        "C[N](C)(C)->[B](F)(F)F",
        "C[Cr]$[Cr]C",
        "N.N.Cl[Pt]Cl",
        "C1CC[Pt]1",
        "[CH3]",
        "[CH2]",
    ),
    *("CS(C)=O", "CS(=O)(=O)C", "C[S+](C)[O-]", "C[S+](C)C", "CSC", "CS", "C=S", "NS(N)(=O)=O"),
    *("C1=CC=CC=C1", "c1ccc(cc1)-c1ccccc1", "C1CCCCC1=C1CCCCC1", "c1cc[nH]c1", "Cn1cccc1=O"),
    *("C#CC", "C=C=C", "CC#N", "FC(F)(F)CC(Cl)(Cl)Cl", "CC(C)(C)CC(Br)(Br)Br", "C", "CC", "O=C=O"),
    *(
        "F/C=C/F",
        "F/C=C\\F",
        "N[C@@H](C)C(=O)O",
        "C[C@H](O)F |&1:1|",
        "CC=CC",
        "CC(O)F",
        "C1CC1[C@H](F)O",
    ),
    *(
        "[H]OC([H])([H])C",
        "[H]",
        "[H+]",
        "[H][H]",
        "[CH3:1][OH:2]",
        "CC(=O)NC",
        "O=C1NCCN1",
        "CC(N)=N",
    ),
    *(
        "C12C3C4C1C5C2C3C45",
        "C1CC2CCC1C2",
        "C1CCC2(CC1)CCCC2",
        "C1C2CC3CC1CC(C2)C3",
        "C=" * 40 + "C",
    ),
    *(
        "O=C(O)c1cc(=O)[nH]c(=O)[nH]1",
        "CC1=CC(=O)C=C1",
        "O=C1C=CC(=O)C=C1",
        "c1ccc2cccc-2cc1",
        "CON=CC",
    ),
    *(
        "C1=CC=CC=CC=C1",
        "c1ccc2c(c1)[nH]c1ccccc12",
        "C~C",
        "*C",
        "CCQ",
        "c1cccc1",
        "",
        "CN(C)(C)(C)C",
    ),
    *(
        "Sc1ccccc1",
        "O=S1CCCC1",
        "Cc1nnnn1C",
        "Cn1nnnn1",
        "ClC(Cl)(Cl)Cl",
        "FC(F)(F)F",
        "C" * 999,
        "C(C)(C)" * 60,
    ),
)


@pytest.fixture(scope="session")
def real() -> list[str]:
    """SMILES as vendors, papers and assays write them, each once."""
    found: dict[str, None] = {}
    for name, delimiter, column in TABLES:
        with (FILES / name).open(newline="") as file:
            rows = csv.DictReader(file, delimiter=delimiter)
            found.update(dict.fromkeys(row[column] for row in rows))
    assert len(found) > 400
    return list(found)


@pytest.fixture(scope="session")
def odd() -> tuple[str, ...]:
    """Isotopes, charges, metals, strained rings, stereochemistry, mistakes and other rarities."""
    return ODD
