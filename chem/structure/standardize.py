"""One compound, one structure: the parent molecule that every later step sees.

The steps, in order: read; refuse metal complexes (chem.structure.parsing.metals); remove explicit
hydrogens and atom-map numbers; cut bonds to the metals of salts; normalize groups (nitro, N-oxide,
sulfoxide and the like are written one way); move protons to the strongest base (reionize); keep the
*parent*, the compound of a salt or solvate (chem.structure.parents.parent); neutralize what a
proton can neutralize; draw the preferred tautomer, resonance form and inner salt
(chem.structure.normalize.preferred). Isotope labels and stereochemistry stay exactly as given: a
deuterated drug is another product, an undefined centre stays undefined, and a racemate, one of two
enantiomers or an atropisomer is kept as such in a CXSMILES (chem.structure.stereo.canonical). What
cannot be kept is refused.

The result is a fixed point by construction: the canonical text is read again until it no longer
changes, so ``standardize(s.smiles, "smiles").smiles == s.smiles`` and ``s.mol`` is, atom for atom,
what RDKit reads from ``s.smiles``. Nothing that follows depends on how a vendor drew it.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import NamedTuple

from rdkit import Chem, rdBase
from rdkit.Chem.MolStandardize import rdMolStandardize

from chem.records.records import Failure, StructureFormat
from chem.records.text import one_line
from chem.structure.normalize.dative_bonds import split_dative_bonds
from chem.structure.normalize.drawings import unite_charges
from chem.structure.normalize.preferred import draw_as_preferred
from chem.structure.parents.parent import INORGANIC_CARBON, choose_parent, no_organic_fragment
from chem.structure.parsing.metals import salt_cutter
from chem.structure.parsing.parse import parse
from chem.structure.registration import registration_key
from chem.structure.stereo.canonical import StereoError, axes_of, write_canonical
from chem.structure.stereo.lost_centres import count_marks
from chem.structure.stereo.stereo_groups import adopt_groups
from chem.structure.stereo.stereo_status import (
    has_lost_wedge,
    has_mirror_image,
    is_flagged_relative,
)
from chem.structure.unsupported import find_refusal

MAX_PASSES = 16
STANDARDIZER = 3
"""Goes up when a rule changes, so that libraries are prepared again."""

_MAY_NEED_REPAIR = re.compile(
    r"[.:*~|<>]|\[\d*(?:H|#|(?:[BCNOPS]|S[ie])H?[23]?\]|[bcnops]\])|=\[C@"
)
"""Several fragments, atom maps, query or dative bonds, explicit hydrogens, unpaired electrons (an
atom in square brackets without charge or configuration), a drawn allene."""
_HAS_CARBON = re.compile(r"c|C(?![a-z])")
"""For a SMILES without elements such as Sc; it may overlook a carbon, but invents none."""
_MAY_BE_UNUSUAL = re.compile(r"\[(?!nH\]|C@@?H?\])|[SPIp]|B(?!r)")
"""What a SMILES needs to match ``_Tools.unusual``."""
_MAPPED = re.compile(r":\d+\]")


class Standardized(NamedTuple):
    """A parent molecule and what was done to reach it."""

    mol: Chem.Mol
    """Sanitized, hydrogens implicit (isotopic hydrogens stay atoms), atoms in SMILES order."""
    smiles: str
    """Canonical isomeric SMILES; CXSMILES where a racemate or the like needs it."""
    changes: tuple[str, ...]
    """What differs from the input, in order, each word once: ``removed_atom_maps``,
    ``removed_hydrogens``, ``disconnected_metal``, ``normalized``, ``reionized``,
    ``stripped_fragments``, ``unlisted_counterion`` (one of them is no known counterion, solvent or
    host), ``racemate`` (two mirror images became one molecule with a group ``&1``),
    ``neutralized``, ``tautomer`` (a hydrogen moved to the place where it is drawn by rule, or a
    geometry that cannot be bought was dropped), ``resonance`` (charges and double bonds alone
    moved); and what was read though it is not sure: ``dropped_stereo_group`` (a group over several
    centres without wedges), ``dropped_wedge`` (one without a meaning), ``assumed_absolute``
    (centres without a chiral flag, read as drawn). Empty for a mere re-spelling of the same
    molecule."""
    key: str
    """Registration key: records with equal keys are one compound, however they were drawn."""


class _Changes:
    """The changes of one molecule as they are made, each word once.

    note: hears of every change with the molecule right after it; only a trace pays for its SMILES.
    """

    def __init__(self, note: Callable[[str, Chem.Mol], None] = lambda change, mol: None):
        self._words: dict[str, None] = {}
        self._note = note

    def add(self, change: str, mol: Chem.Mol) -> None:
        self._words[change] = None
        self._note(change, mol)

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self._words)


class _Tools(NamedTuple):
    """RDKit's standardizers, built once: building them is most of the cost of ``Cleanup()``."""

    metals: rdMolStandardize.MetalDisconnector
    normalizer: rdMolStandardize.Normalizer
    reionizer: rdMolStandardize.Reionizer
    uncharger: rdMolStandardize.Uncharger
    unusual: Chem.Mol
    carbon: Chem.Mol


