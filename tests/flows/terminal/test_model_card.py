"""The card of a model on a terminal."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.terminal.card_metrics import show_tasks
from flows.terminal.model_card import show_card
from gnn.bundle.bundle import Bundle
from gnn.card.domain_card import SharedErrorCard
from gnn.card.inactivity_card import InactivityCard, InactivitySummary


def test_a_card_tells_what_inactive_is_and_how_well_it_is_predicted(
    make_bundle: Callable[..., Bundle], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = make_bundle(tmp_path / "plain").card
    numbers = {"level": 5.7, "mean": 5.1, "near": 3.0, "far": 1.0, "offset": 0.5}
    one = InactivityCard(**numbers, rows=730, inactive=207, log_loss=0.332, auroc=0.911)
    every = InactivitySummary(
        tasks=2, rows=800, log_loss=0.41, log_loss_of_share=0.543, calibration_error=0.011
    )
    known = card.model_copy(update={"inactivity": every})
    task = card.tasks[0].model_copy(update={"inactivity": one})
    show_card(known)
    shown = capsys.readouterr().err
    for words in ("inactivity on 2 tasks (800 values)", "error 0.011", "loss 0.410 (0.543 if"):
        assert words in shown, words
    show_tasks(known, [task])
    shown = capsys.readouterr().err
    for words in ("5.7 or less, that is 2 µM and weaker", "207 of 730", "AUROC 0.911"):
        assert words in shown, words
    show_card(card)
    show_tasks(card, card.tasks[:1])
    assert "inactiv" not in capsys.readouterr().err


def test_a_card_tells_how_errors_go_together(
    make_bundle: Callable[..., Bundle], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = make_bundle(tmp_path / "plain").card
    series = {"similarities": (0.2, 0.7), "series": (0.02, 0.5), "series_pairs": (900, 300)}
    found = SharedErrorCard(targets=0.37, target_pairs=1234, **series)
    show_card(card.model_copy(update={"shared_error": found}))
    shown = capsys.readouterr().err
    assert "on two targets: correlation 0.37 (1,234 pairs)" in shown
    assert "on one target: correlation by similarity 0.02 at 0.20, 0.50 at 0.70" in shown
    show_card(card)
    assert "correlation" not in capsys.readouterr().err
