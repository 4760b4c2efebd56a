"""Standardizes structures: one compound, one structure, the parent that every later step sees.

The steps, in order: read; refuse metal complexes (chem.structure.parsing.metals); remove explicit
hydrogens and atom-map numbers; cut bonds to the metals of salts; normalize groups (nitro, N-oxide,
sulfoxide and the like are written one way); move protons to the strongest base (reionize); keep the
*parent*, the compound of a salt or solvate (chem.structure.parents.parent); neutralize all charges
that a proton can neutralize; draw the preferred tautomer, resonance form and inner salt
(chem.structure.normalize.preferred). Isotope labels and stereochemistry stay exactly as given: a
deuterated drug is another product, an undefined centre stays undefined, and a racemate, one of two
enantiomers or an atropisomer is kept as such in a CXSMILES (chem.structure.stereo.canonical).
Stereochemistry that cannot be kept is refused.

The result is a fixed point by construction: the canonical text is read again until it no longer
changes, so ``standardize(s.smiles, "smiles").smiles == s.smiles`` and ``s.mol`` is, atom for atom,
the molecule that RDKit reads from ``s.smiles``. No later step depends on a vendor's drawing.
"""

import re
from contextlib import suppress
from typing import NamedTuple

from rdkit import Chem, rdBase

from chem.records.message_text import one_line
from chem.records.records import Failure, StructureFormat
from chem.structure.normalize.preferred import draw_as_preferred
from chem.structure.parents.parent import INORGANIC_CARBON, no_organic_fragment
from chem.structure.parsing.parse import parse
from chem.structure.registration import registration_key
from chem.structure.repair import (
    Changes,
    clean,
    holds_carbon,
    is_unusual,
    prepare,
    remove_hydrogens,
)
from chem.structure.stereo.canonical import StereoError, axes_of, write_canonical
from chem.structure.stereo.centres_rdkit_drops import count_marks
from chem.structure.stereo.stereo_status import has_mirror_image, is_flagged_relative

MAX_PASSES = 16
STANDARDIZER = 3
"""Increased when a rule changes, so that libraries are prepared again."""

_MAY_NEED_REPAIR = re.compile(
    r"[.:*~|<>]|\[\d*(?:H|#|(?:[BCNOPS]|S[ie])H?[23]?\]|[bcnops]\])|=\[C@"
)
"""Several fragments, atom maps, query or dative bonds, explicit hydrogens, unpaired electrons (an
atom in square brackets without charge or configuration), a drawn allene."""
_HAS_CARBON = re.compile(r"c|C(?![a-z])")
"""For a SMILES without elements such as Sc; it may miss a carbon, but invents none."""


class Standardized(NamedTuple):
    """A parent molecule, and the changes made to reach it."""

    mol: Chem.Mol
    """Sanitized, hydrogens implicit (isotopic hydrogens stay atoms), atoms in SMILES order."""
    smiles: str
    """Canonical isomeric SMILES; CXSMILES if a racemate or the like needs it."""
    changes: tuple[str, ...]
    """Differences from the input, in order, each word once: ``removed_atom_maps``,
    ``removed_hydrogens``, ``disconnected_metal``, ``normalized``, ``reionized``,
    ``stripped_fragments``, ``unlisted_counterion`` (one of them is no known counterion, solvent or
    host), ``racemate`` (two mirror images became one molecule with a group ``&1``),
    ``neutralized``, ``tautomer`` (a hydrogen moved to the place where the rules draw it, or a
    geometry that cannot be bought was dropped), ``resonance`` (only charges and double bonds
    moved); and uncertain readings: ``dropped_stereo_group`` (a group over several centres without
    wedges), ``dropped_wedge`` (one without a meaning), ``assumed_absolute`` (centres without a
    chiral flag, read as drawn). Empty for a mere re-spelling of the same molecule."""
    key: str
    """Registration key: records with equal keys are one compound, however they were drawn."""


