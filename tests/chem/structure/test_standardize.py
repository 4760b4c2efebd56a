"""Standardizing: the rules case by case, and the laws on real drugs."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem
from rdkit.Chem import rdDepictor
from rdkit.Chem.MolStandardize import rdMolStandardize

from chem.records.records import Failure, StructureFormat
from chem.structure import repair
from chem.structure import standardize as module
from chem.structure.standardize import Standardized, standardize, trace

SAMPLE = Path(__file__).parents[2] / "files" / "chem" / "approved_sample.smi"
DRUGS = [line.split("\t") for line in SAMPLE.read_text().splitlines()[1:]]
SMILES = [smiles for smiles, _, _ in DRUGS]


ATOMS_AND_BONDS = int(Chem.PropertyPickleOptions.NoProps)


def standardize_smiles(text: str) -> Standardized | Failure:
    return standardize(text, "smiles")


def accept(structure: str, format: StructureFormat = "smiles") -> Standardized:
    result = standardize(structure, format)
    assert isinstance(result, Standardized), result
    return result


def refuse(structure: str, format: StructureFormat = "smiles") -> Failure:
    result = standardize(structure, format)
    assert isinstance(result, Failure), result
    return result


@pytest.mark.parametrize(
    ("written", "smiles", "changes"),
    [
        ("OCC", "CCO", ()),
        (" CCO\n", "CCO", ()),
        ("C1=CC=CC=C1", "c1ccccc1", ()),
        ("[H]OC([H])([H])C", "CCO", ("removed_hydrogens",)),
        ("[2H]OC", "[2H]OC", ()),
        ("[13CH4]", "[13CH4]", ()),
        ("[CH3:1][OH:2]", "CO", ("removed_atom_maps",)),
        ("CS(C)=O", "C[S+](C)[O-]", ("normalized",)),
        ("CN(=O)=O", "C[N+](=O)[O-]", ("normalized",)),
        ("C[N+](=O)[O-]", "C[N+](=O)[O-]", ()),
        ("c1ccn(=O)cc1", "[O-][n+]1ccccc1", ("normalized",)),
        ("CN=N#N", "CN=[N+]=[N-]", ("normalized",)),
        ("CS(=O)(=O)C", "CS(C)(=O)=O", ()),
        ("Cl.CCN", "CCN", ("stripped_fragments",)),
        ("CC(=O)[O-].[Na+]", "CC(=O)O", ("stripped_fragments", "neutralized")),
        ("CC(=O)O[Na]", "CC(=O)O", ("disconnected_metal", "stripped_fragments", "neutralized")),
        ("[NH3+]CC(=O)[O-]", "NCC(=O)O", ("neutralized",)),
        ("C[N+](C)(C)C.[Cl-]", "C[N+](C)(C)C", ("stripped_fragments",)),
        ("C[N+](C)(C)CC(=O)[O-]", "C[N+](C)(C)CC(=O)[O-]", ()),
        ("CC(=O)[O-].CN", "CN", ("stripped_fragments",)),
        (
            "O=S(=O)(O)c1ccc(C(=O)[O-])cc1",
            "O=C(O)c1ccc(S(=O)(=O)O)cc1",
            ("reionized", "neutralized"),
        ),
        ("C[C@H](O)F |&1:1|", "C[C@H](O)F |&1:1|", ()),
        ("C[C@@H](O)F |&1:1|", "C[C@H](O)F |&1:1|", ()),
        ("CCO |o1:1|", "CCO", ()),
        ("N[C@@H](C)C(=O)O", "C[C@H](N)C(=O)O", ()),
        ("F/C=C/F", "F/C=C/F", ()),
        ("[O-]B(O)c1ccccc1.[K+]", "OB(O)c1ccccc1", ("stripped_fragments", "neutralized")),
    ],
)
def test_rules(written: str, smiles: str, changes: tuple[str, ...]) -> None:
    assert accept(written)[1:3] == (smiles, changes)


@pytest.mark.parametrize(
    ("written", "stage", "code", "detail"),
    [
        ("CCQ", "parse", "invalid_smiles", "syntax error"),
        ("C1CC", "parse", "invalid_smiles", "ring bond 1 is not closed"),
        ("C%10CC", "parse", "invalid_smiles", "ring bond 10 is not closed"),
        ("CC)", "parse", "invalid_smiles", "0 '(' but 1 ')'"),
        ("C[NH", "parse", "invalid_smiles", "1 '[' but 0 ']'"),
        ("CCO ethanol", "parse", "invalid_smiles", "text after the SMILES"),
        ("CCO\0CC", "parse", "invalid_smiles", "NUL"),
        ("日本", "parse", "invalid_smiles", "syntax error"),
        ("CN(C)(C)(C)C", "parse", "invalid_valence", "atom # 1 N, 5"),
        ("c1cccc1", "parse", "kekulize", "0 1 2 3 4"),
        ("*", "standardize", "query_atoms", "dummy"),
        ("[*:1]CC", "standardize", "query_atoms", "dummy"),
        ("C~C", "standardize", "query_atoms", "query bond"),
        ("", "standardize", "no_organic_fragment", "no atoms"),
        ("[Na+].[Cl-]", "standardize", "no_organic_fragment", "carbon"),
        ("N.N.Cl[Pt]Cl", "standardize", "metal_complex", "platinum"),
        ("C" * 1000, "standardize", "too_large", "1000 heavy atoms"),
        ("C" * 20_000, "standardize", "too_large", "20,000 characters"),
    ],
)
def test_failures(written: str, stage: str, code: str, detail: str) -> None:
    failure = refuse(written)
    assert (failure.stage, failure.code) == (stage, code)
    assert detail in failure.detail
    assert "\n" not in failure.detail


def test_the_largest_accepted_molecule() -> None:
    assert accept("C" * 999).smiles == "C" * 999


@pytest.mark.parametrize("smiles", SMILES)
def test_standardizing_again_changes_nothing(smiles: str) -> None:
    first = standardize(smiles, "smiles")
    if isinstance(first, Failure):
        assert first.code in ("no_organic_fragment", "metal_complex", "mixture")
        return
    again = accept(first.smiles)
    assert again.smiles == first.smiles
    assert again.changes == ()


def test_the_short_path_equals_the_full_one(
    real: list[str], odd: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither taking a molecule as it is nor leaving out steps changes any answer."""
    canonical = [
        one.smiles for one in map(standardize_smiles, real) if not isinstance(one, Failure)
    ]
    texts = (
        *real,
        *odd,
        *canonical,
        *(f"{one}.{two}" for one, two in zip(odd, real, strict=False)),
    )
    taken = sum(
        module._MAY_NEED_REPAIR.search(text) is None and module._take_as_it_is(text) is not None
        for text in canonical
    )
    assert taken > 0.6 * len(canonical)
    short = [standardize_smiles(text) for text in texts]
    every_atom = repair._tools()._replace(unusual=Chem.MolFromSmarts("*"))
    monkeypatch.setattr(repair, "_tools", lambda: every_atom)
    monkeypatch.setattr(module, "_take_as_it_is", lambda _: None)
    for text, found in zip(texts, short, strict=True):
        full = standardize_smiles(text)
        if isinstance(full, Failure) or isinstance(found, Failure):
            assert found == full, text
        else:
            assert found[1:] == full[1:], text
            assert found.mol.ToBinary(ATOMS_AND_BONDS) == full.mol.ToBinary(ATOMS_AND_BONDS), text


