"""What a card tells of its training sets: their faults, what they share, what is held back."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.terminal.card_sources import MOST_PAIRS, show_sources
from gnn.bundle.bundle import Bundle
from gnn.card.sets_card import HeldBack, Overlap


def test_sets_are_shown_with_faults_and_shared_molecules(
    make_bundle: Callable[..., Bundle], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = make_bundle(tmp_path / "plain").card
    pairs = tuple(
        Overlap(first="x", second=f"set{at}", molecules=2000 - at) for at in range(MOST_PAIRS + 2)
    )
    held_back = (
        HeldBack(set="x", molecules=700, trained_on=0, other_drawings=5),
        HeldBack(set="set1", molecules=800, trained_on=0, other_drawings=2),
    )
    source = {"name": "x", "licence": "CC0", "citation": "us", "rows": 3000}
    data = [{**source, "faults": ["3 rows are wrong."]}, {**source, "name": "set1"}]
    card = plain.model_copy(update={"overlaps": pairs, "held_back": held_back, "data": data})
    show_sources(card, None)
    shown = capsys.readouterr()
    rows = [line.split("\t") for line in shown.out.splitlines()]
    assert ["x", "3 rows are wrong."] in rows
    assert ["x", "set0", "2,000"] in rows
    assert len([row for row in rows if row[:1] == ["x"] and row[1].startswith("set")]) == MOST_PAIRS
    assert "2 more pairs share molecules, at most 1,990 each" in shown.err
    assert (
        "of 1,500 molecules that 2 sets held back (each set counted alone), 0 were trained on"
        in shown.err
    )
    assert "of 7 another set trained on another drawing" in shown.err
    assert "once measured" not in shown.err
    show_sources(card.model_copy(update={"refit": True}), None)
    assert "once measured, all rows were trained on" in capsys.readouterr().err


def test_a_card_of_before_shows_its_sources_alone(
    make_bundle: Callable[..., Bundle], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show_sources(make_bundle(tmp_path / "plain").card, None)
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) == 1
    assert shown.err == ""
