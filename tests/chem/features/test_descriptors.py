import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import Descriptors, rdMolDescriptors, rdReducedGraphs

from chem.errors import InputError
from chem.features.descriptors import descriptors
from chem.features.fingerprints import count_fingerprints

DRUGS = ["COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1", "CC(=O)Oc1ccccc1C(=O)O", "C"]
NAMES = [name for name, _ in Descriptors.descList if name not in ("Ipc", "AvgIpc")]
COUNT = len(NAMES)


def test_columns_are_descriptors_and_three_kinds_of_counts() -> None:
    found = descriptors(DRUGS)
    assert found.dtype == np.float32
    assert found.shape == (3, COUNT + 315 + 1024 + 1024)
    logp = NAMES.index("MolLogP")
    for row, smiles in zip(found, DRUGS, strict=True):
        expected, _ = rdMolDescriptors.CalcCrippenDescriptors(Chem.MolFromSmiles(smiles))
        assert row[logp] == pytest.approx(expected, rel=1e-6)
    counts = count_fingerprints(DRUGS, size=1024)
    np.testing.assert_array_equal(found[:, COUNT + 315 : COUNT + 315 + 1024], counts)
    erg, avalon = found[:, COUNT : COUNT + 315], found[:, -1024:]
    assert (erg[:2].sum(axis=1) > 0).all()
    assert (avalon[:2].sum(axis=1) > 0).all()
    assert (avalon % 1 == 0).all()


def test_nothing_is_infinite() -> None:
    """RDKit has no Gasteiger charges for boron's neighbours."""
    found = descriptors(["C[B-](F)(F)F", "CC[Se]C", "C" * 300])
    assert not np.isinf(found).any()


def test_erg_is_that_of_a_molecule_which_no_descriptor_has_touched() -> None:
    """Descriptors leave a matrix of paths in a molecule, which changes the ErG of barbiturates."""
    barbiturate = "CCC1(CCC(C)C)C(=O)NC(=O)NC1=O"
    found = descriptors([barbiturate])[0, COUNT : COUNT + 315]
    fresh = rdReducedGraphs.GetErGFingerprint(Chem.MolFromSmiles(barbiturate))
    np.testing.assert_array_equal(found, np.asarray(fresh, np.float32))


def test_progress_is_told() -> None:
    lines: list[tuple[str, int, int]] = []
    descriptors(DRUGS, lambda *line: lines.append(line))
    assert lines == [("descriptors", 0, 3)]


def test_no_molecules_make_no_rows() -> None:
    assert len(descriptors([])) == 0


def test_names_the_molecule_it_cannot_read() -> None:
    with pytest.raises(InputError, match="'CCQ' at position 1"):
        descriptors(["CC", "CCQ"])