def standardize(structure: str, format: StructureFormat) -> Standardized | Failure:
    """Turn a SMILES or a molblock into its parent molecule; return a Failure for a bad structure.

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
            return _to_fixed_point(structure, format, Changes())
        except StereoError as error:
            return Failure("standardize", error.code, str(error))
        except MemoryError:
            raise  # the machine lacks memory, the molecule is not at fault: the caller decides
        except Exception as error:
            return Failure("standardize", "failed", one_line(str(error)) or type(error).__name__)


def trace(structure: str, format: StructureFormat) -> dict[str, str]:
    """Return each change that :func:`standardize` makes, with the SMILES right after it.

    The changes are in order. A repeated change has the SMILES after its first time. Empty if
    nothing is changed or the structure cannot be read.

    >>> trace("[Na+].CC(=O)[O-]", "smiles")
    {'stripped_fragments': 'CC(=O)[O-]', 'neutralized': 'CC(=O)O'}
    """
    found: dict[str, str] = {}

    def note(change: str, mol: Chem.Mol) -> None:
        if change not in found:
            found[change] = write_canonical(mol)

    with rdBase.BlockLogs(), suppress(Exception):  # standardize reports why it failed
        text = structure.strip() if format == "smiles" else structure
        _to_fixed_point(text, format, Changes(note))
    return found


def _take_as_it_is(smiles: str) -> Standardized | None:
    """Standardize a molecule that needs no repair; None if it may need one, or is a bad one.

    The steps of ``_to_fixed_point`` that are left out find nothing in such a molecule: a SMILES
    without a dot is one fragment, and without a bracketed hydrogen or an atom map has none to
    remove.
    """
    mol = parse(smiles, "smiles")
    seen, changes, open_ = smiles, Changes(), True
    marks = count_marks(smiles)
    for _ in range(MAX_PASSES):
        if isinstance(mol, Failure):
            return None
        if is_unusual(mol, seen):
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
    structure: str, format: StructureFormat, changes: Changes
) -> Standardized | Failure:
    mol = prepare(structure, format, changes)
    if isinstance(mol, Failure):
        return mol
    may_have_axes = "|" in structure if format == "smiles" else bool(axes_of(mol))
    is_relative = is_flagged_relative(mol, structure, format)
    mol = remove_hydrogens(mol, structure, format, changes)
    seen = [structure] if format == "smiles" else []
    redrawn: list[str] = []
    for _ in range(MAX_PASSES):
        cleaned = _clean(mol, may_have_axes, changes)
        if isinstance(cleaned, Failure):
            return cleaned
        mol, smiles = cleaned
        if smiles not in seen:
            seen.append(smiles)
            mol = parse(smiles, "smiles")
            if isinstance(mol, Failure):
                return mol
            continue
        # Usually the last one. RDKit could also alternate between spellings of one molecule; then
        # the smallest of them stands for all, whichever one came first.
        chosen = min(seen[seen.index(smiles) :])
        mol = mol if chosen == seen[-1] else parse(chosen, "smiles")
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
            changes = Changes() if chosen == structure else changes
        if isinstance(mol, Failure):
            return mol
        _note_reading(structure, chosen, mol, is_relative, changes)
        return Standardized(mol, chosen, changes.words, registration_key(mol, chosen))
    return Failure("standardize", "unstable", f"still changing after {MAX_PASSES} passes")


def _clean(mol: Chem.Mol, may_have_axes: bool, changes: Changes) -> tuple[Chem.Mol, str] | Failure:
    """Return a molecule after one pass of cleaning, and its canonical text."""
    cleaned = clean(mol, changes)
    if isinstance(cleaned, Failure):
        return cleaned
    is_stated = may_have_axes or len(cleaned.GetStereoGroups())
    smiles = write_canonical(cleaned) if is_stated else str(Chem.MolToSmiles(cleaned))
    if smiles in INORGANIC_CARBON or not holds_carbon(cleaned):
        return no_organic_fragment(cleaned)
    return cleaned, smiles


def _note_reading(
    structure: str, smiles: str, mol: Chem.Mol, is_relative: bool, changes: Changes
) -> None:
    """Note every reading that differs from what is written."""
    # RDKit itself turns a pentavalent nitro group or azide into the charged form while reading.
    if "+" in smiles and "+" not in structure and "CHG" not in structure:
        changes.add("normalized", mol)
    if is_relative and has_mirror_image(mol, smiles):
        changes.add("assumed_absolute", mol)
