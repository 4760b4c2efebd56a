"""The registration key: one for every drawing of a compound that RDKit can make of real drugs."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem, rdBase
from rdkit.Chem.MolStandardize import rdMolStandardize

from chem.records.records import Failure
from chem.structure.normalize import preferred
from chem.structure.normalize.preferred import draw_as_preferred
from chem.structure.normalize.tautomers import atom_states, search
from chem.structure.normalize.tautomers.conjugation import find_systems
from chem.structure.normalize.tautomers.search import best_placements
from chem.structure.registration import registration_key
from chem.structure.standardize import Standardized, standardize

SAMPLE = Path(__file__).parents[2] / "files" / "chem" / "approved_sample.smi"
SMILES = [line.split("\t")[0] for line in SAMPLE.read_text().splitlines()[1:]]


def accept(structure: str) -> Standardized:
    result = standardize(structure, "smiles")
    assert isinstance(result, Standardized), (structure, result)
    return result


DRUGS = [
    one
    for one in (standardize(smiles, "smiles") for smiles in SMILES)
    if not isinstance(one, Failure)
]
SMALL = [one for one in DRUGS if one.mol.GetNumHeavyAtoms() < 45]


def tautomers(mol: Chem.Mol) -> Iterator[str]:
    """RDKit's tautomers that keep the hydrogens of every carbon, and its stereochemistry."""
    parameters = rdMolStandardize.CleanupParameters()
    # RDKit's stubs take every setting for settings in turn.
    parameters.maxTautomers = 60  # type: ignore[assignment]
    parameters.maxTransforms = 120  # type: ignore[assignment]
    parameters.tautomerRemoveSp3Stereo = False  # type: ignore[assignment]
    parameters.tautomerRemoveBondStereo = False  # type: ignore[assignment]
    with rdBase.BlockLogs():
        found = rdMolStandardize.TautomerEnumerator(parameters).Enumerate(mol)
    for one in found:
        written = Chem.MolToSmiles(one)
        read = Chem.MolFromSmiles(written)
        if read is not None and on_carbon(read) == on_carbon(mol) and centres(read) == centres(mol):
            yield written


def on_carbon(mol: Chem.Mol) -> list[tuple[int, int]]:
    """Hydrogens and neighbours of each carbon, in no order: a form that has others may be another
    compound (enones that differ in the place of C=C are sold apart)."""
    return sorted(
        (a.GetTotalNumHs(), a.GetDegree()) for a in mol.GetAtoms() if a.GetAtomicNum() == 6
    )


def centres(mol: Chem.Mol) -> int:
    return sum(a.GetChiralTag() != Chem.ChiralType.CHI_UNSPECIFIED for a in mol.GetAtoms())


def dienes(smiles: str) -> bool:
    """Tell a form that RDKit reaches by moving C=C of an enone along a ring: another compound."""
    return Chem.MolFromSmiles(smiles).HasSubstructMatch(Chem.MolFromSmarts("[C;R]=[C;R]-[C;R]-C=O"))


def test_tautomers_of_drugs_have_one_key() -> None:
    forms, missed = 0, []
    for drug in SMALL:
        if dienes(drug.smiles) or Chem.MolFromSmiles(drug.smiles).HasSubstructMatch(
            Chem.MolFromSmarts("[C;R]=[C;R]-[C;R]=O")
        ):
            continue
        for form in tautomers(drug.mol):
            forms += 1
            found = standardize(form, "smiles")
            if isinstance(found, Failure) or found.key != drug.key:
                missed.append((drug.smiles, form, getattr(found, "smiles", found)))
    assert forms > 150
    assert len(missed) <= 0.01 * forms, missed


def test_every_tautomer_is_judged_in_one_drawing() -> None:
    for smiles in (
        "O=c1[nH]cnc2ccccc12",
        "Cc1cc(-c2ccccc2)n[nH]1",
        "Nc1ccn(C)c(=O)n1",
        "N=C(N)NCc1ccccc1",
        "O=c1[nH]c(=O)c2[nH]cnc2[nH]1",
        "Nc1nc2[nH]cnc2c(=O)[nH]1",
        "CC1=NS(=O)(=O)c2ccccc2N1",
        "c1ccc2[nH]c(-c3cnc[nH]3)nc2c1",
        "Sc1nnc[nH]1",
    ):
        mol = Chem.MolFromSmiles(smiles)
        drawings = {accept(one).smiles for one in tautomers(mol)}
        assert len(drawings) == 1, (smiles, drawings)


