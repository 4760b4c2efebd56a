"""Computes nine cheap properties of a molecule, for every compound of a library.

``describe`` asks RDKit about one molecule. ``describe_all`` gives the same values for many at once,
bit for bit. Every property is a sum over atoms or bonds, and an atom's contribution follows from
its surroundings (``chem.features.atom_contributions``). So RDKit is asked once for each kind of
surroundings, and the rest is sums over flat arrays, added in RDKit's own order because that decides
the last bit. RDKit itself describes a molecule with something that a graph does not hold (isotope
labels, states without a token, dative bonds, N or O in a ring of three and the like).
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rdkit import Chem, rdBase
from rdkit.Chem import rdMolDescriptors

from chem.features.atom_contributions import (
    FIELDS,
    MOST_KINDS,
    Memory,
    atom_contributions,
    atom_surroundings,
)
from chem.features.graphs import (
    BOND_ORDERS,
    MAX_ATOMS,
    OTHER_BOND,
    UNSEEN,
    FlatGraphs,
    atom_states,
)

PROPERTIES: dict[str, str] = {
    "mw": "g/mol; average molecular weight",
    "logp": "log10 units; octanol/water partition, Wildman-Crippen 1999 (doi 10.1021/ci990307l)",
    "tpsa": "Å²; topological polar surface of N and O, Ertl 2000 (doi 10.1021/jm000942e)",
    "hbd": "count; N-H and O-H hydrogen-bond donors",
    "hba": "count; hydrogen-bond acceptors",
    "rotatable_bonds": "count; strict definition, amide C-N bonds not counted",
    "heavy_atoms": "count; atoms other than hydrogen",
    "rings": "count; smallest set of smallest rings",
    "formal_charge": "elementary charges; sum over the atoms",
}
"""Unit and meaning by name, in the order of ``describe``. Each is finite for every molecule."""

_LABEL_OR_DATIVE = re.compile(r"\[\d|[<>]")
_MOST_MATCHES = 1000
"""Number of matches at which RDKit stops counting atoms of a type: it undercounts beyond it."""
_MATCHES = np.array([6, 6, 6, 6, 24, _MOST_MATCHES + 1])
"""Most matches of a pattern around an atom, by its number of bonds (five or more: unknown)."""
_SINGLE, _AROMATIC = BOND_ORDERS.index(1.0), BOND_ORDERS.index(1.5)
_RINGS = list(PROPERTIES).index("rings")


def describe(mol: Chem.Mol) -> tuple[float, ...]:
    """Return one value for each of ``PROPERTIES``, in that order, of a sanitized molecule.

    >>> dict(zip(PROPERTIES, describe(Chem.MolFromSmiles("CCO"))))["heavy_atoms"]
    3.0
    """
    with rdBase.BlockLogs():
        values = (
            rdMolDescriptors._CalcMolWt(mol),
            rdMolDescriptors.CalcCrippenDescriptors(mol)[0],
            rdMolDescriptors.CalcTPSA(mol),
            rdMolDescriptors.CalcNumHBD(mol),
            rdMolDescriptors.CalcNumHBA(mol),
            rdMolDescriptors.CalcNumRotatableBonds(mol),
            mol.GetNumHeavyAtoms(),
            rdMolDescriptors.CalcNumRings(mol),
            Chem.GetFormalCharge(mol),
        )
    return tuple(float(value) for value in values)


class _Tables(NamedTuple):
    """Facts of each token, 0 (an unseen state) included, and the patterns that RDKit searches."""

    weights: npt.NDArray[np.float64]
    """[tokens, 2] g/mol of the atom and of all its hydrogens."""
    hydrogens: npt.NDArray[np.int64]
    charge: npt.NDArray[np.int64]
    in_ring: npt.NDArray[np.bool_]
    is_unsaid: npt.NDArray[np.bool_]
    """An unseen state, or a hydrogen that is an atom of the graph."""
    may_be_strained: npt.NDArray[np.bool_]
    """N or O in a ring: in a ring of three its polar surface differs."""
    strained: Chem.Mol
    link: Chem.Mol


@cache
def _tables() -> _Tables:
    unseen = {"element": "C", "hydrogens": "0", "charge": "0", "in_ring": "0"}
    rows = (unseen, *atom_states().rows)
    table = Chem.GetPeriodicTable()
    elements = [row["element"] for row in rows]
    weight = [table.GetAtomicWeight(element) for element in elements]
    hydrogens = [int(row["hydrogens"]) for row in rows]
    in_ring = np.array([row["in_ring"] == "1" for row in rows])
    unsaid = np.array([element == "H" for element in elements])
    unsaid[UNSEEN] = True
    return _Tables(
        weights=np.array([weight, [n * table.GetAtomicWeight("H") for n in hydrogens]]).T.copy(),
        hydrogens=np.array(hydrogens),
        charge=np.array([int(row["charge"]) for row in rows]),
        in_ring=in_ring,
        is_unsaid=unsaid,
        may_be_strained=in_ring & np.array([element in ("N", "O") for element in elements]),
        strained=Chem.MolFromSmarts("[#7,#8;r3]"),
        link=Chem.MolFromSmarts("[R]!@[R]"),
    )


@cache
def _memory() -> Memory:
    return Memory()


def describe_all(
    mols: Sequence[Chem.Mol],
    graphs: FlatGraphs,
    smiles: Sequence[str],
    touch: Callable[[int], None] | None = None,
) -> npt.NDArray[np.float64]:
    """Return float64 [k, 9]: :func:`describe` of each of k sanitized molecules.

    ``graphs`` are the molecules' graphs (``chem.features.graphs.featurize_all``); ``smiles`` are
    those that RDKit writes, which show isotope labels and dative bonds. ``touch(i)`` is called
    before each piece of RDKit work on molecule i that is more than reading off a value.
    """
    flat = _lay_out(graphs)
    odd = _find_odd(mols, graphs, flat, smiles)
    in_ring = _find_ring_bonds(mols, graphs, flat)
    kinds = atom_surroundings(graphs, in_ring)
    place = _look_up(mols, kinds, flat, odd, touch)
    found = _add_up(graphs, flat, in_ring, _memory().values(place))
    found[:, _RINGS] = [mol.GetRingInfo().NumRings() for mol in mols]
    for i in np.flatnonzero(odd).tolist():
        if touch is not None:
            touch(i)
        found[i] = describe(mols[i])
    return found


class _Layout(NamedTuple):
    """Positions of the atoms and bonds of k molecules in the flat arrays."""

    starts: npt.NDArray[np.int64]
    """[k + 1] the first atom of each molecule, and the end of the last."""
    owner: npt.NDArray[np.int64]
    """[n] the molecule of each atom."""
    begin: npt.NDArray[np.int64]
    """[m] first end of each bond, counted over all molecules."""
    end: npt.NDArray[np.int64]
    """[m] second end of each bond."""


def _lay_out(graphs: FlatGraphs) -> _Layout:
    starts = np.concatenate(([0], np.cumsum(graphs.atom_counts)))
    owner = np.repeat(np.arange(len(starts) - 1), graphs.atom_counts)
    return _Layout(starts, owner, *graphs.ends())


def _find_odd(
    mols: Sequence[Chem.Mol], graphs: FlatGraphs, flat: _Layout, smiles: Sequence[str]
) -> npt.NDArray[np.bool_]:
    """Tell which molecules hold something that the flat graph does not express."""
    tables = _tables()
    odd = np.array([_LABEL_OR_DATIVE.search(text) is not None for text in smiles], dtype=bool)
    odd[flat.owner[tables.is_unsaid[graphs.atoms]]] = True
    odd[flat.owner[flat.begin[graphs.bonds == OTHER_BOND]]] = True
    bonds = np.bincount(np.concatenate((flat.begin, flat.end)), minlength=len(graphs.atoms))
    hydrogens = tables.hydrogens[graphs.atoms]
    for most in (_MATCHES[np.minimum(bonds, len(_MATCHES) - 1)], hydrogens):
        odd |= np.bincount(flat.owner, most, len(mols)) > _MOST_MATCHES
    for i in np.unique(flat.owner[tables.may_be_strained[graphs.atoms]]).tolist():
        odd[i] = odd[i] or mols[i].HasSubstructMatch(tables.strained)
    return odd


def _find_ring_bonds(
    mols: Sequence[Chem.Mol], graphs: FlatGraphs, flat: _Layout
) -> npt.NDArray[np.bool_]:
    """Tell which bonds are in a ring: those between ring atoms, unless they link two rings."""
    tables = _tables()
    atom_in_ring = tables.in_ring[graphs.atoms]
    in_ring = atom_in_ring[flat.begin] & atom_in_ring[flat.end]
    links: list[tuple[int, int]] = []
    may_link = in_ring & (graphs.bonds != _AROMATIC)
    for i in np.unique(flat.owner[flat.begin[may_link]]).tolist():
        start = int(flat.starts[i])
        links += [
            (start + min(link), start + max(link))
            for link in mols[i].GetSubstructMatches(tables.link, maxMatches=MAX_ATOMS)
        ]
    if links:
        # Bonds are sorted by their ends, so the pair of ends as one number is sorted, too.
        n = len(graphs.atoms)
        wanted = np.array([begin * n + end for begin, end in links])
        in_ring[np.searchsorted(flat.begin * n + flat.end, wanted)] = False
    return in_ring


def _look_up(
    mols: Sequence[Chem.Mol],
    kinds: npt.NDArray[np.uint64],
    flat: _Layout,
    odd: npt.NDArray[np.bool_],
    touch: Callable[[int], None] | None,
) -> npt.NDArray[np.int64]:
    """Find every atom's kind in the memory and learn new ones; odd molecules teach nothing."""
    if len(_memory()) > MOST_KINDS:
        _memory.cache_clear()
    memory = _memory()
    place, known = memory.find(kinds)
    unknown = ~known & ~odd[flat.owner]
    if unknown.any():
        new = set(kinds[unknown].tolist())
        learned, values = [], []
        for i in np.unique(flat.owner[unknown]).tolist():
            own = kinds[flat.starts[i] : flat.starts[i + 1]]
            if new.isdisjoint(own.tolist()):
                continue
            if touch is not None:
                touch(i)
            learned.append(own)
            values.append(atom_contributions(mols[i]))
            new.difference_update(own.tolist())
        memory.learn(np.concatenate(learned), np.concatenate(values))
        place, _ = memory.find(kinds)
    return place


