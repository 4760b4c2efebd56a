"""The mutants of a model on a terminal."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.terminal.mutant_card import show_mutants
from gnn.bundle.bundle import Bundle
from gnn.card.mutant_card import MutantCard, MutantsCard
from tests.gnn.card.test_mutant_card import NUMBERS


def test_each_mutant_is_shown_with_its_error_and_what_it_rests_on(
    make_bundle: Callable[..., Bundle], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = make_bundle(tmp_path).card
    show_mutants(card)
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""
    mutants = (
        MutantCard(task="EGFR", mutation="T790M", compounds=12, numbers=NUMBERS),
        MutantCard(task="EGFR", mutation="G719S", compounds=2, numbers=None),
    )
    quality = {"error": 0.749, "wild_error": 0.893, "coverage": 0.938}
    known = MutantsCard(
        source="x", floor=5.0, compounds=24, series=20, values=518, mutants=mutants, **quality
    )
    card = card.model_copy(update={"mutants": known})
    show_mutants(card, ["EGFR"])
    captured = capsys.readouterr()
    shown = captured.out + captured.err
    for words in ("EGFR T790M", "1.10", "87%", "no data", "0.75 (0.89", "93.8%", "20 series"):
        assert words in shown, words
    show_mutants(card, ["herg"])
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""
