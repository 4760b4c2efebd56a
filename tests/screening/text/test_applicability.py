"""Who is outside a model's domain, and the sentence that a run ends with."""

import tomllib

import numpy as np
import pandas as pd
import pytest

from screening.objective.screen_settings import Screen
from screening.rank.costly_filters import rank_with_costly_filters
from screening.score.predicted_columns import bundle_of
from screening.text.applicability import crossed_domains, outside_of
from tests.screening.stand_ins import Scored

LIMITS = {"activity_distance": 0.63, "toxicity_distance": 0.7}


@pytest.mark.parametrize(
    ("task", "known", "bundle"),
    [
        ("activity_EGFR", LIMITS, "activity"),
        ("my_assay_pKi", {"my_assay_distance": 0.7}, "my_assay"),
        ("my_assay_pKi", {"my_distance": 0.7, "my_assay_distance": 0.7}, "my_assay"),
        ("activity_EGFR", {}, "activity"),
        ("active_EGFR", {"activity_distance": 0.7}, "active"),
    ],
)
def test_the_bundle_of_a_task(task: str, known: dict[str, float], bundle: str) -> None:
    assert bundle_of(task, known) == bundle


def test_a_hit_at_the_limit_is_inside_as_the_filter_has_it() -> None:
    assert outside_of({"activity_distance": 0.63}, LIMITS) == {}
    (far,) = outside_of({"activity_distance": 0.6301, "toxicity_distance": 0.7}, LIMITS).values()
    assert far.how_far == "distance 0.630, limit 0.63"
    assert outside_of({"activity_distance": 0.83}, LIMITS)["activity"].how_far == (
        "distance 0.83, limit 0.63"
    )


def hits(*distances: float, **more: object) -> pd.DataFrame:
    return pd.DataFrame({"activity_distance": np.array(distances, np.float32), **more})


@pytest.mark.parametrize(
    ("distances", "told"),
    [
        ([0.1, 0.63], ""),
        ([0.1, 0.7, 0.9], "2 of 3 hits are outside activity's domain (distance over 0.63)"),
        ([0.1, 0.7], "1 of 2 hits is outside activity's domain (distance over 0.63)"),
        ([0.7], "1 of 1 hit is outside activity's domain (distance over 0.63)"),
        ([], ""),
    ],
)
def test_how_many_are_outside(distances: list[float], told: str, kinase: Screen) -> None:
    (found,) = crossed_domains(hits(*distances), kinase, LIMITS)
    assert (found.bundle, found.limit, found.hits) == ("activity", 0.63, len(distances))
    assert found.outside == sum(one > 0.63 + 1e-6 for one in distances)
    assert found.told.partition(";")[0] == told


def test_only_models_of_the_objective_are_told(kinase: Screen) -> None:
    frame = hits(0.9).assign(toxicity_distance=0.9, admet_distance=0.9)
    found = crossed_domains(frame, kinase, {**LIMITS, "admet_distance": 0.6})
    assert [one.bundle for one in found] == ["activity", "toxicity"]
    assert crossed_domains(frame, kinase, {}) == []


def test_controls_stay_whatever_a_filter_says(kinase: Screen) -> None:
    frame = hits(0.9, 0.9, 0.9, 0.1, picked_by=["rank", "control", "rank", "control"])
    (found,) = crossed_domains(frame, kinase, LIMITS)
    assert found.told.endswith("leaves them out but for 1 control")
    (found,) = crossed_domains(hits(0.9, picked_by=["control"]), kinase, LIMITS)
    assert found.told.endswith("domain (distance over 0.63), a control")
    (found,) = crossed_domains(hits(0.9, 0.8, picked_by=["control"] * 2), kinase, LIMITS)
    assert found.told.endswith("domain (distance over 0.63), all of them controls")


def test_a_filter_that_is_there_is_to_be_replaced(kinase: Screen) -> None:
    screen = kinase.changed(filters={"max_activity_distance": 0.9})
    (found,) = crossed_domains(hits(0.8), screen, LIMITS)
    assert "`max_activity_distance = 0.63` in the table `filters`, in place of 0.9, " in found.told


def test_the_line_that_is_offered_leaves_out_just_those(kinase: Screen, scored: Scored) -> None:
    frame = scored([(f"c{n}", f"c{n}", {}) for n in range(8)]).assign(
        activity_distance=np.array([0.0, 0.2, 0.62, 0.63, 0.631, 0.64, 0.8, 1.0], np.float32)
    )
    every = kinase.changed(filters={}, hits=8)
    before = rank_with_costly_filters(lambda: [frame], every).hits
    (found,) = crossed_domains(before, every, LIMITS)
    assert found.outside == 4
    line = found.told.split("`")[1]
    offered = tomllib.loads(f"[filters]\n{line}\n")["filters"]
    strict = every.changed(filters=offered)
    strict.check(frame.columns.tolist(), [window.property for window in kinase.objective.windows])
    after = rank_with_costly_filters(lambda: [frame], strict).hits
    assert len(after) == 4
    assert crossed_domains(after, strict, LIMITS)[0].told == ""
    inside = before[before["activity_distance"] <= LIMITS["activity_distance"]]
    assert set(after["row"]) == set(inside["row"])
