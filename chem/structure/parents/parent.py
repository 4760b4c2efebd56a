"""Chooses the parent of a salt, solvate, complex or mixture: the fragment that is the compound.

Roles decide before sizes. Fragments without carbon go, and so do carbonate, cyanide and similar
ones. Of the organic fragments, the compound is the one that is no salt former, solvent, host or
co-former (``chem.structure.parents.counterions``). If all of them are, the one that is most
often a compound in its own right is meant: choline salicylate is salicylic acid; at equal rank a
base with its acid is the base. If two or more compounds remain that are no counterions, the record
is a mixture and is refused: no choice between valsartan and sacubitril is right. There are two
exceptions: mirror images in equal parts are one racemate, and a fragment much smaller than the
other one, as a counterion or solvent is, goes with the change ``unlisted_counterion``.
"""

from collections import Counter
from typing import NamedTuple

from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from chem.records.message_text import one_line
from chem.records.records import Failure
from chem.structure.parents.counterions import (
    Counterion,
    find_counterion,
    flat_smiles,
    inchi,
    neutral,
)
from chem.structure.parents.partners import is_base, is_minor, may_accompany
from chem.structure.stereo.canonical import axes_of, groups_of, with_groups, write_canonical
from chem.structure.stereo.smiles_and_smarts import pattern
from chem.structure.stereo.stereo_groups import find_centres, is_mirror_pair

INORGANIC_CARBON = frozenset(
    Chem.MolToSmiles(Chem.MolFromSmiles(smiles))
    for smiles in (
        *("O=C(O)O", "O=C(O)OO", "O=C(O)OOC(=O)O", "O=C=O", "[C-]#[O+]", "S=C=S", "O=C=S"),
        *("C#N", "[C-]#N", "N=C=O", "N#CO", "N#C[O-]", "N=C=S", "N#CS", "N#C[S-]", "N#C[Se-]"),
        *("N#C[SeH]", "N=C=[Se]", "[O-][N+]#C", "S=C(S)S", "O=C(O)[O-]", "O=C([O-])[O-]", "[C]"),
        *("[N-]=C=O", "[N-]=C=S", "O=C(O)O[O-]", "[C-]#[C-]", "N#CC#N", "[C-4]"),
    )
)
"""Carbonates, cyanides, cyanates and oxides of carbon: inorganic by convention."""

SALT_FORMER = 2
"""Lowest rank of a compound that forms salts."""
MOST_FOR_INCHI = 100
"""Most heavy atoms of a molecule whose tautomers are compared: beyond, InChI may take seconds."""


class Parent(NamedTuple):
    """The compound of a record of several fragments."""

    mol: Chem.Mol
    """The fragment as drawn, charges included."""
    changes: tuple[str, ...]
    """``racemate``, ``unlisted_counterion`` and ``stripped_fragments``, if they apply."""
    copies: int
    """Number of fragments that are the compound: two in a hemifumarate."""


class _Compound(NamedTuple):
    """All fragments of a record that are equal except for charges, isotopes and stereochemistry."""

    drawings: list[tuple[Chem.Mol, int]]
    """Each of its drawings, with the number of times that it occurs."""
    counterion: Counterion | None

    @property
    def first(self) -> Chem.Mol:
        return self.drawings[0][0]

    @property
    def copies(self) -> int:
        return sum(count for _, count in self.drawings)

    @property
    def size(self) -> int:
        heavy: int = self.first.GetNumHeavyAtoms()
        return heavy

    @property
    def is_partner(self) -> bool:
        return self.counterion is not None and self.counterion.role != "drug"


def is_organic(fragment: Chem.Mol) -> bool:
    """Tell whether a fragment holds carbon other than that of carbonate, cyanide and the like.

    >>> is_organic(Chem.MolFromSmiles("O=C([O-])O")), is_organic(Chem.MolFromSmiles("NC(N)=O"))
    (False, True)
    """
    if fragment.HasSubstructMatch(pattern("[#6;!H0]~*~*")):
        return True  # the usual case; prussic acid has only two atoms
    if not fragment.HasSubstructMatch(pattern("[#6]")):
        return False
    return fragment.GetNumHeavyAtoms() > 7 or (
        Chem.MolToSmiles(neutral(fragment), isomericSmiles=False) not in INORGANIC_CARBON
    )


