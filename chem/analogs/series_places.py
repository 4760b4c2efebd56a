"""Finds the few places at which the molecules of a series differ, and what each carries there."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rdkit import Chem, rdBase
from rdkit.Chem import rdqueries, rdRGroupDecomposition

from chem.analogs.r_groups import CORE
from chem.assess.sulfoxides import read_sulfoxides
from chem.structure.valid_smiles import read_molecule

HYDROGEN = "[H][*:{}]"
MOST_MATCHES = 50
"""The most ways in which a core fits on itself for which the best match is searched."""


class FewPlaces(NamedTuple):
    """A series that differs at a few places of its core."""

    core: str
    """SMILES without stereochemistry, with ``[*:1]``, ``[*:2]`` ... at the places. What all
    members carry alike at another place is part of it."""
    groups: tuple[tuple[str, ...], ...]
    """[members][places] SMILES with ``[*:1]`` at the first place and so on; ``[H][*:1]`` for a
    hydrogen. Two groups on one atom are separated by a dot."""
    members: tuple[int, ...]
    """The position of each member in the list of molecules."""
    elsewhere: tuple[int, ...]
    """The positions of molecules that differ at further places."""
    failed: tuple[int, ...]
    """The positions of molecules that RDKit could not split, or whose core has a label of its own,
    such as a deuterium."""


def split_at_few_places(smiles: Sequence[str], core: str, most: int) -> FewPlaces:
    """Split molecules that share a core and differ at no more than ``most`` of its places.

    Molecules are taken in their order; one that would make the places too many is ``elsewhere``.
    RDKit's decomposition chooses among symmetric matches of the core, for all molecules together;
    of a core with more than ``MOST_MATCHES`` it takes the first match, as a search takes minutes.

    Args:
        smiles: The molecules.
        core: The SMILES of the core, without stereochemistry.
        most: The most places, from 1.

    Raises:
        InputError: RDKit cannot read a SMILES.

    >>> series = split_at_few_places(["Cc1ccncc1OC", "Clc1ccncc1OC", "Cc1ccncc1OCC"], "c1ccncc1", 1)
    >>> series.core, series.groups, series.elsewhere
    ('COc1cnccc1[*:1]', (('C[*:1]',), ('Cl[*:1]',)), (2,))
    """
    mols = [read_sulfoxides(text) for text in smiles]
    with rdBase.BlockLogs():
        whole = read_molecule(core)
        found, unmatched = rdRGroupDecomposition.RGroupDecompose(
            [whole], mols, asSmiles=True, options=_how_to_match(whole)
        )
    matched = sorted({*range(len(mols))} - {*unmatched})
    rows = {
        at: {**row, CORE: _without_stereo(row[CORE])}
        for at, row in zip(matched, found, strict=True)
    }
    cores = Counter(row[CORE] for row in rows.values())
    usual = max(cores, key=lambda text: cores[text], default="")
    failed = [at for at in range(len(mols)) if rows.get(at, {}).get(CORE) != usual]
    members: list[int] = []
    elsewhere: list[int] = []
    values: dict[str, set[str]] = {}
    for at, row in rows.items():
        if at in failed:
            continue
        more = {name: values.get(name, set()) | {row[name]} for name in row if name != CORE}
        fits = sum(len(known) > 1 for known in more.values()) <= most
        (members if fits else elsewhere).append(at)
        values = more if fits else values
    varied = [name for name, known in values.items() if len(known) > 1]
    alike = [known for name, known in values.items() if name not in varied]
    numbers = {int(name.removeprefix("R")): place for place, name in enumerate(varied, 1)}
    return FewPlaces(
        _add_groups(usual, [group for known in alike for group in known], numbers),
        tuple(
            tuple(
                _renumber(rows[at][name], {int(name.removeprefix("R")): place})
                for place, name in enumerate(varied, 1)
            )
            for at in members
        ),
        tuple(members),
        tuple(elsewhere),
        tuple(failed),
    )


def _how_to_match(core: Chem.Mol) -> rdRGroupDecomposition.RGroupDecompositionParameters:
    options = rdRGroupDecomposition.RGroupDecompositionParameters()
    matches = core.GetSubstructMatches(core, uniquify=False, maxMatches=MOST_MATCHES + 1)
    if len(matches) > MOST_MATCHES:
        options.matchingStrategy = rdRGroupDecomposition.RGroupMatching.NoSymmetrization
    return options


def _without_stereo(core: str) -> str:
    """Return a core as RDKit writes it, without the stereochemistry that members differ in."""
    with rdBase.BlockLogs():
        mol = read_molecule(core)
        Chem.RemoveStereochemistry(mol)
        return str(Chem.MolToSmiles(mol))


def _add_groups(core: str, groups: Iterable[str], numbers: Mapping[int, int]) -> str:
    """Join groups that all members carry to the core, and number the places that are left."""
    if not core:
        return ""
    with rdBase.BlockLogs():
        mol = Chem.RWMol(read_molecule(".".join([core, *groups])))
        Chem.RemoveStereochemistry(mol)
        anchors: dict[int, int] = {}
        gone = []
        for atom in _places(mol):
            number, bond = atom.GetAtomMapNum(), atom.GetBonds()[0]
            if number in numbers:
                continue
            beside = bond.GetOtherAtomIdx(atom.GetIdx())
            if number in anchors:  # the first one is that of the core
                mol.AddBond(anchors[number], beside, bond.GetBondType())
            anchors.setdefault(number, beside)
            gone.append(atom.GetIdx())
        for at in sorted(gone, reverse=True):
            mol.RemoveAtom(at)
        Chem.SanitizeMol(mol)
        return _renumber(Chem.MolToSmiles(Chem.RemoveHs(mol)), numbers)


def _renumber(smiles: str, numbers: Mapping[int, int]) -> str:
    """Give the places of a molecule other numbers."""
    with rdBase.BlockLogs():
        mol = read_molecule(smiles)
        for atom in _places(mol):
            atom.SetAtomMapNum(numbers[atom.GetAtomMapNum()])
        return str(Chem.MolToSmiles(mol))


def _places(mol: Chem.Mol) -> list[Chem.Atom]:
    return [atom for atom in mol.GetAtoms() if not atom.GetAtomicNum() and atom.GetAtomMapNum()]


def without_places(core: str) -> str:
    """Return a core with a hydrogen at each place.

    >>> without_places("COc1cnccc1[*:1]")
    'COc1cccnc1'
    """
    with rdBase.BlockLogs():
        mol = Chem.RWMol(read_molecule(core))
        for atom in _places(mol):
            for beside in atom.GetNeighbors():
                if beside.GetFormalCharge():  # two groups can be on it: both become hydrogens
                    beside.SetNoImplicit(False)
                    beside.SetNumRadicalElectrons(0)
            atom.SetAtomicNum(1)
            atom.SetAtomMapNum(0)
        plain = Chem.RemoveHs(mol)
        plain.UpdatePropertyCache()
        return str(Chem.MolToSmiles(plain))


def differ_at_places(smiles: Sequence[str], core: str) -> list[int]:
    """Return the positions of the molecules that are the core and groups at its places alone.

    >>> differ_at_places(["CCCOc1ccncc1", "Cc1cc(OC)ccn1", "CCO"], "c1nccc(O[*:1])c1")
    [0]
    """
    query = Chem.RWMol(read_molecule(core))
    Chem.RemoveStereochemistry(query)
    places = _places(query)
    free = {beside.GetIdx() for atom in places for beside in atom.GetNeighbors()}
    for at in range(query.GetNumAtoms()):
        atom = query.GetAtomWithIdx(at)
        if at not in free and atom.GetAtomicNum():
            degree = rdqueries.ExplicitDegreeEqualsQueryAtom(atom.GetDegree())
            rdqueries.ReplaceAtomWithQueryAtom(query, atom).ExpandQuery(degree)
        elif atom.GetFormalCharge():  # without the hydrogens that stand for its groups
            query.ReplaceAtom(at, rdqueries.AtomNumEqualsQueryAtom(atom.GetAtomicNum()))
    for at in sorted((atom.GetIdx() for atom in _places(query)), reverse=True):
        query.RemoveAtom(at)
    Chem.FastFindRings(query)
    return [at for at, text in enumerate(smiles) if read_sulfoxides(text).HasSubstructMatch(query)]