@cache
def _tools() -> _Tools:
    with rdBase.BlockLogs():
        return _Tools(
            metals=salt_cutter(),
            normalizer=rdMolStandardize.Normalizer(),
            reionizer=rdMolStandardize.Reionizer(),
            uncharger=rdMolStandardize.Uncharger(),
            # A molecule without such an atom has nothing to disconnect, normalize, reionize or
            # neutralize: all of RDKit's rules need a charge, a metal or another element, except
            # the sulfoxide rule (a three-coordinate sulfur). A test holds both paths equal.
            unusual=Chem.MolFromSmarts("[!+0,!#1&!#6&!#7&!#8&!#16&!F&!Cl&!Br&!I,#16&X3]"),
            carbon=Chem.MolFromSmarts("[#6]"),
        )


def standardize(structure: str, format: StructureFormat) -> Standardized | Failure:
    """Turn a SMILES or a molblock into its parent molecule; a bad structure is a returned Failure.

    Failures (stage/code): ``parse/invalid_smiles``, ``parse/invalid_molblock``,
    ``parse/invalid_valence``, ``parse/kekulize``, ``parse/sanitize`` (any other chemical fault that
    RDKit names); ``standardize/query_atoms``, ``standardize/drawn_shorthand``,
    ``standardize/repeat_units``, ``standardize/mixture`` (not one definite molecule: see
    chem.structure.parsing.shorthand and chem.structure.parents.parent),
    ``standardize/metal_complex`` (chem.structure.parsing.metals), ``standardize/radical`` (an
    unpaired electron: mostly hydrogens that were left out), ``standardize/atropisomer`` and
    ``standardize/unsupported_stereo`` (stereochemistry that no text of ours can keep),
    ``standardize/too_large`` (more than 999 heavy atoms in the record, or a SMILES over 10,000
    characters or a molblock over 1,000,000, refused unread), ``standardize/no_organic_fragment``
    (no atoms, or none but inorganic fragments: salts, water, carbonates), ``standardize/failed``
    (RDKit raised; its message is the detail), ``standardize/unstable`` (no fixed point; never seen
    on real molecules).

    >>> standardize("Cl.CN(C)C", "smiles").smiles
    'CN(C)C'
    """
    if format == "smiles":
        structure = structure.strip()
    with rdBase.BlockLogs():
        try:
            if format == "smiles" and not _MAY_NEED_REPAIR.search(structure):
                short = _take_as_it_is(structure)
                if short is not None:
                    return short
            return _to_fixed_point(structure, format, _Changes())
        except StereoError as error:
            return Failure("standardize", error.code, str(error))
        except MemoryError:
            raise  # the machine's want, not the molecule's fault: the owner of this process decides
        except Exception as error:
            return Failure("standardize", "failed", one_line(str(error)) or type(error).__name__)


