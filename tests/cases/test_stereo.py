"""A racemate, an enantiomer, one of two and a flat drawing are four compounds."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from chem.assess.clusters import scaffold
from chem.features.fingerprints import count_fingerprints
from chem.features.graphs import written_graphs
from chem.library.read import open_library
from chem.output.depict import depict
from chem.output.write_sdf import format_entry
from chem.records.records import StructureFormat
from chem.structure.equivalence import without_stereo
from chem.structure.standardize import Standardized, standardize
from chem.structure.stereo.stereo_status import describe_stereo
from tests.chem.molblocks import draw, with_collection

FILES = Path(__file__).with_name("structures")


def accept(structure: str, format: StructureFormat = "smiles") -> Standardized:
    found = standardize(structure, format)
    assert isinstance(found, Standardized), found
    return found


def read(name: str) -> dict[str, Standardized]:
    return {r.compound_id: accept(r.structure, r.format) for r in open_library(FILES / name)}


def test_the_chiral_flag_and_the_collections_of_one_drawing() -> None:
    found = read("chiral_flag.sdf")
    pure = "C[C@H](Oc1ccc(C(N)=O)cc1)c1ccncc1"
    assert {name: one.smiles for name, one in found.items()} == {
        "RACEMIC-FLAG0": pure,
        "PURE-FLAG1": pure,
        "RACEMIC-V3000": f"{pure} |&1:1|",
        "PURE-V3000": pure,
    }
    assert found["RACEMIC-FLAG0"].changes == ("assumed_absolute",)
    assert not any(one.changes for name, one in found.items() if name != "RACEMIC-FLAG0")
    assert len({one.key for one in found.values()}) == 2


def test_forms_of_an_atropisomer_are_not_the_unseparated_one() -> None:
    biaryl = "Cc1cccc(Cl)c1-c1c(C)cccc1C(N)=O"
    texts = {accept(one).smiles for one in (biaryl, f"{biaryl} |wU:7.7|", f"{biaryl} |wD:7.7|")}
    assert len(texts) == 3
    assert biaryl in texts
    for text in texts - {biaryl}:
        assert accept(draw_again(text), "molblock").smiles == text
    upside_down = "NC(=O)c1cccc(C)c1-c1c(C)cccc1Cl"
    assert {accept(f"{upside_down} |w{side}:9.9|").smiles for side in "UD"} == texts - {biaryl}


def draw_again(smiles: str) -> str:
    return format_entry(smiles, "", {}).split("$$$$")[0]


def test_stereoisomers_stay_apart_and_labels_stay() -> None:
    found = read("alkaloids.smi")
    apart = ["T1", "T2", "T4", "T5", "T6", "T7", "T8", "T11", "T12"]
    assert len({found[name].smiles for name in apart}) == len(apart)
    labelled = read("labelled.sdf")
    assert labelled["D2-V3000"].smiles == labelled["D2-V2000"].smiles == "[2H]c1cc(=O)cc([2H])[nH]1"
    assert labelled["COLD"].smiles == "O=c1cc[nH]cc1"


FOUR = (
    "C[C@H](N)c1ccccc1",
    "C[C@H](N)c1ccccc1 |&1:1|",
    "C[C@H](N)c1ccccc1 |o1:1|",
    "CC(N)c1ccccc1",
)


def test_four_statements_are_four_compounds() -> None:
    found = [accept(one) for one in FOUR]
    assert tuple(one.smiles for one in found) == FOUR
    assert len({one.key for one in found}) == 4
    words = [describe_stereo(one.smiles) for one in found]
    assert words == ["single", "racemic", "one_of_two", "undefined"]


@pytest.mark.parametrize(
    ("written", "smiles", "changes"),
    [
        ("C[C@@H](N)c1ccccc1 |&4:1|", FOUR[1], ()),
        ("C[C@@H](N)c1ccccc1 |o2:1,r|", FOUR[2], ()),
        ("C[C@H](N)c1ccccc1 |a:1|", FOUR[0], ()),
        ("C[C@H](N)c1ccccc1 |r|", FOUR[0], ("assumed_absolute",)),
        ("C[C@H](N)c1ccccc1.Cl |&1:1|", FOUR[1], ("stripped_fragments",)),
        ("C[C@H]([NH3+])c1ccccc1.[Cl-] |&1:1|", FOUR[1], ("stripped_fragments", "neutralized")),
        ("CC(N)c1ccccc1 |&1:1|", FOUR[1], ()),
        ("CC(N)c1ccccc1 |w:1.0|", FOUR[3], ()),
        ("C[C@H](N)c1ccccc1 |SgD:1:ee:99::::,&1:1,(0,0,;1,0,;2,0,)|", FOUR[1], ()),
        ("C[S@](=O)c1ccccc1 |&1:1|", "C[S@+]([O-])c1ccccc1 |&1:1|", ("normalized",)),
        ("O[C@H]([C@@H](O)C(=O)O)C(=O)O |&1:1,2|", "O=C(O)[C@H](O)[C@@H](O)C(=O)O |&1:3,5|", ()),
        ("O[C@H]([C@H](O)C(=O)O)C(=O)O |&1:1,2|", "O=C(O)[C@@H](O)[C@@H](O)C(=O)O", ()),
        ("C/C=C/C |ctu:1|", "CC=CC", ()),
        ("CC(O)C(F)Cl |&1:1,3|", "CC(O)C(F)Cl", ("dropped_stereo_group",)),
    ],
)
def test_statements(written: str, smiles: str, changes: tuple[str, ...]) -> None:
    found = accept(written)
    assert found[1:3] == (smiles, changes)
    again = accept(found.smiles)
    assert again[1:3] == (smiles, ())


@pytest.mark.parametrize(
    ("lines", "extension"),
    [
        (("STERAC1 ATOMS=(1 2)",), "|&1:1|"),
        (("STERAC7 ATOMS=(1 2)",), "|&1:1|"),
        (("STEREL3 ATOMS=(1 2)",), "|o1:1|"),
        (("STEABS ATOMS=(1 2)",), ""),
    ],
)
def test_collections(lines: tuple[str, ...], extension: str) -> None:
    for smiles in ("C[C@H](N)c1ccccc1", "C[C@@H](N)c1ccccc1"):
        found = accept(with_collection(draw(smiles, v3000=True), *lines), "molblock")
        assert found.changes == ()
        expected = f"{FOUR[0]} {extension}" if extension else smiles
        assert found.smiles == expected


@pytest.mark.parametrize(
    "smiles",
    [
        *FOUR,
        "C[C@@H](F)[C@H](Cl)[C@H](C)Br |o1:3,&1:5|",
        "C[C@H]1CC[C@H](O)CC1 |&1:1|",
        "C[C@H]1CC[C@@H](O)CC1",
        "CC=CC[C@H](C)N |&1:4|",
        "CC=CC",
        "C/C=C\\C",
        "CC=NO",
        "Cc1cccc(Cl)c1-c1c(C)cccc1C(N)=O |wD:7.6|",
        "Oc1ccc2ccccc2c1-c1c(O)ccc2ccccc12 |wU:10.10|",
        "CO[C@H]1O[C@@H]2O[C@@]3(C)CC[C@H]4[C@H](C)CC[C@@H]([C@H]1C)[C@@]24OO3",  # crowded
        "[2H]C([2H])([2H])[C@H](N)C |&1:1|",
    ],
)
def test_what_is_written_reads_back(smiles: str) -> None:
    smiles = accept(smiles).smiles
    assert accept(draw_again(smiles), "molblock")[1:3] == (smiles, ())


@given(st.sampled_from(FOUR))
@settings(max_examples=8)
def test_what_reads_a_smiles_reads_every_statement(smiles: str) -> None:
    flat = FOUR[3]
    assert without_stereo(smiles) == flat
    assert scaffold(smiles) == "c1ccccc1"
    assert np.array_equal(count_fingerprints([smiles]), count_fingerprints([flat]))
    one, other = written_graphs([smiles, flat])
    assert one.written == other.written
    assert np.array_equal(one.graph.atoms, other.graph.atoms)
    assert Chem.MolFromSmiles(smiles).GetNumAtoms() == len(depict(smiles).atoms)


def test_a_racemate_is_seen_in_its_picture() -> None:
    pictures = {depict(smiles).svg() for smiles in FOUR}
    assert len(pictures) == 4