@given(st.sampled_from(SMILES), st.integers(0, 2**31 - 1))
@settings(max_examples=150)
def test_the_spelling_does_not_matter(smiles: str, seed: int) -> None:
    mol = Chem.MolFromSmiles(smiles)
    order = list(range(mol.GetNumAtoms()))
    random.Random(seed).shuffle(order)
    respelled = Chem.MolToSmiles(Chem.RenumberAtoms(mol, order), canonical=False)
    expected = standardize(smiles, "smiles")
    found = standardize(respelled, "smiles")
    assert found[1:2] == expected[1:2]


def test_salts_and_free_bases_are_one_compound() -> None:
    by_name = {name: accept(smiles).smiles for smiles, _, name in DRUGS if "TINIB" in name}
    for base, salt in [
        ("ERLOTINIB", "ERLOTINIB HYDROCHLORIDE"),
        ("AFATINIB", "AFATINIB DIMALEATE"),
        ("OSIMERTINIB", "OSIMERTINIB MESYLATE"),
        ("LAPATINIB", "LAPATINIB DITOSYLATE"),
        ("IMATINIB", "IMATINIB MESYLATE"),
        ("NERATINIB", "NERATINIB MALEATE"),
    ]:
        assert by_name[salt] == by_name[base]
    assert len({by_name[name] for name in by_name}) == len(by_name) - 6


@pytest.mark.parametrize("smiles", SMILES)
def test_the_molecule_is_what_its_smiles_reads_as(smiles: str) -> None:
    result = standardize(smiles, "smiles")
    if isinstance(result, Failure):
        return
    read = Chem.MolFromSmiles(result.smiles)
    assert result.mol.ToBinary(ATOMS_AND_BONDS) == read.ToBinary(ATOMS_AND_BONDS)