@given(st.sampled_from(DRUGS), st.integers(0, 2**31 - 1))
@settings(max_examples=100)
def test_the_order_of_atoms_does_not_change_the_key(drug: Standardized, seed: int) -> None:
    order = list(range(drug.mol.GetNumAtoms()))
    random.Random(seed).shuffle(order)
    respelled = Chem.MolToSmiles(Chem.RenumberAtoms(drug.mol, order), canonical=False)
    assert accept(respelled).key == drug.key


@pytest.mark.parametrize("drug", SMALL[::2], ids=lambda drug: drug.smiles[:30])
def test_protonation_and_salts_do_not_change_the_key(drug: Standardized) -> None:
    for smarts, charge, partner in (
        ("[N;X3;!$(N-[#6,#16,#15]=[O,S,N]);!$(N-[c,N,O]);!$(N-C=C);!$(N-C#N)]", 1, ".[Cl-]"),
        ("[n;X2;r6]", 1, ".Cc1ccc(S(=O)(=O)[O-])cc1"),
        ("[O;H1]-[C,S,P]=O", -1, ".[Na+]"),
        ("[N;H1]([C,S]=O)[C,S]=O", -1, ".[K+]"),
    ):
        for match in drug.mol.GetSubstructMatches(Chem.MolFromSmarts(smarts))[:1]:
            ion = Chem.RWMol(drug.mol)
            atom = ion.GetAtomWithIdx(match[0])
            hydrogens = atom.GetTotalNumHs()
            atom.SetFormalCharge(charge)
            atom.SetNoImplicit(True)
            atom.SetNumExplicitHs(hydrogens + charge)
            with rdBase.BlockLogs():
                if Chem.SanitizeMol(ion, catchErrors=True):
                    continue
                written = Chem.MolToSmiles(ion)
                if Chem.MolFromSmiles(written) is None:
                    continue
            assert accept(written).key == drug.key
            assert accept(written + partner).key == drug.key


def test_resonance_forms_of_dyes_have_one_key() -> None:
    for smiles in (
        "CN(C)c1ccc2nc3ccc(=[N+](C)C)cc-3sc2c1",
        "CN(C)c1ccc(C(=C2C=CC(=[N+](C)C)C=C2)c2ccc(N(C)C)cc2)cc1",
        "CCN(CC)c1ccc2c(-c3ccccc3C(=O)OC)c3ccc(=[N+](CC)CC)cc-3oc2c1",
        "CN1C=CC(=CC=Cc2cc[n+](C)cc2)C=C1",
        "C[n+]1ccc(N(C)C)cc1",
        "CN(C)C=CC=[N+](C)C",
    ):
        mol = Chem.MolFromSmiles(smiles)
        forms = set()
        for one in Chem.ResonanceMolSupplier(mol, 0, 40):
            with rdBase.BlockLogs():
                if not Chem.SanitizeMol(one, catchErrors=True):
                    forms.add(Chem.MolToSmiles(one))
        assert len({accept(one).key for one in forms}) == 1, smiles


@pytest.mark.parametrize("smiles", SMILES)
def test_the_judged_drawing_is_a_fixed_point(smiles: str) -> None:
    found = standardize(smiles, "smiles")
    if not isinstance(found, Failure):
        again = accept(found.smiles)
        assert (again.smiles, again.key, again.changes) == (found.smiles, found.key, ())


def test_the_quick_look_overlooks_nothing(real: list[str]) -> None:
    """What is not looked at closely would not be drawn otherwise if it were."""
    looked = 0
    for text in [*real, *SMILES]:
        found = standardize(text, "smiles")
        if (
            isinstance(found, Failure)
            or preferred._may_be_azole(found.smiles)
            or preferred._may_be_odd(found.mol, found.smiles)
        ):
            continue
        looked += 1
        # "N=" makes it look at everything.
        drawn, _ = draw_as_preferred(found.mol, found.smiles + "N=", lambda *_: None)
        assert Chem.MolToSmiles(drawn) == Chem.MolToSmiles(found.mol)
    assert looked > 100


