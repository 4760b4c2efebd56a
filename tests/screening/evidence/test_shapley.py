"""Hits are explained in workers: in rank order, atom by atom, adding up to their scores."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from distributed import Client
from rdkit import Chem

from chem.errors import InputError
from chem.features.graphs import featurizer_spec, written_graphs
from chem.structure.standardize import Standardized, standardize
from gnn.bundle.bundle import Bundle
from gnn.bundle.predict import Predictor
from gnn.features.graph_arrays import collect
from gnn.models.losses import logistic
from screening.evidence.shapley import CHUNK, Explaining, explain, explain_hits
from screening.score.model_refs import ModelRefs
from screening.score.worker_models import model_refs

FEATURIZER = featurizer_spec()["hash"]
TASKS = ("small_EGFR", "small_herg")


@pytest.fixture(scope="module")
def hits(drugs: list[Chem.Mol]) -> list[str]:
    """Standardized SMILES of more drugs than a worker explains in one go."""
    assert len(drugs) > 2 * CHUNK
    return [Chem.MolToSmiles(mol) for mol in drugs[: 2 * CHUNK + 5]]


@pytest.fixture(scope="module")
def small(make_bundle: Callable[..., Bundle], tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return make_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def work(small: Bundle) -> Explaining:
    return Explaining(model_refs([small], FEATURIZER, bfloat16=False), TASKS)


def test_hits_keep_their_order_and_atoms(
    client: Client, work: Explaining, small: Bundle, hits: list[str]
) -> None:
    told: list[tuple[str, int, int | None]] = []
    found = explain_hits(client, work.models, hits, TASKS, lambda *news: told.append(news))
    assert len(found) == len(hits)
    assert told[-1] == ("explain", len(hits), len(hits))
    graphs = collect([one.graph for one in written_graphs(hits)])
    said = Predictor([small], bfloat16=False).predict(graphs)
    for row, (smiles, tasks) in enumerate(zip(hits, found, strict=True)):
        assert [one.task for one in tasks] == list(TASKS)
        for one in tasks:
            assert one.atoms.shape == (Chem.MolFromSmiles(smiles).GetNumAtoms(),)
            assert one.atoms.dtype == np.float32
        assert tasks[0].total == pytest.approx(said["small_EGFR"][row], abs=1e-4)
        risk = logistic(np.array([tasks[1].total]))[0]
        assert risk == pytest.approx(said["small_herg"][row], abs=1e-5)
    # The same as here, where nothing is cut into chunks.
    for mine, theirs in zip(explain(work, hits), found, strict=True):
        for one, other in zip(mine, theirs, strict=True):
            assert one.base == other.base
            np.testing.assert_array_equal(one.atoms, other.atoms)


def test_labelled_hydrogens_are_counted_and_contribute_nothing(work: Explaining) -> None:
    made = standardize("[2H]C([2H])([2H])Oc1ccccc1", "smiles")
    assert isinstance(made, Standardized)
    labelled = [atom.GetSymbol() == "H" for atom in Chem.MolFromSmiles(made.smiles).GetAtoms()]
    assert sum(labelled) == 3
    (found,) = explain(work, [made.smiles])
    (plain,) = explain(work, ["COc1ccccc1"])
    for one, other in zip(found, plain, strict=True):
        assert (one.atoms[labelled] == 0).all()
        assert one.total == pytest.approx(other.total, abs=1e-5)


def test_nothing_to_explain(client: Client, work: Explaining) -> None:
    assert explain_hits(client, work.models, [], TASKS) == []
    assert explain_hits(client, work.models, ["CCO"], ()) == [()]


def test_an_unreadable_hit_is_one_clear_line(client: Client, work: Explaining) -> None:
    with pytest.raises(InputError, match="'CCQ', expected a SMILES"):
        explain_hits(client, work.models, ["CCO", "CCQ"], TASKS)


def test_another_bundle_of_that_name_is_refused(
    work: Explaining, tmp_path: Path, make_bundle: Callable[..., Bundle]
) -> None:
    ((_, sha256, surrogate),) = work.models.bundles
    make_bundle(tmp_path, seed=1)
    other = Explaining(ModelRefs(((str(tmp_path), sha256, surrogate),), FEATURIZER), TASKS)
    with pytest.raises(InputError, match="not the one that the run was planned with"):
        explain(other, ["CCO"])
