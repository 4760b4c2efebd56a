"""One compound, one structure: the parent molecule that every later step sees.

The steps, in order: read; remove explicit hydrogens and atom-map numbers; cut bonds to metals;
normalize groups (nitro, N-oxide, sulfoxide and the like are written one way); move protons to the
strongest base (reionize); keep the *parent*, the largest organic fragment (chem.parent has the
exception); neutralize what a proton can neutralize. Isotope labels and stereochemistry stay exactly
as given: a deuterated drug is another product, and an undefined centre stays undefined. Enhanced
stereo groups (``&1``) do not survive, because the canonical SMILES cannot carry them.

The result is a fixed point by construction: the canonical SMILES is read again until it no longer
changes, so ``standardize(s.smiles, "smiles").smiles == s.smiles`` and ``s.mol`` is, atom for atom,
what RDKit reads from ``s.smiles``. Nothing that follows depends on how a vendor drew it.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from rdkit import Chem, rdBase
from rdkit.Chem.MolStandardize import rdMolStandardize

from chem.diagnose import diagnose_molblock, diagnose_smiles, one_line
from chem.parent import choose_parent
from chem.records import Failure, StructureFormat

MAX_HEAVY_ATOMS = 999
MAX_SMILES = 10_000
"""Characters. Longer strings are refused unread: a 20,000-carbon chain crashes RDKit's writer."""
MAX_MOLBLOCK = 1_000_000
MAX_PASSES = 8

_MAPPED = re.compile(r":\d+\]")
_MAY_HOLD_QUERY = re.compile(r"[*~|]")


class Standardized(NamedTuple):
    """A parent molecule and what was done to reach it."""

    mol: Chem.Mol
    """Sanitized, hydrogens implicit (isotopic hydrogens stay atoms), atoms in SMILES order."""
    smiles: str
    """Canonical isomeric SMILES."""
    changes: tuple[str, ...]
    """What differs from the input, in order, each word once: ``removed_atom_maps``,
    ``removed_hydrogens``, ``disconnected_metal``, ``normalized``, ``reionized``,
    ``stripped_fragments``, ``neutralized``. Empty for a mere re-spelling of the same molecule."""


class _Tools(NamedTuple):
    """RDKit's standardizers, built once: building them is most of the cost of ``Cleanup()``."""

    metals: rdMolStandardize.MetalDisconnector
    normalizer: rdMolStandardize.Normalizer
    reionizer: rdMolStandardize.Reionizer
    uncharger: rdMolStandardize.Uncharger
    smiles_parameters: Chem.SmilesParserParams
    unusual: Chem.Mol
    carbon: Chem.Mol
    dummy: Chem.Mol


@cache
def _tools() -> _Tools:
    parameters = Chem.SmilesParserParams()
    parameters.parseName = False  # type: ignore[assignment]  # RDKit's stub is wrong
    with rdBase.BlockLogs():
        return _Tools(
            metals=rdMolStandardize.MetalDisconnector(),
            normalizer=rdMolStandardize.Normalizer(),
            reionizer=rdMolStandardize.Reionizer(),
            uncharger=rdMolStandardize.Uncharger(),
            smiles_parameters=parameters,
            # A molecule without such an atom has nothing to disconnect, normalize, reionize or
            # neutralize: all of RDKit's rules need a charge, a metal or another element, except
            # the sulfoxide rule (a three-coordinate sulfur). A test holds both paths equal.
            unusual=Chem.MolFromSmarts("[!+0,!#1&!#6&!#7&!#8&!#16&!F&!Cl&!Br&!I,#16&X3]"),
            carbon=Chem.MolFromSmarts("[#6]"),
            dummy=Chem.MolFromSmarts("[#0]"),
        )