def test_the_key_of_a_standardized_smiles_needs_no_standardizing() -> None:
    for drug in DRUGS:
        assert registration_key(Chem.MolFromSmiles(drug.smiles), drug.smiles) == drug.key
    for smiles in ("CC(=O)C=C(C)O", "CCC(=O)[C@H](C)C(C)=O", "C[C@H](N)F |&1:1|"):
        one = accept(smiles)
        assert registration_key(Chem.MolFromSmiles(one.smiles), one.smiles) == one.key


def test_enhanced_stereo_is_part_of_the_key_of_an_enol() -> None:
    racemate = accept("C[C@H](F)C(O)=C(C#N)C(N)=O |&1:1|")
    enantiomer = accept("C[C@H](F)C(O)=C(C#N)C(N)=O")
    flat = accept("CC(F)C(O)=C(C#N)C(N)=O")
    assert len({racemate.key, enantiomer.key, flat.key}) == 3
    assert accept("C[C@@H](F)C(=O)C(C#N)C(N)=O |&1:1|").key == racemate.key


def test_a_system_with_too_many_placements_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MAX_PLACEMENTS", 1)
    best_placements.cache_clear()
    try:
        lactim = Chem.MolFromSmiles("Oc1ncnc2ccccc12")
        (system,) = find_systems(lactim)
        assert best_placements(system.system).placements == ()
        assert accept("Oc1ncnc2ccccc12").smiles == "Oc1ncnc2ccccc12"
    finally:
        best_placements.cache_clear()


def test_a_deuterium_atom_is_a_neighbour_and_no_hydrogen() -> None:
    """RDKit's invariant of an atom counts both alike: the one must not stand for the other."""
    assert accept("[2H]c1cc(O)cc([2H])n1").smiles == "[2H]c1cc(=O)cc([2H])[nH]1"
    assert accept("Oc1ccncc1").smiles == "O=c1cc[nH]cc1"
    assert accept("[2H]OC(C)=Nc1ccccc1").key != accept("CC(=O)Nc1ccccc1").key


LABELLED = [
    "[12CH3]c1cnc[nH]1",
    "C[12c]1cnc[nH]1",
    "Cc1[12cH]nc[nH]1",
    "[127I]c1cn[nH]c1",
    "[35Cl]c1cn[nH]c1",
    "[19F]c1cn[nH]c1",
    "[16OH]c1cn[nH]c1",
    "[14NH2]c1cn[nH]c1",
    "c1c[14n][nH]c1",
    "c1cn[14nH]c1",
    "c1c[32s]cn1",
]
AZOLES = [
    template.format(one, other)
    for template in ("{0}c1cc({1})[nH]n1", "{0}c1nc({1})c[nH]1", "{0}c1nc({1})n[nH]1")
    for one in ("Cl", "I", "F", "N", "O")
    for other in ("I", "CO", "CF", "CS", "Br")
]


def test_no_key_depends_on_what_was_read_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """RDKit's invariant, by which states of atoms are kept, does not tell [12C] from carbon."""
    monkeypatch.setattr(atom_states, "_states", {})
    first = [accept(one) for one in AZOLES]
    labelled = [accept(one).key for one in LABELLED]
    monkeypatch.setattr(atom_states, "_states", {})
    assert [accept(one).key for one in LABELLED] == labelled
    assert [(one.smiles, one.key) for one in map(accept, AZOLES)] == [
        (one.smiles, one.key) for one in first
    ]


@pytest.mark.parametrize("label", ["12", "13", "14"])
def test_a_label_decides_between_equal_places_of_a_hydrogen(label: str) -> None:
    one, other = f"[{label}CH3]c1cc(C)[nH]n1", f"[{label}CH3]c1cc(C)n[nH]1"
    assert accept(one).key == accept(other).key != accept("Cc1cc(C)n[nH]1").key