def choose_parent(mol: Chem.Mol) -> Parent | Failure:
    """Return the parent of a sanitized molecule of several fragments, still charged.

    Failures: ``standardize/no_organic_fragment``, and ``standardize/mixture`` with its contents.
    """
    fragments = Chem.GetMolFrags(mol, asMols=True, sanitizeFrags=False)
    organic = [fragment for fragment in fragments if is_organic(fragment)]
    if not organic:
        return no_organic_fragment(mol)
    for fragment in organic:
        Chem.GetSymmSSSR(fragment)  # all that sanitizing the inorganic ones too would add
    if len(organic) == 1:
        return Parent(organic[0], ("stripped_fragments",), 1)
    compounds = _group(organic)
    chosen = _choose(compounds)
    if isinstance(chosen, Failure):
        return chosen
    compound, words = chosen
    stripped = ("stripped_fragments",) if compound.copies < len(fragments) else ()
    return _merge_copies(compound, stripped + words)


def no_organic_fragment(mol: Chem.Mol) -> Failure:
    """Return the failure of a record without an organic compound."""
    detail = "no fragment contains carbon"
    if mol.HasSubstructMatch(pattern("[#6]")):
        detail = "carbon only as a carbonate, cyanide, cyanate or oxide: no organic compound"
    return Failure("standardize", "no_organic_fragment", detail)


def _group(organic: list[Chem.Mol]) -> list[_Compound]:
    drawn = _count_equal(organic)
    known = [find_counterion(fragment) for fragment, _ in drawn]
    single = known.count(None) == 1  # no other has its SMILES: not writing it saves time
    compounds: dict[str, _Compound] = {}
    for drawing, counterion in zip(drawn, known, strict=True):
        if counterion is not None:
            key = counterion.smiles
        else:
            key = "" if single else _connect(drawing[0])
        compounds.setdefault(key, _Compound([], counterion)).drawings.append(drawing)
    return [compounds[key] for key in sorted(compounds)]


def _connect(fragment: Chem.Mol) -> str:
    """Return a text for the connectivity of a fragment, the same for tautomers of amides."""
    flat = flat_smiles(fragment)
    return flat if fragment.GetNumHeavyAtoms() > MOST_FOR_INCHI else inchi(Chem.MolFromSmiles(flat))


def _count_equal(fragments: list[Chem.Mol]) -> list[tuple[Chem.Mol, int]]:
    """Count fragments that are drawn alike; write their SMILES only if their sizes are equal."""
    sizes = Counter([fragment.GetNumAtoms() for fragment in fragments])
    counts: Counter[str] = Counter()
    firsts: dict[str, Chem.Mol] = {}
    for at, fragment in enumerate(fragments):
        alone = sizes[fragment.GetNumAtoms()] == 1
        text = str(at) if alone else write_canonical(fragment)
        counts[text] += 1
        firsts.setdefault(text, fragment)
    return [(firsts[text], count) for text, count in counts.items()]


def _choose(compounds: list[_Compound]) -> tuple[_Compound, tuple[str, ...]] | Failure:
    if len(compounds) == 1:
        return compounds[0], ()
    others = [one for one in compounds if not one.is_partner]
    if not others:
        return _choose_by_rank(compounds)
    main = max(others, key=lambda one: one.size)
    words: tuple[str, ...] = ()
    for other in others:
        if other is not main:
            is_drug = other.counterion is not None
            if is_drug or not is_minor(neutral(other.first), neutral(main.first)):
                return _mixture(others)
            words = ("unlisted_counterion",)
    partners = [one for one in compounds if one.is_partner]
    rivals = [one for one in partners if not _belongs(one, main)]
    acids = [one for one in partners if one.counterion and one.counterion.role == "acid"]
    if len(acids) > 1 and not is_base(neutral(main.first)):
        rivals = rivals or acids
    return _mixture([main, *rivals]) if rivals else (main, words)


