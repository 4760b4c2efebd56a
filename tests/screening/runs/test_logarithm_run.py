"""A screen for a long half-life: its model learns logarithms, its files show hours."""

import csv
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from distributed import Client

from chem.features.graphs import written_graphs
from gnn.bundle.bundle import Bundle, load_bundle, write_card
from gnn.bundle.predict import Predictor
from gnn.calibration.conformal import INTERVAL_STDS, NORMAL_90
from gnn.features.graph_arrays import collect
from screening.evidence.recheck import compare_predictions
from screening.hits.top import top_table
from screening.objective.screen_file import hash_screen, load_screen
from screening.objective.screen_settings import Screen
from screening.runs.dossier import open_dossier
from screening.runs.dossier_page import render_dossier
from screening.runs.past_run import open_run
from screening.runs.plan import plan_run
from screening.runs.rerank import check_rerank, rank_again
from screening.runs.run import run_screen
from screening.runs.write_run import Outcome
from screening.score.predicted_columns import logarithm_tasks, with_scales
from tests.conftest import MakeBundle

Row = dict[str, str]


@pytest.fixture(scope="module")
def bundle(
    make_bundle: MakeBundle,
    give_surrogate: Callable[..., Bundle],
    tmp_path_factory: pytest.TempPathFactory,
) -> Bundle:
    folder = tmp_path_factory.mktemp("bundle")
    tasks = (("half_life", "r"), ("clearance", "r"), ("herg", "c"))
    card = make_bundle(folder, "pk", tasks).card
    logs = [
        one.model_copy(update={"scale": "log10", "unit": unit})
        for one, unit in zip(card.tasks[:2], ("h", "mL/min per g"), strict=True)
    ]
    write_card(folder, card.model_copy(update={"tasks": (*logs, card.tasks[2])}))
    return give_surrogate(load_bundle(folder, card.featurizer))


@pytest.fixture(scope="module")
def screen(bundle: Bundle, objective: Callable[..., Screen]) -> Screen:
    """The networks are untrained, and shifted by 6: about a million hours."""
    found = {
        "name": "long",
        "title": "Long half-life",
        "library": objective("EGFR", 3).library,
        "bundles": [str(bundle.path)],
        "hits": 8,
        "primary": [{"task": "pk_half_life", "zero": 1e4, "full": 1e7}],
        "liabilities": [{"task": "pk_clearance", "zero": 1e7, "full": 1e5}],
    }
    return Screen.model_validate(found)