def test_agrees_with_the_default_cleanup_of_rdkit() -> None:
    """Single-fragment drugs: RDKit's own Cleanup and Uncharger give the same compound."""
    uncharger = rdMolStandardize.Uncharger()
    compared = 0
    for smiles in SMILES:
        result = standardize(smiles, "smiles")
        if "." in smiles or isinstance(result, Failure) or "disconnected" in str(result.changes):
            continue
        if {"tautomer", "resonance"} & set(result.changes):
            continue  # which RDKit's cleanup leaves as they are: see test_registration
        reference = uncharger.uncharge(rdMolStandardize.Cleanup(Chem.MolFromSmiles(smiles)))
        assert result.smiles == Chem.CanonSmiles(Chem.MolToSmiles(reference))
        compared += 1
    assert compared > 70


@pytest.mark.parametrize("smiles", SMILES[::4])
def test_a_molblock_gives_the_same_compound(smiles: str) -> None:
    mol = Chem.MolFromSmiles(smiles)
    rdDepictor.Compute2DCoords(mol)
    from_block = standardize(Chem.MolToMolBlock(mol), "molblock")
    assert from_block[1:2] == standardize(smiles, "smiles")[1:2]


def test_hydrogens_of_a_molblock_are_removed() -> None:
    mol = Chem.AddHs(Chem.MolFromSmiles("CCO"))
    rdDepictor.Compute2DCoords(mol)
    assert accept(Chem.MolToMolBlock(mol), "molblock")[1:3] == ("CCO", ("removed_hydrogens",))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (" C ", " R#", "query_atoms"),
        (" C ", " A ", "query_atoms"),
        (" C ", " Zz", "drawn_shorthand"),
        ("V2000", "V9000", "invalid_molblock"),
        ("M  END", "", "invalid_molblock"),
    ],
)
def test_bad_molblocks(old: str, new: str, code: str) -> None:
    mol = Chem.MolFromSmiles("CO")
    block = Chem.MolToMolBlock(mol).replace(old, new, 1)
    assert refuse(block, "molblock").code == code


def test_the_log_of_rdkit_stays_off_the_screen(capfd: pytest.CaptureFixture[str]) -> None:
    for bad in ("CCQ", "c1cccc1", "CN(C)(C)(C)C", "[H+].[Cl-]"):
        standardize(bad, "smiles")
    standardize("nonsense", "molblock")
    assert capfd.readouterr().err == ""


@given(st.text(max_size=40))
@settings(max_examples=150)
def test_any_text_is_answered_with_a_value(text: str) -> None:
    assert isinstance(standardize(text, "smiles"), Standardized | Failure)
    assert isinstance(standardize(text, "molblock"), Failure)


def test_a_trace_tells_every_step() -> None:
    """The changes are those of the standardizer, and the last structure is the one it ends with."""
    for structure in (
        "[Na+].CC(=O)[O-]",
        "[CH3:1][OH:2].Cl",
        "C[N](=O)=O",
        "[Na]OC(=O)c1ccccc1",
        "C[S+]([O-])C.[H]C([H])([H])N",
        "CCO",
    ):
        found = standardize(structure, "smiles")
        assert isinstance(found, Standardized)
        steps = trace(structure, "smiles")
        assert tuple(steps) == found.changes
        if steps:
            assert Chem.CanonSmiles(list(steps.values())[-1]) == found.smiles
    assert trace("C(", "smiles") == {}


def test_a_change_that_is_made_twice_is_told_as_it_was_first() -> None:
    """The carbanion takes glycine's proton, and the zwitterion is put right in the second pass."""
    structure = "[CH2-]C.[NH3+]CC(=O)[O-]"
    assert trace(structure, "smiles") == {
        "reionized": "CC.[NH3+][CH-]C(=O)[O-]",
        "stripped_fragments": "[NH3+][CH-]C(=O)[O-]",
        "neutralized": "[NH3+][CH-]C(=O)O",
    }
    assert accept(structure)[1:3] == (
        "NCC(=O)O",
        ("reionized", "stripped_fragments", "neutralized"),
    )


def test_only_a_trace_pays_for_the_structure_after_a_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[str] = []
    write = Chem.MolToSmiles

    def counted(mol: Chem.Mol, **options: bool) -> str:
        text = str(write(mol, **options))
        if not options:  # canonical, as a reader of a trace sees it
            written.append(text)
        return text

    monkeypatch.setattr(Chem, "MolToSmiles", counted)
    changes = accept("CC(=O)O[Na]").changes
    assert len(changes) == 3
    assert written == ["CC(=O)O"] * 2, "one for each reading, none for a change"
    written.clear()
    trace("CC(=O)O[Na]", "smiles")
    assert len(written) == 2 + len(changes)
