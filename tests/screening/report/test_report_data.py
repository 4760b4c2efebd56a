from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem, DataStructs
from rdkit.Chem import rdFingerprintGenerator

from screening.report.report_data import SIDE, _distances, map_points

SAMPLE = Path(__file__).parents[2] / "files" / "chem" / "approved_sample.smi"


@pytest.fixture(scope="module")
def drugs() -> list[str]:
    found = [line.split()[0] for line in SAMPLE.read_text().splitlines()]
    return [smiles for smiles in found if Chem.MolFromSmiles(smiles) is not None][:60]


def test_distances_are_those_of_rdkit(drugs: list[str]) -> None:
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
    bits = [generator.GetFingerprint(Chem.MolFromSmiles(smiles)) for smiles in drugs]
    expected = [[1 - DataStructs.TanimotoSimilarity(a, b) for a in bits] for b in bits]
    assert _distances(drugs) == pytest.approx(np.array(expected), abs=1e-6)


def test_equal_structures_stand_in_one_place(drugs: list[str]) -> None:
    points = map_points([*drugs, drugs[3]])
    assert points[-1] == points[3]
    assert len(set(points)) > 50
    assert all(0 <= coordinate <= SIDE for point in points for coordinate in point)


def test_no_structure_no_point() -> None:
    assert map_points([]) == []
