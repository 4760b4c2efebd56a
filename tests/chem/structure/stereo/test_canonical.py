"""The canonical text: one for every drawing of a statement, and read as what it says."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem, rdBase

from chem.records.records import Failure
from chem.structure.standardize import Standardized, standardize
from chem.structure.stereo.canonical import (
    MAX_GROUPS,
    AxisError,
    axes_of,
    groups_of,
    inverted,
    with_groups,
    write_canonical,
)

MOLECULES = (
    "C[C@@H](F)[C@H](Cl)[C@H](C)Br",
    "C[C@H](F)[C@@H](F)C",
    "C[C@H](F)[C@H](F)C",
    "C[C@H]1CC[C@@H](O)CC1",
    "C[C@H]1CC[C@@H]([C@H](F)Cl)CC1",
    "CC1(C)[C@@H](C)C[C@H](O)[C@@H]1F",
    "OC(=O)[C@H](O)[C@@H](O)C(=O)O",
    "C[C@H](N)C(=O)N[C@@H](Cc1ccccc1)C(=O)O",
    "C[S@+]([O-])c1ccc([C@@H](C)O)cc1",
    "CN1[C@H]2CC[C@@H]1C[C@@H](C2)OC(=O)[C@H](CO)c1ccccc1",
)


def centres_of(mol: Chem.Mol) -> list[int]:
    return [atom.GetIdx() for atom in mol.GetAtoms() if atom.GetChiralTag()]


def with_labels(smiles: str, labels: list[str]) -> str:
    """Name the group of each centre (``&1``, ``o1``, ``a`` or ``""``)."""
    groups: dict[str, list[str]] = {}
    for at, label in zip(centres_of(Chem.MolFromSmiles(smiles)), labels, strict=False):
        groups.setdefault(label, []).append(str(at))
    groups.pop("", None)
    fields = [f"{label}:{','.join(atoms)}" for label, atoms in groups.items()]
    return f"{smiles} |{','.join(fields)}|" if fields else smiles


def compounds(mol: Chem.Mol) -> frozenset[frozenset[str]]:
    """All that is meant: for each choice of OR groups, the mixture of the AND groups' choices."""
    groups = groups_of(mol)
    ors = [group for group in groups if group.kind == Chem.StereoGroupType.STEREO_OR]
    ands = [group for group in groups if group.kind != Chem.StereoGroupType.STEREO_OR]
    plain = Chem.MolFromSmiles(Chem.MolToSmiles(mol))
    match = plain.GetSubstructMatch(mol, useChirality=True)
    meant = set()
    for choice in range(1 << len(ors)):
        mixture = set()
        for both in range(1 << len(ands)):
            turned: set[int] = set()
            for at, group in enumerate(ors):
                turned |= group.centres if choice >> at & 1 else set()
            for at, group in enumerate(ands):
                turned |= group.centres if both >> at & 1 else set()
            other = inverted(plain, frozenset(match[at] for at in turned))
            mixture.add(Chem.MolToSmiles(other))
        meant.add(frozenset(mixture))
    return frozenset(meant)


labels = st.lists(st.sampled_from(["", "a", "&1", "&2", "o1", "o2"]), min_size=4, max_size=4)


@given(st.sampled_from(MOLECULES), labels, st.integers(0, 2**31 - 1))
@settings(max_examples=120)
def test_a_text_is_a_fixed_point_and_the_order_of_atoms_does_not_matter(
    smiles: str, names: list[str], seed: int
) -> None:
    mol = Chem.MolFromSmiles(with_labels(smiles, names))
    text = write_canonical(mol)
    assert write_canonical(Chem.MolFromSmiles(text)) == text
    plain = Chem.MolFromSmiles(smiles)
    order = list(range(plain.GetNumAtoms()))
    random.Random(seed).shuffle(order)
    turned = Chem.RenumberAtoms(plain, order)
    respelled = Chem.MolToSmiles(turned, canonical=False)
    written = [order[at] for at in turned.GetPropsAsDict(True, True)["_smilesAtomOutputOrder"]]
    of_atom = dict(zip(centres_of(plain), names, strict=False))
    again = with_labels(respelled, [of_atom[at] for at in written if at in of_atom])
    assert write_canonical(Chem.MolFromSmiles(again)) == text


