"""Two trainings of one recipe are shown in two columns, with what each was trained on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.terminal.card_protocols import show_protocols
from gnn.bundle.bundle import Bundle
from gnn.card.metric_card import Gain, Summary


def test_two_trainings_are_two_columns(
    make_bundle: Callable[..., Bundle], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = make_bundle(tmp_path / "plain", name="everything").card
    gain = Gain(value=0.05, interval=(0.01, 0.09))
    mean = Summary(tasks=2, network=0.8, forest=0.75, network_interval=(0.7, 0.9), gain=gain)
    card = plain.model_copy(
        update={"summary": {"classification auroc": mean}, "coverage": 0.9, "split": "scaffold"}
    )
    data = [{"name": "tox21", "rows": 7040}]
    changes = {"name": "published", "data": data, "coverage": 0.91, "main_summary": {"mae": mean}}
    other = card.model_copy(update=changes).as_protocol()
    show_protocols(card.model_copy(update={"protocols": (other,)}))
    shown = capsys.readouterr()
    rows = [line.split("\t") for line in shown.out.splitlines()]
    cell = "0.800 (0.700 to 0.900); gain +0.050 (0.010 to 0.090)"
    assert rows == [
        ["mean over tasks", "everything", "published"],
        ["classification auroc", cell, cell],
        ["own metric mae", "", cell],
        ["in 90 % interval", "0.900", "0.910"],
    ]
    assert "published: trained on 0 values of its tasks; sets: tox21" in shown.err
    assert "everything: measured on 0 values; scaffold" in shown.err
    assert "different numbers" not in shown.err
    fewer = other.model_copy(update={"validated_on": 7})
    show_protocols(card.model_copy(update={"protocols": (fewer,)}))
    assert "measured on different numbers of values" in capsys.readouterr().err


def test_a_card_alone_has_no_table(
    make_bundle: Callable[..., Bundle], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show_protocols(make_bundle(tmp_path / "plain").card)
    assert capsys.readouterr() == ("", "")