def _choose_by_rank(compounds: list[_Compound]) -> tuple[_Compound, tuple[str, ...]] | Failure:
    """Choose among salt formers, solvents, hosts and co-formers only."""
    ranked = [(one, one.counterion) for one in compounds if one.counterion is not None]
    highest = max(counterion.rank for _, counterion in ranked)
    leading = [one for one in ranked if one[1].rank == highest]
    salt_formers = [one for one, counterion in ranked if counterion.rank >= SALT_FORMER]
    if len(leading) > 2 or len(salt_formers) > 2:
        return _mixture([one for one, _ in ranked])
    roles = {"base": 0, "both": 1}
    leading.sort(key=lambda one: roles.get(one[1].role, 2))
    chosen, counterion = leading[0]
    for other, partner in ranked:
        if other is not chosen:
            rival = partner.rank == highest
            if not _may_pair(counterion.role, partner.role, rival):
                return _mixture([chosen, other])
    return chosen, ()


def _may_pair(role: str, other: str, rival: bool) -> bool:
    makes_salts = {"acid", "base", "both"}
    if role in makes_salts and other in makes_salts:
        return role != other
    return not rival


def _belongs(partner: _Compound, main: _Compound) -> bool:
    """Tell whether a compound of the table accompanies the one outside the table."""
    return partner.counterion is None or may_accompany(
        neutral(partner.first),
        partner.counterion,
        neutral(main.first),
        is_drug=main.counterion is not None,
    )


def _merge_copies(compound: _Compound, changes: tuple[str, ...]) -> Parent | Failure:
    """Turn the fragments of a compound into one molecule: copies into one, a pair into ``&1``."""
    copies = compound.copies
    if len(compound.drawings) == 1:
        return Parent(compound.first, changes or ("stripped_fragments",), copies)
    isomers: dict[str, Chem.Mol] = {}
    counts: Counter[str] = Counter()
    for fragment, count in sorted(compound.drawings, key=lambda one: _charges(one[0])):
        text = _spell_isomer(neutral(fragment))
        isomers.setdefault(text, fragment)
        counts[text] += count
    first, *rest = (isomers[text] for text in sorted(isomers))
    if not rest:
        return Parent(first, changes or ("stripped_fragments",), copies)
    equal = len(set(counts.values())) == 1
    if len(rest) == 1 and equal and is_mirror_pair(neutral(first), neutral(rest[0])):
        if axes_of(first):
            detail = "both mirror images of an atropisomer: a racemate that no SMILES can express"
            return Failure("standardize", "atropisomer", detail)
        racemate = with_groups(first, [find_centres(first)])
        return Parent(racemate, (*changes, "racemate"), copies)
    detail = (
        f"{len(isomers)} stereoisomers or isotopologues of {CalcMolFormula(neutral(first))}; "
        "only two mirror images in equal parts are read as one compound, a racemate"
    )
    return Failure("standardize", "mixture", detail)


def _spell_isomer(mol: Chem.Mol) -> str:
    """Return a text for a stereoisomer that is the same for its tautomers."""
    if mol.GetNumHeavyAtoms() > MOST_FOR_INCHI or groups_of(mol) or axes_of(mol):
        return write_canonical(mol)  # InChI is slow on large molecules, and knows no groups
    return inchi(mol)


def _charges(mol: Chem.Mol) -> int:
    return sum(abs(atom.GetFormalCharge()) for atom in mol.GetAtoms())


def _mixture(compounds: list[_Compound]) -> Failure:
    mols = [neutral(one.first) for one in sorted(compounds, key=lambda one: -one.size)]
    shown = [f"{CalcMolFormula(mol)} ({one_line(Chem.MolToSmiles(mol), 40)})" for mol in mols]
    detail = (
        f"{len(shown)} organic compounds, none of them a counterion, solvent or host of another: "
        + ", ".join(shown[:3])
        + (" …" if len(shown) > 3 else "")
    )
    return Failure("standardize", "mixture", one_line(detail))
