"""Which fragment is the compound: a table of real substances, and the laws."""

import csv
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem
from rdkit.Chem import rdDepictor
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from chem.records.records import Failure
from chem.structure.parents.counterions import ROLES, Counterion, find_counterion, read_table
from chem.structure.parents.parent import Parent, choose_parent, is_organic
from chem.structure.parents.partners import is_acid, is_base
from chem.structure.standardize import standardize
from chem.structure.stereo.canonical import write_canonical

TABLE = Path(__file__).parent / "parents.csv"
COUNTERIONS = read_table()


def read_parents() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def judge(structure: str) -> str:
    result = standardize(structure, "smiles")
    return f"!{result.code}" if isinstance(result, Failure) else result.smiles


def choose(structure: str) -> Parent:
    result = choose_parent(Chem.MolFromSmiles(structure))
    assert isinstance(result, Parent), result
    return result


def turn_around(structure: str) -> str:
    """Write the fragments in the opposite order."""
    return ".".join(reversed(structure.split(".")))


def test_real_salts_solvates_complexes_and_mixtures() -> None:
    """Every line of the table has the parent that it names; the failure lists all that differ."""
    wrong = []
    for row in read_parents():
        expected = row["parent"] if row["parent"][0] == "!" else judge(row["parent"])
        for structure in (row["input"], turn_around(row["input"])):
            found = judge(structure)
            if found != expected or (found[0] != "!" and not same_formula(found, row["parent"])):
                wrong.append(f"{row['name']}: {found} instead of {expected} ({row['why']})")
                break
    assert not wrong, "\n".join([f"{len(wrong)} of {len(read_parents())}", *wrong])


@pytest.mark.parametrize("row", read_parents()[::17], ids=lambda row: row["name"])
def test_a_molblock_has_the_parent_of_its_smiles(row: dict[str, str]) -> None:
    mol = Chem.MolFromSmiles(row["input"])
    rdDepictor.Compute2DCoords(mol)
    Chem.WedgeMolBonds(mol, mol.GetConformer())
    result = standardize(Chem.MolToV3KMolBlock(mol), "molblock")
    found = f"!{result.code}" if isinstance(result, Failure) else result.smiles
    assert found == judge(row["input"])


@pytest.mark.parametrize("row", read_parents()[::5], ids=lambda row: row["name"])
def test_a_parent_is_its_own_parent(row: dict[str, str]) -> None:
    found = judge(row["input"])
    assert found[0] == "!" or judge(found) == found


def same_formula(one: str, other: str) -> bool:
    return CalcMolFormula(Chem.MolFromSmiles(one)) == CalcMolFormula(Chem.MolFromSmiles(other))


def test_the_table_is_large_and_of_every_kind() -> None:
    rows = read_parents()
    assert len({row["name"] for row in rows}) == len(rows) >= 300
    assert {row["parent"] for row in rows if row["parent"][0] == "!"} == {
        "!mixture",
        "!no_organic_fragment",
    }


@pytest.mark.parametrize("one", COUNTERIONS, ids=lambda one: one.name)
def test_every_line_of_the_counterions_is_found_and_gives_way(one: Counterion) -> None:
    assert one.role in ROLES
    assert one.rank in range(6)
    mol = Chem.MolFromSmiles(one.smiles)
    assert find_counterion(mol) == one
    judged = find_counterion(Chem.MolFromSmiles(judge(one.smiles)))
    assert judged is not None
    assert (judged.role, judged.rank) == (one.role, one.rank)
    if one.role == "drug":
        return
    # A compound that is a base and an acid, smaller than many of them, and none of them.
    drug = "CC(N)CSc1ccc(F)cc1C(=O)O"
    assert choose(f"{drug}.{one.smiles}").mol.GetNumHeavyAtoms() == 15
    assert choose(f"{one.smiles}.{drug}").changes == ("stripped_fragments",)


@pytest.mark.parametrize(
    ("structure", "changes", "copies"),
    [
        ("Cl.NCCc1ccccc1", ("stripped_fragments",), 1),
        ("CCO.CCO", ("stripped_fragments",), 2),
        ("N[C@@H]1C[C@H]1c1ccccc1.N[C@H]1C[C@@H]1c1ccccc1", ("racemate",), 2),
        (
            "N[C@@H]1C[C@H]1c1ccccc1.N[C@H]1C[C@@H]1c1ccccc1.OS(O)(=O)=O",
            ("stripped_fragments", "racemate"),
            2,
        ),
        (
            "CN1CCN(CCCN2c3ccccc3Sc3ccc(Cl)cc32)CC1.O=C(O)CSCC#N",
            ("stripped_fragments", "unlisted_counterion"),
            1,
        ),
    ],
)
def test_what_was_done_is_told(structure: str, changes: tuple[str, ...], copies: int) -> None:
    parent = choose(structure)
    assert (parent.changes, parent.copies) == (changes, copies)


