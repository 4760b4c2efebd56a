"""Turns molecules into graphs of small integer tokens, without a Python loop over atoms.

A few bulk RDKit calls do the work: one gives a hash of every atom's state (element, degree,
hydrogens, charge, ring), one the bond-order matrix. ``atom_states.csv`` names the states that have
a token; they were collected from kinase, toxicity, drug and lead-like compounds. Token 0 stands for
any other state. Stereochemistry is not represented.
"""

import csv
import hashlib
import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from rdkit import Chem, rdBase
from rdkit.Chem import rdMolDescriptors

from chem.errors import InputError
from chem.records.records import Failure
from chem.structure.valid_smiles import read_molecule

UNSEEN = 0
"""Token of an atom whose state is not in the vocabulary."""
MAX_ATOMS = 999
"""Most atoms of a graph: the bond-order matrix grows with its square, and no lead is larger."""
BOND_ORDERS = (1.0, 1.5, 2.0, 3.0)
"""Single, aromatic, double, triple: bond tokens 0 to 3."""
OTHER_BOND = len(BOND_ORDERS)
"""Token of a bond of any other order. A dative bond counts as single; RDKit gives a zero-order bond
no entry in the matrix, so it is left out."""


class MolGraph(NamedTuple):
    """One molecule of n atoms and m bonds."""

    atoms: npt.NDArray[np.uint16]
    """[n] atom-state tokens; 0 is an unseen state."""
    begin: npt.NDArray[np.uint16]
    """[m] index of the lower-numbered atom of each bond."""
    end: npt.NDArray[np.uint16]
    """[m] index of the higher-numbered atom of each bond."""
    bonds: npt.NDArray[np.uint8]
    """[m] bond tokens, 0 to 4."""


