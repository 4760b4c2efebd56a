from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem, DataStructs
from rdkit.Chem import rdFingerprintGenerator

from chem.errors import InputError
from chem.features.fingerprints import count_fingerprints
from chem.structure.standardize import Standardized, standardize
from data.activities.activity import UPPER, ActivityTable
from data.catalogue import catalogue
from data.catalogue.catalogue import dataset
from data.public_sets import presumed
from data.public_sets.presumed import nearest_similarity, presume_inactive
from data.public_sets.sets import read_activities

FILES = Path(__file__).parents[2] / "files/data"


def standard(smiles: list[str]) -> list[str]:
    found = [standardize(text, "smiles") for text in smiles]
    return [one.smiles for one in found if isinstance(one, Standardized)]


def bits(smiles: list[str]) -> np.ndarray:
    return (count_fingerprints(smiles) > 0).astype(np.float32)


def nearest_by_rdkit(smiles: list[str], known: list[str]) -> list[float]:
    """The largest Tanimoto similarity by RDKit's bulk function over counts cut to bits."""
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
    prints = [[generator.GetFingerprint(Chem.MolFromSmiles(s)) for s in g] for g in (smiles, known)]
    return [max(DataStructs.BulkTanimotoSimilarity(one, prints[1])) for one in prints[0]]


@pytest.fixture(scope="module")
def kinases() -> ActivityTable:
    return read_activities(FILES / "kinase200_sample.csv", dataset("kinase200"))


@pytest.fixture(scope="module")
def tox21() -> list[str]:
    table = read_activities(FILES / "tox21_sample.csv", dataset("tox21"))
    return standard([str(smiles) for smiles in table.smiles])


@pytest.fixture
def _local_sets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A mirror that holds the samples under the names of the whole sets."""
    changed = dict(catalogue.datasets())
    for name, sample in (
        ("tox21", "tox21_sample.csv"),
        ("moleculeace_chembl204_ki", "moleculeace_sample.csv"),
    ):
        content = (FILES / sample).read_bytes()
        (tmp_path / sample).write_bytes(content)
        update = {"file": sample, "sha256": sha256(content).hexdigest(), "digest": "file"}
        changed[name] = changed[name].model_copy(update=update)
    library = b"smiles\tid\nCCCCCCCCCCCC\ta\nC1CCCCC1\tb\nCCQ\tc\n"
    (tmp_path / "library.smi").write_bytes(library)
    update = {"file": "library.smi", "sha256": sha256(library).hexdigest(), "digest": "file"}
    changed["zinc_leadlike"] = changed["zinc_leadlike"].model_copy(update=update)
    monkeypatch.setenv("HITLIST_MIRROR", str(tmp_path))
    monkeypatch.setenv("HITLIST_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(catalogue, "datasets", lambda: changed)


def test_similarities_are_those_of_rdkit(kinases: ActivityTable, tox21: list[str]) -> None:
    known = standard([str(smiles) for smiles in kinases.smiles])
    found = nearest_similarity(bits(tox21), bits(known))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, nearest_by_rdkit(tox21, known), rtol=1e-6)
    assert nearest_similarity(bits(known[:3]), bits(known)).tolist() == [1.0] * 3


@settings(max_examples=30)
@given(n=st.integers(0, 9), m=st.integers(0, 40), seed=st.integers(0, 99))
def test_blocks_change_nothing(n: int, m: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    one, known = (generator.integers(0, 2, (k, 12)).astype(np.float32) for k in (n, m))
    one[:1] = 0  # an empty row is like nothing, not even like another
    expected = [
        max((float((a * b).sum() / max((a + b > 0).sum(), 1)) for b in known), default=0.0)
        for a in one
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(presumed, "_BLOCK", 2)
        np.testing.assert_allclose(nearest_similarity(one, known), expected, rtol=1e-6)


@pytest.mark.usefixtures("_local_sets")
def test_presumed_molecules_are_far_bounded_and_trained_on(kinases: ActivityTable) -> None:
    sets = ["tox21", "moleculeace_chembl204_ki", "zinc_leadlike"]
    found = presume_inactive(kinases, sets, 12, 5.0, 6, 0.35, seed=1)
    smiles = [str(text) for text in found.smiles]
    assert len(smiles) == len(set(smiles)) == 12
    assert standard(smiles) == smiles
    known = standard([str(text) for text in kinases.smiles])
    assert max(nearest_by_rdkit(smiles, known)) < 0.35
    assert found.tasks == kinases.tasks
    assert (found.is_measured.sum(axis=1) == 6).all()
    assert (found.values[found.is_measured] == 5.0).all()
    assert (found.bounds[found.is_measured] == UPPER).all()
    assert found.split is not None
    assert set(found.split) == {"train"}
    assert len(set(found.ids)) == 12
    assert len({tuple(row) for row in found.is_measured.tolist()}) > 6  # tasks are drawn
    assert "presumed inactive" in found.notes[0]
    together = ActivityTable.concat([kinases, found])
    assert len(together) == len(kinases) + 12


@pytest.mark.usefixtures("_local_sets")
def test_the_seed_draws_them(kinases: ActivityTable) -> None:
    draws = [presume_inactive(kinases, ["tox21"], 5, 5.0, 2, 0.35, seed) for seed in (1, 1, 2)]
    assert list(draws[0].smiles) == list(draws[1].smiles)
    np.testing.assert_array_equal(draws[0].values, draws[1].values)
    assert list(draws[0].smiles) != list(draws[2].smiles)


@pytest.mark.usefixtures("_local_sets")
@pytest.mark.parametrize(
    ("sets", "count", "similarity"),
    [
        pytest.param(["tox21"], 500, 0.35, id="more than there are"),
        pytest.param(["tox21"], 5, 1e-6, id="nothing is that far"),
    ],
)
def test_too_few_molecules_are_told_in_one_line(
    kinases: ActivityTable, sets: list[str], count: int, similarity: float
) -> None:
    with pytest.raises(InputError, match=rf"^[^\n]*expected {count};[^\n]*$"):
        presume_inactive(kinases, sets, count, 5.0, 2, similarity, seed=0)


def test_a_bound_without_a_logarithm_is_refused_before_any_work(kinases: ActivityTable) -> None:
    hours = kinases.tasks[0]._replace(scale="log10")
    table = replace(kinases, tasks=(hours, *kinases.tasks[1:]))
    with pytest.raises(InputError, match=r"^found the presumed bound 0 [^\n]*above 0; change"):
        presume_inactive(table, ["no such set"], 5, 0.0, 2, 0.35, 0)