@pytest.mark.parametrize(
    ("structure", "text"),
    [
        ("C[C@H](N)C1CC1.C[C@@H](N)C1CC1", "C[C@H](N)C1CC1 |&1:1|"),
        ("C[C@@H](N)C1CC1.Cl.C[C@H](N)C1CC1.Cl", "C[C@H](N)C1CC1 |&1:1|"),
        ("C[C@@H](O)[C@@H](C)O.C[C@H](O)[C@H](C)O", "C[C@H](O)[C@H](C)O |&1:1,3|"),
        # both drawn as racemates already, with either configuration
        ("C[C@H](N)C1CC1.C[C@@H](N)C1CC1.OC(=O)C=CC(=O)O |&1:1,&2:7|", "C[C@H](N)C1CC1 |&1:1|"),
        ("C[C@H](N)C1CC1.Cl |&1:1|", "C[C@H](N)C1CC1 |&1:1|"),
        ("C[C@H](N)C1CC1.C[C@H](N)C1CC1.OC(=O)C=CC(=O)O", "C[C@H](N)C1CC1"),
    ],
)
def test_racemates(structure: str, text: str) -> None:
    assert write_canonical(choose(structure).mol) == text


@pytest.mark.parametrize(
    "structure",
    [
        "C[C@@H](O)[C@@H](C)O.C[C@H](O)[C@@H](C)O",  # an enantiomer and the meso compound
        "C[C@H](N)C1CC1.CC(N)C1CC1",  # one is drawn flat
        "C[C@H](N)C1CC1.C[C@@H](N)C1CC1.C[C@@H](N)C1CC1",  # 1 to 2
        "C[C@H](N)C1CC1.C[C@H](N)C1CC1 |&1:1|",  # a racemate and an enantiomer
        "CC=CC1CC1C#N.[13CH3]C=CC1CC1C#N",
        "F/C=C/CCN.F/C=C\\CCN",
    ],
)
def test_isomers_that_are_no_racemate_are_a_mixture(structure: str) -> None:
    result = choose_parent(Chem.MolFromSmiles(structure))
    assert isinstance(result, Failure)
    assert (result.stage, result.code) == ("standardize", "mixture")


@pytest.mark.parametrize(
    ("structure", "parent"),
    [
        # one half is a lactim, as its sodium salt is often drawn
        (
            "CCC1(CC)C(=O)NC(=O)NC1=O.CCC1(CC)C(=O)N=C([O-])NC1=O.[Na+]",
            "CCC1(CC)C(=O)NC(=O)NC1=O",
        ),
        ("O=c1cc[nH]c(=S)[nH]1.O=c1cc[nH]c([S-])n1.[K+]", "O=c1cc[nH]c(=S)[nH]1"),
        # the counterion is the other tautomer
        ("CNC(C)Cc1ccccc1.O=S1(=O)N=C(O)c2ccccc21", "CNC(C)Cc1ccccc1"),
        ("CC(C)Cc1ccc(C(C)C(=O)O)cc1.NC(N)=NCCCC(N)C(=O)O", "CC(C)Cc1ccc(C(C)C(=O)O)cc1"),
    ],
)
def test_tautomers_are_one_compound(structure: str, parent: str) -> None:
    drawn = Chem.MolToInchi(Chem.MolFromSmiles(judge(structure)))
    assert drawn == Chem.MolToInchi(Chem.MolFromSmiles(parent))


def test_a_mixture_names_what_it_holds() -> None:
    failure = standardize(
        "COc1cc(Cc2cnc(N)nc2N)cc(OC)c1OC.Cc1cc(NS(=O)(=O)c2ccc(N)cc2)no1", "smiles"
    )
    assert isinstance(failure, Failure)
    assert "C14H18N4O3" in failure.detail
    assert "C10H11N3O3S" in failure.detail


@pytest.mark.parametrize("smiles", ["O=C([O-])O", "C#N", "N#C[S-]", "[C-]#[O+]", "S=C=S", "O"])
def test_inorganic(smiles: str) -> None:
    assert not is_organic(Chem.MolFromSmiles(smiles))