class FlatGraphs(NamedTuple):
    """The graphs of k molecules, with n atoms and m bonds in all, laid end to end."""

    atoms: npt.NDArray[np.uint16]
    """[n] atom-state tokens."""
    begin: npt.NDArray[np.uint16]
    """[m] as in :class:`MolGraph`: counted from each molecule's first atom."""
    end: npt.NDArray[np.uint16]
    """[m] likewise."""
    bonds: npt.NDArray[np.uint8]
    """[m] bond tokens."""
    atom_counts: npt.NDArray[np.int64]
    """[k] atoms of each molecule."""
    bond_counts: npt.NDArray[np.int64]
    """[k] bonds of each molecule."""

    def ends(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the two ends [m] of each bond, atoms counted over all molecules."""
        first = np.cumsum(self.atom_counts) - self.atom_counts
        shift = np.repeat(first, self.bond_counts)
        return self.begin.astype(np.int64) + shift, self.end.astype(np.int64) + shift


class AtomStates(NamedTuple):
    """The vocabulary of atom states, k of them, sorted for look-up."""

    invariants: npt.NDArray[np.uint32]
    """[k] RDKit connectivity invariants, ascending."""
    tokens: npt.NDArray[np.uint16]
    """[k] token of each invariant."""
    rows: tuple[dict[str, str], ...]
    """[k] the states in words, in token order."""


@cache
def atom_states() -> AtomStates:
    """Read the vocabulary of atom states."""
    text = files("chem.features").joinpath("atom_states.csv").read_text(encoding="utf-8")
    rows = tuple(csv.DictReader(text.splitlines()))
    invariants = np.array([int(row["invariant"]) for row in rows], dtype=np.uint32)
    tokens = np.array([int(row["token"]) for row in rows], dtype=np.uint16)
    order = np.argsort(invariants)
    return AtomStates(invariants[order], tokens[order], rows)


def state_factors() -> npt.NDArray[np.int64]:
    """Describe each token by five small numbers, so that rare states share common traits.

    Returns int64 [k + 1, 5]: element (rank of its atomic number among the vocabulary's), degree,
    hydrogens, charge + 4, in ring; each counts from 1, and the row of token 0 is all zeros.
    """
    rows = atom_states().rows
    table = Chem.GetPeriodicTable()
    numbers = sorted({table.GetAtomicNumber(row["element"]) for row in rows})
    factors = np.zeros((len(rows) + 1, 5), dtype=np.int64)
    for row in rows:
        factors[int(row["token"])] = (
            1 + numbers.index(table.GetAtomicNumber(row["element"])),
            1 + min(int(row["degree"]), 6),
            1 + min(int(row["hydrogens"]), 4),
            1 + min(max(int(row["charge"]) + 4, 0), 8),
            1 + int(row["in_ring"]),
        )
    return factors


@cache
def element_numbers() -> npt.NDArray[np.int64]:
    """Return the atomic number of each token, [k + 1]; 0 for token 0."""
    table = Chem.GetPeriodicTable()
    rows = atom_states().rows
    found = np.zeros(len(rows) + 1, dtype=np.int64)
    for row in rows:
        found[int(row["token"])] = table.GetAtomicNumber(row["element"])
    return found


def check_size(mol: Chem.Mol) -> Failure | None:
    """Return why a molecule cannot become a graph: no atoms, or more than ``MAX_ATOMS``."""
    n = mol.GetNumAtoms()
    if 0 < n <= MAX_ATOMS:
        return None
    return Failure("featurize", "size", f"{n} atoms; a graph takes 1 to {MAX_ATOMS}")


def featurize(mol: Chem.Mol) -> MolGraph | Failure:
    """Turn a sanitized molecule into its graph.

    An isotope label does not change an atom's state: a labelled molecule is read as its plain form.
    Returns a Failure for a molecule of no atoms or of more than ``MAX_ATOMS``.
    """
    failure = check_size(mol)
    if failure is not None:
        return failure
    flat = featurize_all([mol])
    return MolGraph(flat.atoms, flat.begin, flat.end, flat.bonds)


def featurize_all(mols: Sequence[Chem.Mol]) -> FlatGraphs:
    """Turn molecules that pass :func:`check_size` into graphs, several times as fast as one by one.

    Memory grows with the sum of the squares of their atom counts (16 bytes each): pass some
    hundreds of molecules at a time, fewer of large ones.
    """
    found = [rdMolDescriptors.GetConnectivityInvariants(mol) for mol in mols]
    counts = np.array([len(one) for one in found], dtype=np.int64)
    invariants = np.fromiter(chain.from_iterable(found), dtype=np.uint32, count=int(counts.sum()))
    atoms = _look_up(invariants)
    if not atoms.all():
        plain = _without_labels(mols, atoms, counts)
        if plain:
            return featurize_all([plain.get(i, mol) for i, mol in enumerate(mols)])
    return _join(mols, atoms, counts)


def _look_up(invariants: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint16]:
    states = atom_states()
    place, known = find_sorted(states.invariants, invariants)
    return np.where(known, states.tokens[place], UNSEEN).astype(np.uint16)


def find_sorted(
    keys: npt.NDArray[Any], wanted: npt.NDArray[Any]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return the place of each wanted key in ascending keys (0 if missing), and which are there."""
    place = np.searchsorted(keys, wanted)
    place[place == len(keys)] = 0
    known = keys[place] == wanted
    return np.where(known, place, 0), known


def _without_labels(
    mols: Sequence[Chem.Mol], atoms: npt.NDArray[np.uint16], counts: npt.NDArray[np.int64]
) -> dict[int, Chem.Mol]:
    """Return the plain forms of labelled molecules that have an unseen atom, by position."""
    owners = np.repeat(np.arange(len(mols)), counts)[atoms == UNSEEN]
    plain = {}
    for i in np.unique(owners).tolist():
        if any(atom.GetIsotope() for atom in mols[i].GetAtoms()):
            plain[i] = _without_isotopes(mols[i])
    return plain


def _without_isotopes(mol: Chem.Mol) -> Chem.Mol:
    plain = Chem.RWMol(mol)
    for atom in plain.GetAtoms():
        atom.SetIsotope(0)
    return Chem.RemoveHs(plain)


def _join(
    mols: Sequence[Chem.Mol], atoms: npt.NDArray[np.uint16], counts: npt.NDArray[np.int64]
) -> FlatGraphs:
    """Read the bonds off the upper halves of all bond-order matrices, laid end to end."""
    matrices = [Chem.GetAdjacencyMatrix(mol, useBO=True).ravel() for mol in mols]
    orders = np.concatenate(matrices) if matrices else np.zeros(0)
    cells = np.flatnonzero(orders)
    ends = np.cumsum(counts * counts)
    owner = np.searchsorted(ends, cells, side="right")
    within = cells - (ends - counts * counts)[owner]
    begin, end = np.divmod(within, counts[owner])
    upper = begin < end
    # 2 x order is a small integer: 2, 3, 4, 6 for the orders that have a token.
    doubled = np.rint(2 * orders[cells[upper]]).astype(np.int64)
    return FlatGraphs(
        atoms=atoms,
        begin=begin[upper].astype(np.uint16),
        end=end[upper].astype(np.uint16),
        bonds=_BOND_TOKENS[np.minimum(doubled, len(_BOND_TOKENS) - 1)],
        atom_counts=counts,
        bond_counts=np.bincount(owner[upper], minlength=len(mols)),
    )


_BOND_TOKENS = np.full(16, OTHER_BOND, dtype=np.uint8)
for _token, _order in enumerate(BOND_ORDERS):
    _BOND_TOKENS[round(2 * _order)] = _token


_RINGS = (
    "in_ring says whether an atom is in any ring, so it does not hang on a choice of smallest "
    "rings; RDKit perceives them by its default (symmetrized SSSR) while it reads. A molecule that "
    "takes longer than the time limit of the preparation is quarantined, never featurized by "
    "another rule."
)


@cache
def featurizer_spec() -> dict[str, Any]:
    """Describe the graph format; its ``hash`` goes into every bundle and every prepared library."""
    spec: dict[str, Any] = {
        "name": "hitlist-graph",
        "version": 1,
        "atom_state": ["element", "degree", "hydrogens", "charge", "in_ring"],
        "states": [[row["token"], row["invariant"]] for row in atom_states().rows],
        "bond_orders": list(BOND_ORDERS),
        "stereochemistry": False,
        "rings": _RINGS,
        "max_atoms": MAX_ATOMS,
    }
    text = json.dumps(spec, sort_keys=True, separators=(",", ":"))
    return {**spec, "hash": hashlib.sha256(text.encode()).hexdigest()}


class WrittenGraph(NamedTuple):
    """A graph, and the places of its atoms in a SMILES of n atoms."""

    graph: MolGraph
    """The graph that a library's preparation gives, except for the order of atoms."""
    atoms: npt.NDArray[np.int64]
    """Position in the SMILES of each atom of the graph; labelled hydrogens are in no graph."""
    written: int
    """n."""


def written_graphs(smiles: Sequence[str]) -> list[WrittenGraph]:
    """Read standardized SMILES and featurize them.

    Raises InputError for a SMILES that RDKit cannot read, or that cannot become a graph.

    >>> written_graphs(["CCO"])[0].atoms.tolist()
    [0, 1, 2]
    """
    with rdBase.BlockLogs():
        return [_written(text) for text in smiles]


def _written(smiles: str) -> WrittenGraph:
    mol = read_molecule(smiles)
    graph = featurize(mol)
    if isinstance(graph, Failure):
        raise InputError(
            f"found {smiles!r}, expected a molecule that makes a graph: {graph.detail}"
        )
    count = mol.GetNumAtoms()
    atoms = np.arange(count)
    if len(graph.atoms) != count:
        atoms = _without_labelled_hydrogens(mol)
    return WrittenGraph(graph, atoms, count)


def _without_labelled_hydrogens(mol: Chem.Mol) -> npt.NDArray[np.int64]:
    """Return the positions of the atoms that are left when labels are removed."""
    for atom in mol.GetAtoms():
        atom.SetIntProp("_written", atom.GetIdx())
    left = _without_isotopes(mol).GetAtoms()
    return np.array([atom.GetIntProp("_written") for atom in left], dtype=np.int64)
