"""A campaign's own results move the predictions of a bundle, and nothing else of it."""

import shutil
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from chem.features.graphs import featurizer_spec
from gnn.assembly.structures import read_graph
from gnn.bundle.bundle import Bundle, load_bundle, write_card
from gnn.bundle.find_bundle import find_bundle
from gnn.bundle.own_results import FILE
from gnn.bundle.predict import Predictor
from gnn.bundle.surrogate import FILE as SURROGATE
from gnn.bundle.surrogate_predict import SurrogatePredictor
from gnn.candidates.learn import (
    OTHER_TASK,
    TRAINED_ON,
    UNREADABLE,
    learn_results,
    write_learned,
)
from gnn.candidates.own_measured import Result
from gnn.errors import ModelError
from gnn.explain.attribution import Attributor
from gnn.features.array_types import Floats32
from gnn.features.graph_arrays import collect
from screening.evidence.evidence import ITSELF
from screening.evidence.neighbours import nearest_measured

# Made up, so that no public set has them.
SERIES = [
    f"Cn1nc({tail})c2cnc(NC3CCN(C(=O){acyl})CC3)nc21"
    for tail in ("C4CC4", "c4ccccc4F", "C(C)(C)O", "N4CCOCC4")
    for acyl in ("C5CCC5", "c5cnsc5", "CC#N")
]
OTHERS = ["CC(C)CC1NC(=O)CN(CC2CCCC2)C1=O", "OC1CC2CCC1O2", "CCN(CC)CCSC1CCCC1"]
CAMPAIGN = "0" * 64


@pytest.fixture(scope="module")
def base() -> Bundle:
    return load_bundle(find_bundle("activity"), featurizer_spec()["hash"])


def predict(bundle: Bundle, smiles: list[str]) -> dict[str, Floats32]:
    graphs = [read_graph(text).graph for text in smiles]  # type: ignore[union-attr]
    return Predictor([bundle]).predict(collect(graphs))