@pytest.mark.parametrize("smiles", ["NC(N)=O", "ClC(Cl)(Cl)Cl", "O=CO", "O=C(O)C(=O)O", "C"])
def test_organic(smiles: str) -> None:
    assert is_organic(Chem.MolFromSmiles(smiles))


DRUGS = {
    # by what their salts are made with
    "acid": ["CC(C)Cc1ccc(C(C)C(=O)O)cc1", "O=C(O)Cc1ccccc1Nc1c(Cl)cccc1Cl"],
    "base": [
        "CN(C)CCOC(c1ccccc1)c1ccccc1",
        "Cc1ccc(NC(=O)c2ccc(CN3CCN(C)CC3)cc2)cc1Nc1nccc(-c2cccnc2)n1",
        "CNCCC(Oc1ccc(C(F)(F)F)cc1)c1ccccc1",
    ],
}
ACIDS = [one.smiles for one in COUNTERIONS if one.role == "acid"]
BASES = [one.smiles for one in COUNTERIONS if one.role == "base"]
SOLVENTS = [one.smiles for one in COUNTERIONS if one.role == "solvate"]
INORGANIC = ["Cl", "Br", "O", "OS(=O)(=O)O", "OP(=O)(O)O", "O[N+](=O)[O-]", "O=C(O)O"]


@settings(max_examples=100)
@given(data=st.data())
def test_the_parent_depends_on_no_order_drawing_or_count(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(DRUGS)))
    drug = data.draw(st.sampled_from(DRUGS[kind]))
    partner = data.draw(st.sampled_from(ACIDS if kind == "base" else BASES))
    parts = [drug] * data.draw(st.integers(1, 3)) + [partner] * data.draw(st.integers(1, 3))
    parts += data.draw(st.lists(st.sampled_from(SOLVENTS + INORGANIC), max_size=3))
    if data.draw(st.booleans()):
        parts = [charge(part, kind) if part in (drug, partner) else part for part in parts]
    order = data.draw(st.permutations(parts))
    mol = Chem.MolFromSmiles(".".join(order))
    atoms = list(range(mol.GetNumAtoms()))
    random.Random(data.draw(st.integers())).shuffle(atoms)
    shuffled = Chem.MolToSmiles(Chem.RenumberAtoms(mol, atoms), canonical=False)
    assert judge(shuffled) == judge(drug)


def charge(smiles: str, kind: str) -> str:
    """Draw the proton of a salt where it goes: on the first amine, from the first acid group."""
    mol = Chem.MolFromSmiles(smiles)
    amine = Chem.MolFromSmarts("[NX3;+0;!$(N-*=[O,S,N]);!$(N-a);!$(N-[O,N,S])]")
    acid = Chem.MolFromSmarts("[$([OX2H1]C=O),$([OX2H1]S(=O)=O)]")
    is_amine = mol.HasSubstructMatch(amine) and not mol.HasSubstructMatch(acid)
    found = mol.GetSubstructMatch(amine if is_amine else acid)
    if found:
        atom = mol.GetAtomWithIdx(found[0])
        atom.SetFormalCharge(1 if is_amine else -1)
        hydrogens = atom.GetTotalNumHs()
        atom.SetNoImplicit(True)
        atom.SetNumExplicitHs(hydrogens + (1 if is_amine else -1))
    return str(Chem.MolToSmiles(mol))


@pytest.mark.parametrize(
    ("smiles", "acid", "base"),
    [
        ("CC(=O)O", True, False),
        ("CC(=O)[O-]", True, False),
        ("CCN", False, True),
        ("CC(N)=O", False, False),
        ("C[N+](C)(C)C", False, True),
        ("NCC(=O)O", True, True),
        ("CS(=O)(=O)O", True, False),
        ("c1ccncc1", False, True),
        ("CCO", False, False),
        ("N=C(N)N", False, True),
        ("CS(=O)(=O)Nc1ccccc1", True, False),
        ("Nc1ccccc1", False, True),
        ("CC(=O)Nc1ccccc1", False, False),
        ("C1=NCCc2ccccc21", False, True),
        ("CC=NO", False, False),
    ],
)
def test_acids_and_bases(smiles: str, acid: bool, base: bool) -> None:
    mol = Chem.MolFromSmiles(smiles)
    assert (is_acid(mol), is_base(mol)) == (acid, base)