def trace(structure: str, format: StructureFormat) -> dict[str, str]:
    """Return each change that :func:`standardize` makes, with the SMILES right after it.

    In order, one that is made more than once with what its first time gave; empty where nothing is
    changed or the structure cannot be read.

    >>> trace("[Na+].CC(=O)[O-]", "smiles")
    {'stripped_fragments': 'CC(=O)[O-]', 'neutralized': 'CC(=O)O'}
    """
    found: dict[str, str] = {}

    def note(change: str, mol: Chem.Mol) -> None:
        if change not in found:
            found[change] = write_canonical(mol)

    with rdBase.BlockLogs(), suppress(Exception):  # why it failed is standardize's to tell
        text = structure.strip() if format == "smiles" else structure
        _to_fixed_point(text, format, _Changes(note))
    return found


def _take_as_it_is(smiles: str) -> Standardized | None:
    """Standardize a molecule that needs no repair; None where it may need one, or is a bad one.

    What is left out beside ``_to_fixed_point`` finds nothing in such a molecule: a SMILES without
    a dot is one fragment, and without a bracketed hydrogen or an atom map has none to remove.
    """
    mol = parse(smiles, "smiles")
    seen, changes, open_ = smiles, _Changes(), True
    marks = count_marks(smiles)
    for _ in range(MAX_PASSES):
        if isinstance(mol, Failure):
            return None
        if _MAY_BE_UNUSUAL.search(seen) and mol.HasSubstructMatch(_tools().unusual):
            return None
        written = Chem.MolToSmiles(mol)
        if written in INORGANIC_CARBON or not _HAS_CARBON.search(written):
            return None
        if marks > count_marks(written):
            return None  # a centre without a meaning, or one that no SMILES can keep
        marks = 0
        if written == seen:
            drawn = mol
            if open_:
                drawn, open_ = draw_as_preferred(mol, written, changes.add)
            if drawn is mol:
                return Standardized(mol, written, changes.words, registration_key(mol, written))
            written = Chem.MolToSmiles(drawn)
        seen = written
        mol = parse(written, "smiles")
    return None


def _to_fixed_point(
    structure: str, format: StructureFormat, changes: _Changes
) -> Standardized | Failure:
    mol = parse(structure, format)
    if isinstance(mol, Failure):
        return mol
    refused = find_refusal(mol, structure, format)
    if refused is not None:
        return refused
    charged = split_dative_bonds(mol)
    if isinstance(charged, Failure):
        return charged
    if charged is not None:
        mol = charged
        changes.add("normalized", mol)
    mol, is_dropped = adopt_groups(mol, structure, format)
    if is_dropped:
        changes.add("dropped_stereo_group", mol)
    if has_lost_wedge(mol, structure, format):
        changes.add("dropped_wedge", mol)
    may_have_axes = "|" in structure if format == "smiles" else bool(axes_of(mol))
    is_relative = is_flagged_relative(mol, structure, format)
    seen: list[str] = []
    redrawn: list[str] = []
    if format == "smiles":
        seen.append(structure)
        _note_hydrogens(structure, mol, changes)
    else:
        mol = _remove_hydrogens(mol, changes)
    if format == "molblock" or _MAPPED.search(structure):
        _remove_atom_maps(mol, changes)
    for _ in range(MAX_PASSES):
        mol = _clean(mol, changes)
        if isinstance(mol, Failure):
            return mol
        is_stated = may_have_axes or len(mol.GetStereoGroups())
        smiles = write_canonical(mol) if is_stated else str(Chem.MolToSmiles(mol))
        if smiles in INORGANIC_CARBON or not mol.HasSubstructMatch(_tools().carbon):
            return no_organic_fragment(mol)
        if smiles in seen:
            # Usually the last one. RDKit could also alternate between spellings of one molecule;
            # then the smallest of them stands for all, from whichever the walk began.
            chosen = min(seen[seen.index(smiles) :])
            if chosen != seen[-1]:
                mol = parse(chosen, "smiles")
                if isinstance(mol, Failure):
                    return mol
            drawn, _ = draw_as_preferred(mol, chosen, changes.add)
            if drawn is not mol and chosen not in redrawn:
                redrawn.append(chosen)
                mol, seen = drawn, []
                continue
            if drawn is not mol:
                # Drawings lead to each other: the smallest stands for all.
                chosen = min(redrawn[redrawn.index(chosen) :])
                mol = parse(chosen, "smiles")
                if isinstance(mol, Failure):
                    return mol
                if chosen == structure:
                    changes = _Changes()
            _note_charges(structure, chosen, mol, changes)
            if is_relative and has_mirror_image(mol, chosen):
                changes.add("assumed_absolute", mol)
            key = registration_key(mol, chosen)
            return Standardized(mol, chosen, changes.words, key)
        seen.append(smiles)
        mol = parse(smiles, "smiles")
        if isinstance(mol, Failure):
            return mol
    return Failure("standardize", "unstable", f"still changing after {MAX_PASSES} passes")