def standardize(structure: str, format: StructureFormat) -> Standardized | Failure:
    """Turn a SMILES or a molblock into its parent molecule; a bad structure is a returned Failure.

    Failures (stage/code): ``parse/invalid_smiles``, ``parse/invalid_molblock``,
    ``parse/invalid_valence``, ``parse/kekulize``; ``standardize/query_atoms`` (dummy atoms,
    R groups, atom lists, any-bonds: not one molecule), ``standardize/too_large`` (more than 999
    heavy atoms in the record, or a SMILES over 10,000 characters, refused unread),
    ``standardize/no_organic_fragment`` (no atoms, or no fragment with a carbon: salts, metals,
    water, cisplatin), ``standardize/failed`` (RDKit raised; its message is the detail),
    ``standardize/unstable`` (no fixed point; never seen on real molecules).

    >>> standardize("Cl.CN(C)C", "smiles").smiles
    'CN(C)C'
    """
    too_long = MAX_SMILES if format == "smiles" else MAX_MOLBLOCK
    if len(structure) > too_long:
        detail = f"{len(structure):,} characters, the limit for a {format} is {too_long:,}"
        return Failure("standardize", "too_large", detail)
    with rdBase.BlockLogs():
        try:
            return _to_fixed_point(structure.strip() if format == "smiles" else structure, format)
        except Exception as error:
            return Failure("standardize", "failed", one_line(str(error)) or type(error).__name__)


def _to_fixed_point(structure: str, format: StructureFormat) -> Standardized | Failure:
    changes: dict[str, None] = {}
    seen = [structure] if format == "smiles" else []
    mol = _read_smiles(structure) if format == "smiles" else _read_molblock(structure, changes)
    for _ in range(MAX_PASSES):
        if isinstance(mol, Failure):
            return mol
        text = seen[-1] if seen else None
        refused = _refuse(mol, text)
        if refused is not None:
            return refused
        if text is not None:
            _drop_text_marks(mol, text, changes)
        mol = _clean(mol, changes)
        if not mol.HasSubstructMatch(_tools().carbon):
            return Failure("standardize", "no_organic_fragment", "no fragment contains carbon")
        smiles = Chem.MolToSmiles(mol)
        if not seen or text == structure:
            _note_charges(structure, smiles, changes)
        if smiles in seen:
            # Usually the last one. RDKit could also alternate between spellings of one molecule;
            # then the smallest of them stands for all, from whichever the walk began.
            chosen = min(seen[seen.index(smiles) :])
            if chosen != seen[-1]:
                mol = _read_smiles(chosen)
                if isinstance(mol, Failure):
                    return mol
            return Standardized(mol, chosen, tuple(changes))
        seen.append(smiles)
        mol = _read_smiles(smiles)
    return Failure("standardize", "unstable", f"still changing after {MAX_PASSES} passes")


def _read_smiles(smiles: str) -> Chem.Mol | Failure:
    if "\0" in smiles:
        # RDKit would read up to it and drop the rest.
        return Failure("parse", "invalid_smiles", "not a SMILES: it holds a NUL character")
    mol = Chem.MolFromSmiles(smiles, _tools().smiles_parameters)
    if mol is not None:
        return mol
    mol = Chem.MolFromSmiles(smiles, sanitize=False)
    if mol is None:
        return diagnose_smiles(smiles)
    return _disconnect_unsanitized(mol) or diagnose_smiles(smiles)


def _read_molblock(molblock: str, changes: dict[str, None]) -> Chem.Mol | Failure:
    try:
        mol = Chem.MolFromMolBlock(molblock, sanitize=True, removeHs=False)
        if mol is None:
            raw = Chem.MolFromMolBlock(molblock, sanitize=False, removeHs=False)
            mol = _disconnect_unsanitized(raw) if raw is not None else None
    except RuntimeError:
        mol = None
    if mol is None:
        return diagnose_molblock(molblock)
    written = mol.GetNumAtoms()
    mol = Chem.RemoveHs(mol)
    if mol.GetNumAtoms() < written:
        changes["removed_hydrogens"] = None
    if any(atom.GetAtomMapNum() for atom in mol.GetAtoms()):
        _remove_atom_maps(mol, changes)
    return mol


