"""Sorts atoms into kinds by what cheap properties depend on, and learns each kind's contribution.

The contributions come from RDKit. The atom types of Wildman and Crippen, RDKit's donors, acceptors,
rotatable bonds and polar surface look at most two bonds far. They depend on

- the atom itself: element, connections, hydrogens, charge, aromatic, and the orders of its bonds;
- a neighbour of a carbon: element, aromatic, whether it is a methyl or a terminal heteroatom;
- a neighbour of a heteroatom: element, aromatic, of a carbon its connections and hydrogens, of
  another its charge;
- a single bond between carbon and heteroatom: whether it is in a ring;
- an atom across an aromatic bond: nothing more;
- atoms beyond that, only around a heteroatom: those double-bonded to a neighbour that it has a
  single bond to (and whether in a ring), and for ``O=C`` all neighbours of that carbon; of these
  whether they are C, N, O, P, S or another, and aromatic.

So two atoms for which all this is equal contribute equally to every property, in any molecule, and
there are few such kinds. Hydrogens stay implicit, and no rule asks whether an atom is in a ring;
``chem.features.properties`` takes care of the one property that does (rings of three in the polar
surface). RDKit is asked once for each kind of surroundings, with a molecule that has them; a few
thousand kinds make up a library of millions.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rdkit import Chem
from rdkit.Chem import rdMolDescriptors

from chem.features.graphs import BOND_ORDERS, FlatGraphs, atom_states, find_sorted

Hash = npt.NDArray[np.uint64]

_SINGLE, _AROMATIC, _DOUBLE = (BOND_ORDERS.index(order) for order in (1.0, 1.5, 2.0))
_IN_RING = len(BOND_ORDERS)
"""Added to the order of a bond in a ring, where that matters."""
FIELDS = ("logp", "hydrogen_logp", "tpsa", "hbd", "hba", "can_turn", "turns")
"""Columns of a contribution: logP of the atom and of each of its hydrogens, Å², 1 for a donor,
1 for an acceptor; a single bond outside rings is rotatable between an atom that ``turns`` and one
that ``can_turn``."""
MOST_KINDS = 1_000_000
"""Number of kinds beyond which all are forgotten (72 MB); no known library has so many."""


class _Tables(NamedTuple):
    """Random numbers that stand for the visible facts of an atom, by its token."""

    own: Hash
    """[tokens, aromatic] of the atom itself."""
    near: Hash
    """[center is no carbon, tokens, aromatic, bond] of an atom behind a bond."""
    far: Hash
    """[tokens, aromatic, bond] of an atom two bonds away."""
    is_carbon: npt.NDArray[np.bool_]
    """[tokens]"""
    is_oxygen: npt.NDArray[np.bool_]
    """[tokens]"""


@cache
def _tables() -> _Tables:
    rows = atom_states().rows
    random = np.random.Generator(np.random.PCG64(0))

    def number(view: Callable[[dict[str, str]], tuple[object, ...]], *shape: int) -> Hash:
        seen = {found: i for i, found in enumerate(sorted({repr(view(row)) for row in rows}))}
        numbers = random.integers(1, 2**64, (len(seen), *shape), dtype=np.uint64)
        of_token = np.zeros((len(rows) + 1, *shape), dtype=np.uint64)
        for row in rows:
            of_token[int(row["token"])] = numbers[seen[repr(view(row))]]
        return of_token

    near = np.stack([number(view, 2, 2 * _IN_RING) for view in (_from_carbon, _from_hetero)])
    near[..., _AROMATIC] = 1
    elements = np.array(["", *(row["element"] for row in rows)])
    return _Tables(
        own=number(_itself, 2),
        near=near,
        far=number(_from_far, 2, 2 * _IN_RING),
        is_carbon=elements == "C",
        is_oxygen=elements == "O",
    )


def _itself(row: dict[str, str]) -> tuple[object, ...]:
    return (row["element"], row["degree"], row["hydrogens"], row["charge"])


def _from_carbon(row: dict[str, str]) -> tuple[object, ...]:
    if row["element"] == "C":
        return ("C", row["hydrogens"] == "3")
    return (row["element"], int(row["degree"]) - int(row["hydrogens"]) == 1)


def _from_hetero(row: dict[str, str]) -> tuple[object, ...]:
    if row["element"] == "C":
        return ("C", row["degree"], row["hydrogens"])
    return (row["element"], row["charge"])


def _from_far(row: dict[str, str]) -> tuple[object, ...]:
    return (row["element"] if row["element"] in ("C", "N", "O", "P", "S") else "",)


def atom_surroundings(graphs: FlatGraphs, in_ring: npt.NDArray[np.bool_]) -> Hash:
    """Return uint64 [n]: the same number (a hash of 64 bits) for equal surroundings.

    ``in_ring``: bool [m], whether each bond is in a ring. The number is meaningless for an atom
    that has no token, or that has a bond of another order than the four.
    """
    tables = _tables()
    n = len(graphs.atoms)
    begin, end = graphs.ends()
    source, target = np.concatenate((begin, end)), np.concatenate((end, begin))
    order = np.tile(np.minimum(graphs.bonds, _IN_RING - 1), 2).astype(np.int64)
    ring = np.tile(in_ring, 2)
    single, double = order == _SINGLE, order == _DOUBLE
    aromatic = np.zeros(n, dtype=np.int64)
    aromatic[source[order == _AROMATIC]] = 1

    token, flag = graphs.atoms[target], aromatic[target]
    hetero = ~tables.is_carbon[graphs.atoms]
    mixed = hetero[source] != hetero[target]
    near = hetero[source].astype(np.int64), token, flag, order + _IN_RING * (ring & single & mixed)
    far = tables.far[token, flag, order + _IN_RING * (ring & double)]
    around = _sum(far, source, n)
    doubly_around = _sum(far[double], source[double], n)
    seen = tables.near[near]
    seen += doubly_around[target] * (single & hetero[source])
    seen += around[target] * (double & tables.is_oxygen[graphs.atoms][source])
    return _mix(_sum(_mix(seen), source, n) + tables.own[graphs.atoms, aromatic])


def _sum(values: Hash, owner: npt.NDArray[np.int64], n: int) -> Hash:
    total = np.zeros(n, dtype=np.uint64)
    np.add.at(total, owner, values)
    return total


def _mix(values: Hash) -> Hash:
    """Scatter the bits one-to-one (splitmix64), so that sums of different parts differ."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