@given(st.sampled_from(MOLECULES), labels)
@settings(max_examples=120)
def test_the_text_means_what_was_meant(smiles: str, names: list[str]) -> None:
    mol = Chem.MolFromSmiles(with_labels(smiles, names))
    assert compounds(Chem.MolFromSmiles(write_canonical(mol))) == compounds(mol)


@given(st.sampled_from(MOLECULES), labels, st.integers(0, 3))
@settings(max_examples=120)
def test_a_group_may_be_drawn_either_way(smiles: str, names: list[str], which: int) -> None:
    mol = Chem.MolFromSmiles(with_labels(smiles, names))
    groups = groups_of(mol)
    if not groups:
        return
    group = groups[which % len(groups)]
    before = len(centres_of(mol))
    text = write_canonical(mol)
    other = with_groups(inverted(mol, group.centres), groups)
    if len(centres_of(other)) == before:  # two sides of a centre can become equal
        assert write_canonical(other) == text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("C[C@@H](O)F |&7:1|", "C[C@H](O)F |&1:1|"),
        ("C[C@@H](O)F |o7:1|", "C[C@H](O)F |o1:1|"),
        ("C[C@@H](O)F |a:1|", "C[C@@H](O)F"),
        ("C[C@H](F)[C@H](F)C |&1:1,3|", "C[C@H](F)[C@@H](C)F"),  # meso
        ("C[C@H]1CC[C@@H](O)CC1 |&1:1,4|", "C[C@H]1CC[C@@H](O)CC1"),  # cis on a ring
        ("C[C@H]1CC[C@@H](O)CC1 |&1:4|", "C[C@H]1CC[C@H](O)CC1 |&1:1|"),  # cis with trans
        ("C[C@H]1CC[C@H](O)CC1 |&1:1|", "C[C@H]1CC[C@H](O)CC1 |&1:1|"),
        ("c1ccccc1-c1ccccc1 |wU:5.5|", "c1ccc(-c2ccccc2)cc1"),  # two equal sides
    ],
)
def test_texts(written: str, text: str) -> None:
    assert write_canonical(Chem.MolFromSmiles(written)) == text


BIARYLS = (
    "Cc1cccc(Cl)c1-c1c(C)cccc1C(N)=O",
    "Oc1ccc2ccccc2c1-c1c(O)ccc2ccccc12",
    "Cc1ccccc1-c1ccccc1C",
    "O=c1ccccn1-c1c(C)cccc1Cl",
)


def draw_axis(smiles: str) -> tuple[str, str]:
    """Return both forms of a biaryl, at whichever atom and bond a wedge draws it."""
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
        for at in range(mol.GetNumAtoms()):
            for number in range(mol.GetNumBonds()):
                up, down = (f"{smiles} |w{side}:{at}.{number}|" for side in "UD")
                read = Chem.MolFromSmiles(up)
                if read is not None and axes_of(read):
                    return up, down
    raise AssertionError(smiles)


@pytest.mark.parametrize("smiles", BIARYLS)
def test_two_forms_of_an_axis_and_the_unseparated_one_are_three_texts(smiles: str) -> None:
    texts = []
    for written in draw_axis(smiles):
        text = write_canonical(Chem.MolFromSmiles(written))
        assert write_canonical(Chem.MolFromSmiles(text)) == text
        texts.append(text)
    assert len({*texts, Chem.CanonSmiles(smiles)}) == 3
    mirrored = write_canonical(inverted(Chem.MolFromSmiles(texts[0])))
    assert mirrored == texts[1]


def test_an_axis_beside_a_group_has_no_text() -> None:
    up, _ = draw_axis("Cc1cccc(Cl)c1-c1c([C@H](C)F)cccc1C(N)=O")
    mol = Chem.MolFromSmiles(up)
    centre = next(atom.GetIdx() for atom in mol.GetAtoms() if atom.GetChiralTag())
    both = up.replace(" |", f" |&1:{centre},")
    with pytest.raises(AxisError, match="beside stereo groups"):
        write_canonical(Chem.MolFromSmiles(both))


def test_more_groups_than_are_compared_have_no_text() -> None:
    chain = "C" + "[C@H](F)" * 7 + "Cl"
    for count in (6, 7):
        fields = ",".join(f"&{at + 1}:{1 + 2 * at}" for at in range(count))
        found = standardize(f"{chain} |{fields}|", "smiles")
        if count <= MAX_GROUPS:
            assert isinstance(found, Standardized)
        else:
            assert isinstance(found, Failure)
            assert (found.stage, found.code) == ("standardize", "unsupported_stereo")
