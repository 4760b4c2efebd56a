"""Count how many ways of drawing an approved drug lead to its one key.

    python tests/measure/keys.py 500

Drawn otherwise: RDKit's tautomers (at most 200 a drug), protonated and deprotonated forms, their
salts, resonance forms, and ten orders of atoms. docs/decisions/structures.md quotes the table. A
tautomer that loses or makes a stereocentre is another statement and is counted apart.
"""

import random
import sys
from collections import Counter
from collections.abc import Iterator

import numpy as np
from rdkit import Chem, rdBase
from rdkit.Chem.MolStandardize import rdMolStandardize

from chem.records.records import Failure
from chem.structure.standardize import Standardized, standardize
from data.public_sets.presumed import molecules_of

BASE = Chem.MolFromSmarts(
    "[N;X3;!$(N-[#6,#16,#15]=[O,S,N]);!$(N-c);!$(N-[#7,#8]);!$(N-C=C);!$(N-C#N)]"
)
PYRIDINE = Chem.MolFromSmarts("[n;X2;r6]")
ACID = Chem.MolFromSmarts("[O,S;H1]-[C,S,P]=[O,S]")
ACIDIC_NITROGEN = Chem.MolFromSmarts("[nH,$([N;H1](C=O)[C,S]=O)]")
LARGEST = 60
"""Heavy atoms: RDKit's enumeration takes minutes for larger drugs."""


def carbon_hydrogens(mol: Chem.Mol) -> list[int]:
    return sorted(a.GetTotalNumHs() for a in mol.GetAtoms() if a.GetAtomicNum() == 6)


def centres(mol: Chem.Mol) -> int:
    return len(Chem.FindMolChiralCenters(mol, useLegacyImplementation=False))


def tautomers(mol: Chem.Mol) -> Iterator[tuple[str, str]]:
    parameters = rdMolStandardize.CleanupParameters()
    # RDKit's stubs take every setting for settings in turn.
    parameters.maxTautomers = 200  # type: ignore[assignment]
    parameters.maxTransforms = 400  # type: ignore[assignment]
    parameters.tautomerRemoveSp3Stereo = False  # type: ignore[assignment]
    parameters.tautomerRemoveBondStereo = False  # type: ignore[assignment]
    parameters.tautomerRemoveIsotopicHs = False  # type: ignore[assignment]
    for one in rdMolStandardize.TautomerEnumerator(parameters).Enumerate(mol):
        written = Chem.MolToSmiles(one)
        read = Chem.MolFromSmiles(written)
        if read is None:
            continue
        if centres(read) != centres(mol):
            yield "tautomers, a stereocentre lost or made", written
        elif carbon_hydrogens(read) == carbon_hydrogens(mol):
            yield "tautomers, hydrogens on heteroatoms", written
        else:
            yield "tautomers, hydrogens on carbon", written


def ionized(mol: Chem.Mol) -> Iterator[tuple[str, str]]:
    for query, charge in ((BASE, 1), (PYRIDINE, 1), (ACID, -1), (ACIDIC_NITROGEN, -1)):
        matches = mol.GetSubstructMatches(query)
        changed = Chem.RWMol(mol)
        sites = sorted({one[0] for one in (matches[:1] if charge > 0 else matches)})
        for site in sites:
            atom = changed.GetAtomWithIdx(site)
            hydrogens = atom.GetTotalNumHs()
            atom.SetFormalCharge(charge)
            atom.SetNoImplicit(True)
            atom.SetNumExplicitHs(hydrogens + charge)
        if not sites or Chem.SanitizeMol(changed, catchErrors=True):
            continue
        written = Chem.MolToSmiles(changed)
        if Chem.MolFromSmiles(written) is not None:
            yield "protonated or deprotonated", written
            yield "salts", written + (".[Cl-]" if charge > 0 else ".[Na+]" * len(sites))
    if mol.HasSubstructMatch(BASE):
        yield "salts", Chem.MolToSmiles(mol) + ".Cl"


def resonance(mol: Chem.Mol) -> Iterator[tuple[str, str]]:
    charged = any(atom.GetFormalCharge() for atom in mol.GetAtoms())
    flags = Chem.ALLOW_CHARGE_SEPARATION | Chem.ALLOW_INCOMPLETE_OCTETS if charged else 0
    for one in Chem.ResonanceMolSupplier(mol, flags, 20):
        if one is None:
            continue
        read = Chem.Mol(one)
        if not Chem.SanitizeMol(read, catchErrors=True):
            written = Chem.MolToSmiles(read)
            if Chem.MolFromSmiles(written) is not None:
                yield "resonance forms", written


def orders(mol: Chem.Mol) -> Iterator[tuple[str, str]]:
    for _ in range(10):
        order = list(range(mol.GetNumAtoms()))
        random.shuffle(order)
        yield "orders of atoms", Chem.MolToSmiles(Chem.RenumberAtoms(mol, order), canonical=False)


def drugs(count: int) -> list[Standardized]:
    """Draw approved drugs, each compound once."""
    found: dict[str, Standardized] = {}
    listed = molecules_of("approved_drugs", 10_000, np.random.default_rng(0))
    random.shuffle(listed)
    for smiles in listed:
        one = standardize(smiles, "smiles")
        if isinstance(one, Standardized) and one.mol.GetNumHeavyAtoms() < LARGEST:
            found.setdefault(one.key, one)
        if len(found) == count:
            break
    return list(found.values())


def main() -> None:
    random.seed(0)
    chosen = drugs(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
    forms: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    missed = []
    with rdBase.BlockLogs():
        for drug in chosen:
            for make in (tautomers, ionized, resonance, orders):
                for kind, smiles in sorted(set(make(drug.mol))):
                    one = standardize(smiles, "smiles")
                    forms[kind] += 1
                    if not isinstance(one, Failure) and one.key == drug.key:
                        kept[kind] += 1
                    else:
                        missed.append((kind, drug.smiles, smiles))
    print(f"{len(chosen)} approved drugs")
    for kind, count in forms.items():
        print(f"{kind}: {kept[kind]} of {count} ({kept[kind] / count:.1%})")
    if "--missed" in sys.argv:
        for line in missed:
            print(*line, sep="\t")


if __name__ == "__main__":
    main()