class _Patterns(NamedTuple):
    donor: Chem.Mol
    acceptor: Chem.Mol
    can_turn: Chem.Mol
    turns: Chem.Mol


@cache
def _patterns() -> _Patterns:
    """Say in SMARTS which atoms RDKit counts; a test compares each with RDKit's own functions."""
    strong = "!$([!D1;#7,#8,#16]-!@[CD3]=[N,O,S]);!$([#7,#8]-!@[CD3]=[N,O,S])"
    # The end of a triple bond or of the molecule, or a group whose rotation changes nothing.
    idle = "!D1;!$(*#*);!$(C(F)(F)F);!$(C(Cl)(Cl)Cl);!$(C(Br)(Br)Br);!$(C([CH3])([CH3])[CH3])"
    amide = f"!$([CD3](=[N,O,S])-!@[#7,O,$([S;!D1])]);{strong}"
    return _Patterns(
        donor=Chem.MolFromSmarts("[$([N;!H0;v3]),$([N;!H0;+;v4]),$([O,S;H1;+0]),$([n;H1;+0])]"),
        acceptor=Chem.MolFromSmarts(
            "[$([O,S;H1;v2]-[!$(*=[O,N,P,S])]),$([O,S;H0;v2]),$([O,S;-]),"
            "$([N;v3;!$(N-*=!@[O,N,P,S])]),$([n;H0;X2;+0]),$([o,s;+0])]"
        ),
        can_turn=Chem.MolFromSmarts(f"[{idle}]"),
        turns=Chem.MolFromSmarts(f"[{idle};{amide}]"),
    )


def atom_contributions(mol: Chem.Mol) -> npt.NDArray[np.float64]:
    """Ask RDKit for the contributions [atoms, FIELDS] of a sanitized molecule."""
    n = mol.GetNumAtoms()
    found = np.zeros((n, len(FIELDS)))
    full = Chem.AddHs(mol)
    logp = [one for one, _ in rdMolDescriptors._CalcCrippenContribs(full)]
    found[:, 0] = logp[:n]
    for hydrogen in range(full.GetNumAtoms() - 1, n - 1, -1):
        (owner,) = full.GetAtomWithIdx(hydrogen).GetNeighbors()
        found[owner.GetIdx(), 1] = logp[hydrogen]
    found[:, 2] = rdMolDescriptors._CalcTPSAContribs(mol)
    for column, pattern in enumerate(_patterns(), start=3):
        for (atom,) in mol.GetSubstructMatches(pattern, maxMatches=n):
            found[atom, column] = 1
    return found


class Memory:
    """Contributions by kind of surroundings."""

    def __init__(self) -> None:
        # Kind 0, which adds nothing, so that a look-up always finds a row.
        self._kinds: npt.NDArray[np.uint64] = np.zeros(1, dtype=np.uint64)
        self._values: npt.NDArray[np.float64] = np.zeros((1, len(FIELDS)))

    def __len__(self) -> int:
        return len(self._kinds) - 1

    def find(
        self, kinds: npt.NDArray[np.uint64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """Return the place of each kind, and whether it is known (else the place is 0)."""
        return find_sorted(self._kinds, kinds)

    def learn(self, kinds: npt.NDArray[np.uint64], values: npt.NDArray[np.float64]) -> None:
        """Remember kinds [k] and their contributions [k, FIELDS]; a kind known before stays."""
        kinds, first = np.unique(np.concatenate((self._kinds, kinds)), return_index=True)
        self._values = np.concatenate((self._values, values))[first]
        self._kinds = kinds

    def values(self, place: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Return the contributions [FIELDS, n] at these places."""
        return self._values[place].T
