"""Terms over a set of targets: their members, and the mistakes that end a run."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from chem.errors import InputError
from data.catalogue.panel import human_kinases
from gnn.bundle.bundle import Bundle
from gnn.bundle.column_names import predicted_columns
from screening.objective.objective import evaluate
from screening.objective.screen_file import (
    dump_scored,
    dump_screen,
    hash_screen,
    load_screen,
)
from screening.objective.screen_settings import Screen
from screening.runs.plan import load_bundles
from screening.score.expected_score import wanted_columns
from screening.score.predicted_columns import prediction_columns
from screening.score.selective_over import with_members
from screening.text.words import describe_sets


@pytest.fixture(scope="module")
def bundles() -> tuple[Bundle, ...]:
    return load_bundles(("activity", "toxicity"))


def over(kinase: Screen, targets: str, **more: object) -> Screen:
    return kinase.changed(selective_over=({"targets": targets, **more},))


def members(screen: Screen) -> set[str]:
    (term,) = screen.objective.selective_over
    return {task.removeprefix("activity_") for task in term.known_members}


def genes(**wanted: str) -> set[str]:
    """The kinases with these fields, but for EGFR."""
    found = human_kinases().values()
    fits = [one for one in found if all(getattr(one, k) == v for k, v in wanted.items())]
    return {one.gene for one in fits} - {"EGFR"}


@pytest.mark.parametrize(
    ("targets", "wanted"),
    [
        ("panel", {}),
        ("group", {"group": "TK"}),
        ("TK", {"group": "TK"}),
        ("AGC", {"group": "AGC"}),
        ("CK1", {"group": "CK1"}),  # a family as well
        ("family", {"family": "EGFR"}),
        ("Src", {"family": "Src"}),
    ],
)
def test_a_set_has_the_other_targets_of_its_name(
    targets: str, wanted: dict[str, str], kinase: Screen, bundles: tuple[Bundle, ...]
) -> None:
    found = members(with_members(over(kinase, targets), bundles))
    assert found == genes(**wanted)
    assert found


@pytest.mark.parametrize(
    ("targets", "more", "meant"),
    [
        ("panel", (), "panel"),
        ("group", (), "group TK"),
        ("group", ("activity_AKT1",), "groups TK and AGC"),
        ("family", (), "family EGFR"),
        ("family", ("activity_SRC",), "families EGFR and Src"),
        ("AGC", (), "group AGC"),
        ("CK1", (), "group CK1"),  # a family as well
        ("Src", (), "family Src"),
    ],
)
def test_a_set_says_what_it_stands_for(
    targets: str, more: tuple[str, ...], meant: str, kinase: Screen, bundles: tuple[Bundle, ...]
) -> None:
    first = kinase.objective.primary[0]
    primary = (first, *(first.changed(task=task) for task in more))
    wanted = over(kinase, targets).changed(primary=primary)
    screen = with_members(wanted, bundles)
    (term,) = screen.objective.selective_over
    assert term.known_as == meant
    count = len(term.known_members)
    line = f"selectivity_{targets} is over {meant}, {count} targets"
    assert describe_sets(screen) == [line]
    # It names what follows from the models, and so is no part of a screen's hash.
    unnamed = screen.changed(selective_over=(term.changed(stands_for=""),))
    assert hash_screen(screen) == hash_screen(unnamed)
    assert dump_scored(screen, ()) == dump_scored(unnamed, ())
    assert f'stands_for = "{meant}"' in dump_screen(screen)


def test_a_screen_without_the_term_stays_as_it_is(
    kinase: Screen, bundles: tuple[Bundle, ...]
) -> None:
    assert with_members(kinase, bundles) is kinase
    assert "selective_over" not in dump_screen(kinase)


@pytest.mark.parametrize(
    ("targets", "told"),
    [
        ("Jack", 'did you mean "Jak"? expected panel, group, family, a group (TK, TKL, STE,'),
        ("tk", 'did you mean "TK"?'),
        ("Sev", "expected panel"),
    ],
)
def test_a_wrong_name_is_told_with_the_names_there_are(
    targets: str, told: str, kinase: Screen, bundles: tuple[Bundle, ...]
) -> None:
    screen = over(kinase, targets)
    if targets == "Sev":  # ROS1 alone, which is the primary target here
        screen = screen.changed(primary=({"task": "activity_ROS1", "zero": 5.0, "full": 8.0},))
    with pytest.raises(InputError) as error:
        with_members(screen, bundles)
    text = str(error.value)
    assert text.startswith("screen kinase, [[selective_over]] 1: ")
    assert told in text
    assert "\n" not in text


def test_it_needs_a_panel(kinase: Screen, bundles: tuple[Bundle, ...]) -> None:
    primary = {"task": "toxicity_ld50_zhu", "zero": 1.0, "full": 3.0}
    screen = over(kinase, "TK").changed(primary=(primary,), off_targets=())
    with pytest.raises(InputError, match="selective_over needs pActivities as primary targets"):
        with_members(screen, bundles)


def test_zero_is_below_full(kinase: Screen) -> None:
    with pytest.raises(ValidationError, match="full \\(0\\) must be above zero \\(1\\)"):
        over(kinase, "TK", zero=1.0, full=0.0)


def test_the_margin_is_over_the_highest_prediction(kinase: Screen) -> None:
    screen = over(kinase, "TK", members=("activity_A", "activity_B"), zero=0.0, full=2.0)
    screen = screen.changed(off_targets=(), liabilities=(), windows=())
    frame = pd.DataFrame(
        {
            "activity_EGFR": [8.0, 8.0, 6.0],
            "activity_EGFR_std": [0.5] * 3,
            "activity_A": [5.0, 7.0, 7.5],
            "activity_B": [7.0, 6.0, 6.0],
        }
    )
    found = evaluate(frame, screen.objective)
    assert found["selectivity_TK"].tolist() == [1.0, 1.0, -1.5]
    assert found["d_selectivity_TK"].tolist() == [0.5, 0.5, 0.0]
    assert list(found.columns) == ["score", *screen.objective.columns]
    assert np.isfinite(found["score"]).all()
    with pytest.raises(ValueError, match="not worked out"):
        evaluate(frame, over(screen, "TK").objective)


def test_rankings_and_triages_read_the_members(kinase: Screen, bundles: tuple[Bundle, ...]) -> None:
    screen = with_members(over(kinase, "panel"), bundles)
    tasks = {f"activity_{name}" for name in genes()}
    assert tasks <= set(prediction_columns(screen, bundles))
    assert tasks <= set(wanted_columns(screen, predicted_columns(bundles)))
    # The list of hits shows four columns for each task that the screen names, and no more.
    assert screen.objective.tasks == kinase.objective.tasks


def test_a_run_writes_the_members_and_reads_them_back(
    kinase: Screen, bundles: tuple[Bundle, ...], tmp_path: Path
) -> None:
    screen = with_members(over(kinase, "TK", label="others"), bundles)
    path = tmp_path / "screen.toml"
    path.write_text(dump_screen(screen))
    again = load_screen(path)
    assert again.objective == screen.objective
    assert with_members(again, bundles).objective == screen.objective
    # Members of another primary target are worked out anew.
    moved = again.changed(primary=({"task": "activity_KIT", "zero": 5.0, "full": 8.0},))
    assert members(with_members(moved, bundles)) == genes(group="TK") - {"KIT"} | {"EGFR"}