def _add_up(
    graphs: FlatGraphs,
    flat: _Layout,
    in_ring: npt.NDArray[np.bool_],
    values: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Add atoms and bonds to their molecules; ``numpy.bincount`` adds in the order of the array."""
    tables = _tables()
    k = len(graphs.atom_counts)
    owner = flat.owner
    part = dict(zip(FIELDS, values, strict=True))
    hydrogens = tables.hydrogens[graphs.atoms]
    # RDKit adds the weight of each atom and then that of its hydrogens, but the lipophilicity of
    # all heavy atoms first and then that of the hydrogens one by one.
    weights = tables.weights[graphs.atoms].ravel()
    logp = np.concatenate((part["logp"], np.repeat(part["hydrogen_logp"], hydrogens)))
    logp_owner = np.concatenate((owner, np.repeat(owner, hydrogens)))
    can, turns = part["can_turn"] > 0, part["turns"] > 0
    turning = (can[flat.begin] & turns[flat.end]) | (turns[flat.begin] & can[flat.end])
    turning &= (graphs.bonds == _SINGLE) & ~in_ring
    sums = {
        "mw": np.bincount(np.repeat(owner, 2), weights, k),
        "logp": np.bincount(logp_owner, logp, k),
        "tpsa": np.bincount(owner, part["tpsa"], k),
        "hbd": np.bincount(owner, part["hbd"], k),
        "hba": np.bincount(owner, part["hba"], k),
        "rotatable_bonds": np.bincount(owner[flat.begin[turning]], minlength=k),
        "heavy_atoms": graphs.atom_counts,
        "rings": np.zeros(k),
        "formal_charge": np.bincount(owner, tables.charge[graphs.atoms], k),
    }
    return np.stack([sums[name] for name in PROPERTIES], axis=1).astype(np.float64)