def _note_hydrogens(smiles: str, mol: Chem.Mol, changes: _Changes) -> None:
    written = smiles.count("[H]")
    if written and written > sum(atom.GetAtomicNum() == 1 for atom in mol.GetAtoms()):
        changes.add("removed_hydrogens", mol)


def _remove_hydrogens(mol: Chem.Mol, changes: _Changes) -> Chem.Mol:
    written = mol.GetNumAtoms()
    mol = Chem.RemoveHs(mol)
    if mol.GetNumAtoms() < written:
        changes.add("removed_hydrogens", mol)
    return mol


def _remove_atom_maps(mol: Chem.Mol, changes: _Changes) -> None:
    mapped = [atom for atom in mol.GetAtoms() if atom.GetAtomMapNum()]
    for atom in mapped:
        atom.SetAtomMapNum(0)
    if mapped:
        changes.add("removed_atom_maps", mol)


def _note_charges(structure: str, smiles: str, mol: Chem.Mol, changes: _Changes) -> None:
    """RDKit itself turns a pentavalent nitro group or azide into the charged form as it reads."""
    if "+" in smiles and "+" not in structure and "CHG" not in structure:
        changes.add("normalized", mol)


def _clean(mol: Chem.Mol, changes: _Changes) -> Chem.Mol | Failure:
    """Run the steps this molecule can need, noting those that changed it."""
    tools = _tools()
    unusual = mol.HasSubstructMatch(tools.unusual)
    if unusual:
        bonds = mol.GetNumBonds()
        tools.metals.DisconnectInPlace(mol)
        if mol.GetNumBonds() < bonds:
            changes.add("disconnected_metal", mol)
        mol = _normalize(mol, changes)
        _rewrite("reionized", tools.reionizer.reionizeInPlace, mol, changes)
    if len(Chem.GetMolFrags(mol)) > 1:
        parent = choose_parent(mol)
        if isinstance(parent, Failure):
            return parent
        mol = parent.mol
        for change in parent.changes:
            changes.add(change, mol)
    if unusual:
        _rewrite("neutralized", tools.uncharger.unchargeInPlace, mol, changes)
    return mol


def _normalize(mol: Chem.Mol, changes: _Changes) -> Chem.Mol:
    """Write groups one way; a mesoionic ring that RDKit's rules would break stays as it is."""
    _rewrite("normalized", unite_charges, mol, changes)
    normal = Chem.Mol(mol)
    _tools().normalizer.normalizeInPlace(normal)
    if Chem.MolToSmiles(normal, canonical=False) == Chem.MolToSmiles(mol, canonical=False):
        return mol
    if Chem.MolFromSmiles(Chem.MolToSmiles(normal, canonical=False)) is None:
        return mol
    changes.add("normalized", normal)
    return normal


def _rewrite(
    change: str, step: Callable[[Chem.Mol], None], mol: Chem.Mol, changes: _Changes
) -> None:
    # The SMILES in the atoms' own order costs a third of the canonical one, and shows the change
    # as well: the steps keep that order.
    before = Chem.MolToSmiles(mol, canonical=False)
    step(mol)
    if Chem.MolToSmiles(mol, canonical=False) != before:
        changes.add(change, mol)