def _disconnect_unsanitized(mol: Chem.Mol) -> Chem.Mol | None:
    """Rescue a complex whose only fault is a ligand's valence, by cutting its metal first."""
    bonds = mol.GetNumBonds()
    mol.UpdatePropertyCache(strict=False)
    _tools().metals.DisconnectInPlace(mol)
    if mol.GetNumBonds() == bonds:
        return None
    if Chem.SanitizeMol(mol, catchErrors=True) != Chem.SanitizeFlags.SANITIZE_NONE:
        return None
    Chem.AssignStereochemistry(mol, cleanIt=True, force=True)
    return mol


def _refuse(mol: Chem.Mol, smiles: str | None) -> Failure | None:
    heavy = mol.GetNumHeavyAtoms()
    if heavy > MAX_HEAVY_ATOMS:
        detail = f"{heavy} heavy atoms, the limit is {MAX_HEAVY_ATOMS}"
        return Failure("standardize", "too_large", detail)
    if mol.GetNumAtoms() == 0:
        return Failure("standardize", "no_organic_fragment", "the structure has no atoms")
    may_hold_query = smiles is None or _MAY_HOLD_QUERY.search(smiles) is not None
    if may_hold_query and (mol.HasSubstructMatch(_tools().dummy) or _has_query(mol)):
        detail = "a dummy atom, R group, atom list or query bond: not one definite molecule"
        return Failure("standardize", "query_atoms", detail)
    return None


def _has_query(mol: Chem.Mol) -> bool:
    return any(atom.HasQuery() for atom in mol.GetAtoms()) or any(
        bond.HasQuery() or bond.GetBondType() == Chem.BondType.ZERO for bond in mol.GetBonds()
    )


def _drop_text_marks(mol: Chem.Mol, smiles: str, changes: dict[str, None]) -> None:
    if "[H]" in smiles:
        left = sum(atom.GetAtomicNum() == 1 for atom in mol.GetAtoms())
        if smiles.count("[H]") > left:
            changes["removed_hydrogens"] = None
    if _MAPPED.search(smiles):
        _remove_atom_maps(mol, changes)


def _remove_atom_maps(mol: Chem.Mol, changes: dict[str, None]) -> None:
    for atom in mol.GetAtoms():
        atom.SetAtomMapNum(0)
    changes["removed_atom_maps"] = None


def _note_charges(structure: str, smiles: str, changes: dict[str, None]) -> None:
    """RDKit itself turns a pentavalent nitro group or azide into the charged form as it reads."""
    if "+" in smiles and "+" not in structure and "CHG" not in structure:
        changes.setdefault("normalized")


def _clean(mol: Chem.Mol, changes: dict[str, None]) -> Chem.Mol:
    """Run the steps this molecule can need, noting those that changed it."""
    tools = _tools()
    unusual = mol.HasSubstructMatch(tools.unusual)
    if unusual:
        bonds = mol.GetNumBonds()
        tools.metals.DisconnectInPlace(mol)
        if mol.GetNumBonds() < bonds:
            changes["disconnected_metal"] = None
        _rewrite("normalized", tools.normalizer.normalizeInPlace, mol, changes)
        _rewrite("reionized", tools.reionizer.reionizeInPlace, mol, changes)
    if len(Chem.GetMolFrags(mol)) > 1:
        mol = choose_parent(mol)
        changes["stripped_fragments"] = None
    if unusual:
        _rewrite("neutralized", tools.uncharger.unchargeInPlace, mol, changes)
    return mol


def _rewrite(
    change: str, step: Callable[[Chem.Mol], None], mol: Chem.Mol, changes: dict[str, None]
) -> None:
    # The SMILES in the atoms' own order costs a third of the canonical one, and shows the change
    # as well: the steps keep that order.
    before = Chem.MolToSmiles(mol, canonical=False)
    step(mol)
    if Chem.MolToSmiles(mol, canonical=False) != before:
        changes[change] = None
