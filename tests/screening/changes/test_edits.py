"""The edits of a screen in words: of the score, of the selection, of neither."""

from typing import Any

import pytest

from screening.changes.edits import Edits
from screening.objective.screen_settings import Screen

BASE: dict[str, Any] = {
    "name": "x",
    "title": "x",
    "library": "x.csv",
    "bundles": ["small"],
    "hits": 8,
    "primary": [{"task": "small_EGFR", "zero": 5.0, "full": 8.0}],
    "windows": [{"property": "mw", "full_to": 450.0, "zero_above": 600.0}],
    "filters": {"max_mw": 700.0},
    "selection": {"exclude": ["owned.csv"], "max_per_scaffold": 2},
}


def edits_of(edit: dict[str, Any]) -> Edits:
    before, now = (Screen.model_validate({**BASE, **one}) for one in ({}, edit))
    return Edits(before, now, library=False, models=(), versions=(), lists=False)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ({"filters": {"max_mw": 650.0}}, "filters max_mw 700 → 650"),
        ({"filters": {}}, "filters max_mw 700 → none"),
        ({"windows": []}, "windows mw removed"),
        ({"windows": [{"property": "logp", "full_to": 3.0, "zero_above": 5.0}]}, "windows logp ad"),
        (
            {"primary": [{"task": "small_EGFR", "zero": 5.0, "full": 8.0, "weight": 2.0}]},
            "primary EGFR weight 1 → 2",
        ),
    ],
)
def test_an_edit_of_the_score_or_the_filters(edit: dict[str, Any], words: str) -> None:
    found = edits_of(edit)
    assert any(text.startswith(words) for text in found.wanted)
    assert found.selection == found.list_names == ()
    assert found.is_one_input


@pytest.mark.parametrize(
    ("edit", "selection", "lists"),
    [
        ({"hits": 5}, ("hits 8 → 5",), ()),
        (
            {"selection": {"exclude": ["owned.csv"], "max_per_scaffold": 1}},
            ("selection.max_per_scaffold 2 → 1",),
            (),
        ),
        (
            {"selection": {"exclude": ["owned.csv", "z.csv"], "max_per_scaffold": 2}},
            (),
            ("selection.exclude owned.csv → owned.csv, z.csv",),
        ),
        ({"selection": None}, ("selection removed",), ("selection.exclude owned.csv → none",)),
    ],
)
def test_an_edit_of_the_selection(
    edit: dict[str, Any], selection: tuple[str, ...], lists: tuple[str, ...]
) -> None:
    found = edits_of(edit)
    assert (found.wanted, found.selection, found.list_names) == ((), selection, lists)


def test_a_line_that_only_marks_hits_is_no_edit_but_told() -> None:
    risk = {"task": "small_herg", "full": 0.3, "zero": 1.0}
    first, second, third = (
        Screen.model_validate({**BASE, "liabilities": [{**risk, **more}]})
        for more in ({}, {"cost_ratio": 4.0}, {"full": 0.2})
    )
    moved = Edits(first, second, False, (), (), False)
    assert moved.screen == ()
    told = "at unchanged scores: liabilities herg cost_ratio none → 4"
    assert [note for note in moved.screen_notes if note.endswith(told)] == moved.screen_notes != []
    assert Edits(second, second, False, (), (), False).screen_notes == []
    assert Edits(first, third, False, (), (), False).screen == ("liabilities herg full 0.3 → 0.2",)


@pytest.mark.parametrize(
    "edit", [{"name": "y"}, {"title": "y"}, {"library": "y.csv"}, {"bundles": ["y"]}]
)
def test_what_changes_no_rank_is_no_edit(edit: dict[str, Any]) -> None:
    found = edits_of(edit)
    assert found.screen == ()
    assert not found.is_one_input


def test_the_scale_of_a_model_is_no_edit() -> None:
    term = {"task": "small_EGFR", "zero": 5.0, "full": 8.0, "scale": "log10"}
    assert edits_of({"primary": [term]}).screen == ()