@pytest.fixture(scope="module")
def run(screen: Screen, lone: Client, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("run")
    return run_screen(plan_run(screen, folder / "run", prepared=folder / "prepared"), lone)


@pytest.fixture(scope="module")
def hits(run: Outcome, hits_of: Callable[[Path], list[Row]]) -> list[Row]:
    return hits_of(run.folder)


def test_the_card_sets_the_scale_whatever_the_screen_says(bundle: Bundle, screen: Screen) -> None:
    assert logarithm_tasks([bundle]) == {"pk_half_life", "pk_clearance"}
    known = with_scales(screen, [bundle])
    assert known.objective.primary[0].scale == "log10"
    assert known.objective.liabilities[0].scale == "log10"
    assert with_scales(known, [bundle]) is known
    linear = bundle.card.model_copy(
        update={
            "tasks": tuple(one.model_copy(update={"scale": "linear"}) for one in bundle.card.tasks)
        }
    )
    plain = Bundle(bundle.path, linear, bundle.networks)
    assert with_scales(known, [plain]) == screen
    assert hash_screen(with_scales(known, [plain])) == hash_screen(screen)


def test_every_value_is_above_0_and_the_cautious_one_is_of_the_logarithm(hits: list[Row]) -> None:
    assert len(hits) == 8
    for hit in hits:
        value, low, high = (float(hit[f"pk_half_life{end}"]) for end in ("", "_lo", "_hi"))
        assert 0 < low < value < high
        assert float(hit["half_life_lower"]) == pytest.approx(
            value * (low / high) ** (1 / INTERVAL_STDS), rel=0.02
        )
        assert float(hit["half_life_std"]) == pytest.approx((high - low) / INTERVAL_STDS, rel=0.02)
        assert "90 % interval" in hit["reason"] or "extrapolated" in hit["reason"]
        assert " ± " not in hit["reason"]


def test_its_files_tell_that_errors_are_factors(run: Outcome) -> None:
    assert load_screen(run.folder / "screen.toml").objective.primary[0].scale == "log10"
    with (run.folder / "columns.csv").open(encoding="utf-8", newline="") as file:
        told = {row["column"]: row for row in csv.DictReader(file)}
    assert "not symmetric" in told["pk_half_life_std"]["meaning"]
    assert "not symmetric" in told["pk_clearance_std"]["meaning"]
    assert told["pk_half_life_lo"]["unit"] == "h"
    assert "logarithm" in told["half_life_lower"]["meaning"]
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    assert re.search(r'"unit": ?"log10\(h\)", ?"shown": ?"h"', page)
    assert re.search(r'"logarithm": ?true', page)


def test_the_first_hits_have_their_interval(
    run: Outcome, screen: Screen, bundle: Bundle, hits: list[Row]
) -> None:
    headers, rows = top_table(run.table, with_scales(screen, [bundle]), 1)
    task = "pk_half_life"
    expected = f"{hits[0]['half_life']} ({hits[0][f'{task}_lo']} to {hits[0][f'{task}_hi']})"
    assert rows[0][headers.index("half_life")] == expected


def test_one_compound_is_explained_as_a_logarithm(run: Outcome, hits: list[Row]) -> None:
    past = open_run(run.folder)
    page = render_dossier(open_dossier(past, int(hits[0]["row"])), past)
    assert "pk_half_life (log10)" in page
    assert "cut at" not in page


def test_ranking_again_gives_the_same_hits(
    run: Outcome,
    screen: Screen,
    tmp_path: Path,
    lone: Client,
    hits: list[Row],
    hits_of: Callable[[Path], list[Row]],
) -> None:
    past = open_run(run.folder)
    again = rank_again(past, check_rerank(past, screen, tmp_path / "b"), tmp_path / "b", lone)
    assert hits_of(again.folder) == hits


def test_scores_are_compared_as_logarithms(bundle: Bundle, hits: list[Row]) -> None:
    graphs = collect([one.graph for one in written_graphs([hit["smiles"] for hit in hits])])
    made = pd.DataFrame(Predictor([bundle], bfloat16=False).predict(graphs))
    rounded = made.copy()
    std = np.log10(made["pk_half_life_hi"] / made["pk_half_life_lo"]) / INTERVAL_STDS
    columns = [f"pk_half_life{end}" for end in ("", "_std", "_lo", "_hi")]
    for name in columns:  # all of them move by a tenth of a deviation
        rounded[name] = made[name] * 10 ** (0.1 * std)
    given = rounded.assign(row=range(len(made)))
    assert compare_predictions(given, made, [bundle]) == []
    altered = given.assign(pk_half_life_hi=given["pk_half_life_hi"] * 2)
    found = compare_predictions(altered, made, [bundle])
    assert [one.column for one in found] == [
        f"pk_half_life{end}" for end in ("_std", "_hi") for _ in range(len(made))
    ]
    widened = given.assign(pk_half_life_std=given["pk_half_life_std"] * 1.01)
    assert len(compare_predictions(widened, made, [bundle])) == len(made)
    for value in (0.0, -5.0, np.nan):
        assert compare_predictions(given.assign(pk_half_life=value), made, [bundle])


def test_the_deviation_of_a_narrow_interval_may_differ_by_more_than_the_slack(
    bundle: Bundle,
) -> None:
    center, sigma = 0.04, 0.02  # in the unit, and in log10 of it
    names = [f"pk_half_life{end}" for end in ("", "_std", "_lo", "_hi")]

    def table(shift: float, width: float) -> pd.DataFrame:
        reach = NORMAL_90 * sigma * width
        value, low, high = (center * 10 ** (shift + by) for by in (0, -reach, reach))
        row = [value, (high - low) / INTERVAL_STDS, low, high]
        return pd.DataFrame([row], columns=names).astype(np.float32).assign(row=0)

    card = bundle.card.model_copy(update={"tasks": bundle.card.tasks[:1]})
    one = Bundle(bundle.path, card, bundle.networks)
    assert compare_predictions(table(0.02 * sigma, 1.1), table(0.0, 1.0), [one]) == []
    found = compare_predictions(table(0.0, 1.2), table(0.0, 1.0), [one])
    assert {each.column for each in found} == set(names[2:])