def results(base: Bundle, shift: float, plates: int = 2) -> list[Result]:
    """Return results of eight compounds of the series, that far from the predictions."""
    value = predict(base, SERIES[:8])["activity_EGFR"]
    return [
        Result("EGFR", smiles, float(value[at]) + shift, 0, at * plates // 8)
        for at, smiles in enumerate(SERIES[:8])
    ]


def learned(base: Bundle, rows: list[Result], out: Path) -> Bundle:
    write_learned(base, learn_results(base, rows), CAMPAIGN, out)
    return load_bundle(out, featurizer_spec()["hash"])


@pytest.fixture(scope="module")
def moved(base: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """The bundle, moved once by the results of the series; it takes ten seconds."""
    return learned(base, results(base, 1.0), tmp_path_factory.mktemp("learned") / "moved")


def test_the_rest_of_the_series_follows_and_nothing_else_changes(
    base: Bundle, moved: Bundle
) -> None:
    before, now = (predict(one, SERIES[8:] + OTHERS) for one in (base, moved))
    for column, found in now.items():
        if not column.startswith("activity_EGFR_") and column != "activity_EGFR":
            assert found.tobytes() == before[column].tobytes()
    change = now["activity_EGFR"] - before["activity_EGFR"]
    assert change[:4].min() > 0.2
    assert change[:4].max() < 1
    assert np.abs(change[4:]).max() < 0.05
    low, high = now["activity_EGFR_lo"], now["activity_EGFR_hi"]
    assert (low < now["activity_EGFR"]).all()
    assert (now["activity_EGFR"] < high).all()
    for column in ("activity_EGFR_std", "activity_EGFR_hi"):
        assert (now[column] > 0).all()
    share, share_now = (
        found["activity_EGFR_std"] / (found["activity_EGFR_hi"] - found["activity_EGFR_lo"])
        for found in (before, now)
    )
    np.testing.assert_allclose(share_now, share, rtol=1e-5)


def test_the_card_tells_what_earlier_results_foresaw(base: Bundle, moved: Bundle) -> None:
    card = moved.card
    assert card.own_results is not None
    assert card.own_results.base == base.sha256
    one = card.own_results.tasks["EGFR"]
    assert (one.results, one.events, one.foreseen) == (8, 2, 4)
    assert one.rmse is not None
    assert one.rmse_before == pytest.approx(1, abs=1e-3)
    assert one.rmse < 0.8
    assert card.name == base.card.name


def test_molecules_are_moved_alike_in_any_batch(moved: Bundle) -> None:
    whole = predict(moved, SERIES + OTHERS)
    alone = predict(moved, [SERIES[10]])
    assert all(found[0].tobytes() == whole[name][10].tobytes() for name, found in alone.items())


def test_results_are_replaced_and_not_added_up(base: Bundle, moved: Bundle, tmp_path: Path) -> None:
    twice = learned(moved, results(base, 1.0), tmp_path / "twice")
    assert twice.card.own_results == moved.card.own_results
    assert (twice.path / FILE).read_bytes() == (moved.path / FILE).read_bytes()


def test_what_cannot_move_predictions_is_counted(base: Bundle, tmp_path: Path) -> None:
    erlotinib = "C#Cc1cccc(Nc2ncnc3cc(OCCOC)c(OCCOC)cc23)c1"
    rows = [
        Result("EGFR", SERIES[1], 9.0, 1, 0),
        Result("EGFR", erlotinib, 9.0, 0, 0),
        Result("EGFR", "not a structure", 9.0, 0, 0),
        Result("herg", SERIES[0], 9.0, 0, 0),
    ]
    card = learned(base, rows, tmp_path / "moved").card
    assert card.own_results is not None
    assert card.own_results.left_out == {TRAINED_ON: 1, UNREADABLE: 1, OTHER_TASK: 1}
    assert card.own_results.tasks["EGFR"].results == 1
    with pytest.raises(ModelError, match="no result can move predictions"):
        learn_results(base, rows[1:])


def test_bounds_that_agree_hold_a_series_back(base: Bundle, tmp_path: Path) -> None:
    value = predict(base, SERIES[:8])["activity_EGFR"]
    apart = [Result("EGFR", SERIES[at], float(value[at]) + 1, 0, 0) for at in range(2)]
    agree = [Result("EGFR", SERIES[at], float(value[at]) + 0.1, -1, 0) for at in range(2, 8)]
    before = predict(base, SERIES[8:])["activity_EGFR"]
    alone, held = (
        predict(learned(base, rows, tmp_path / name), SERIES[8:])["activity_EGFR"] - before
        for name, rows in (("alone", apart), ("held", apart + agree))
    )
    assert alone.min() > 0.1
    assert np.abs(held).mean() < 0.5 * alone.mean()


def test_hits_are_shown_beside_the_own_results(base: Bundle, tmp_path: Path) -> None:
    rows = results(base, 1.0)
    known = base.measured_compounds
    assert known is not None
    # A compound of the literature that was measured again says nothing new to the predictions.
    rows.append(Result("EGFR", str(known.smiles[known.of("EGFR").rows[0]]), 5.5, 0, 1))
    moved = learned(base, rows, tmp_path / "moved")
    measured = moved.measured_compounds
    assert measured is not None
    assert len(measured) == len(known) + 9
    (near,) = nearest_measured(SERIES[:1], [moved], ["activity_EGFR"])
    assert near["activity_EGFR"][0].same == ITSELF
    assert near["activity_EGFR"][0].id.endswith("(own result)")
    assert near["activity_EGFR"][0].value == pytest.approx(rows[0].value)
    (again,) = nearest_measured([rows[-1].smiles], [moved], ["activity_EGFR"])
    own, theirs, *_ = again["activity_EGFR"]
    assert (own.same, own.value, theirs.same) == (ITSELF, 5.5, ITSELF)


def test_a_compound_measured_again_is_no_evidence(base: Bundle) -> None:
    rows = results(base, 1.0, plates=1)
    again = [one._replace(event=1) for one in rows[:4]]
    card = learn_results(base, rows + again).tasks["EGFR"]
    assert (card.results, card.events, card.foreseen, card.rmse) == (12, 2, 0, None)


def test_contributions_of_atoms_add_up_to_the_moved_prediction(base: Bundle, moved: Bundle) -> None:
    graphs = collect([read_graph(SERIES[9]).graph])  # type: ignore[union-attr]
    found = Attributor([moved], ["activity_EGFR"]).explain(graphs)
    total = float(found.base[0, 0] + found.atoms[:, 0].sum())
    assert total == pytest.approx(float(predict(moved, SERIES[9:10])["activity_EGFR"][0]), abs=0.02)
    assert total - float(predict(base, SERIES[9:10])["activity_EGFR"][0]) > 0.2


def test_a_surrogate_is_moved_like_the_bundle(base: Bundle, moved: Bundle, tmp_path: Path) -> None:
    twice = learned(moved, results(base, -1.0), tmp_path / "twice")
    assert (tmp_path / "twice" / SURROGATE).exists()
    columns = ["activity_EGFR", "activity_EGFR_std"]
    others = "activity_CDK2" if "CDK2" in {task.name for task in base.card.tasks} else None
    graphs = collect([read_graph(one).graph for one in SERIES])  # type: ignore[union-attr]
    for changed in (moved, twice):
        before, after = (
            SurrogatePredictor([one], columns).predict(graphs) for one in (base, changed)
        )
        exact_before, exact_after = (predict(one, SERIES) for one in (base, changed))
        by = after["activity_EGFR"] - before["activity_EGFR"]
        exact = exact_after["activity_EGFR"] - exact_before["activity_EGFR"]
        assert np.abs(exact).max() > 0.2
        # Their deviations differ; the movement is in units of these.
        in_deviations = exact / exact_before["activity_EGFR_std"]
        assert np.allclose(by / before["activity_EGFR_std"], in_deviations, rtol=0.01)
        width = after["activity_EGFR_std"] / before["activity_EGFR_std"]
        exact_width = exact_after["activity_EGFR_std"] / exact_before["activity_EGFR_std"]
        assert np.allclose(width, exact_width, atol=1e-3)
        alone = SurrogatePredictor([changed], columns[:1]).predict(graphs)
        assert np.allclose(alone["activity_EGFR"], after["activity_EGFR"], atol=1e-6)
        if others is not None:
            same = (SurrogatePredictor([one], [others]).predict(graphs) for one in (base, changed))
            first, second = (one[others] for one in same)
            assert np.array_equal(first, second)


def test_a_bundle_that_does_not_know_its_errors_is_refused(base: Bundle) -> None:
    card = base.card.model_copy(update={"shared_error": None})
    other = Bundle(base.path, card, base.networks, base.domain)
    with pytest.raises(ModelError, match="does not say how the errors of similar compounds"):
        learn_results(other, results(base, 1.0))


def test_a_damaged_file_of_results_is_refused(moved: Bundle, tmp_path: Path) -> None:
    folder = shutil.copytree(moved.path, tmp_path / "moved")
    content = (folder / FILE).read_bytes()
    (folder / FILE).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(ModelError, match="restore the bundle"):
        load_bundle(folder, featurizer_spec()["hash"])
    (folder / FILE).unlink()
    with pytest.raises(ModelError, match="cannot read"):
        load_bundle(folder, featurizer_spec()["hash"])
    assert moved.card.own_results is not None
    shutil.copyfile(find_bundle("activity") / "card.json", folder / FILE)
    own = moved.card.own_results.model_copy(
        update={"sha256": sha256((folder / FILE).read_bytes()).hexdigest()}
    )
    write_card(folder, moved.card.model_copy(update={"own_results": own}))
    with pytest.raises(ModelError, match="does not fit its card"):
        load_bundle(folder, featurizer_spec()["hash"])


def test_a_folder_that_is_not_empty_is_refused(base: Bundle, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ModelError, match="is not empty"):
        learned(base, results(base, 1.0), tmp_path)
