"""``hitlist bundles show`` says what a model does not know."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.commands.bundles import show_bundle
from flows.terminal.card_metrics import METRICS, show_tasks
from flows.terminal.model_card import show_card, show_lines
from gnn.bundle.bundle import Bundle, save_bundle
from gnn.bundle.find_bundle import find_bundle, read_card, shipped_bundles
from gnn.card.card import OperatingPoints, Probabilities
from gnn.card.domain_card import DistanceBin, DomainCard
from gnn.card.metric_card import Metric


def test_a_card_shows_coverage_calibration_and_error_by_distance(
    make_bundle: Callable[..., Bundle], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = make_bundle(tmp_path / "plain")
    near = DistanceBin(low=0.0, high=0.2, values=1234, rmse=0.61, mae=0.45, coverage=0.912)
    far = DistanceBin(low=0.8, high=1.0, values=0, classes=7, log_loss=0.52)
    card = bundle.card.model_copy(
        update={
            "coverage": 0.8971,
            "coverage_by_third": (0.8979, 0.8969, 0.8954),
            "probabilities": Probabilities(
                rows=7,
                log_loss=0.32,
                calibration_error=0.033,
                log_loss_before=0.331,
                calibration_error_before=0.05,
            ),
            "domain": DomainCard(
                compounds=67218,
                limit=0.64,
                thirds=(0.36, 0.5),
                unit="pActivity",
                errors=(near, far),
            ),
        }
    )
    save_bundle(tmp_path / "known", card, [net.state_dict() for net in bundle.networks])
    show_bundle(str(tmp_path / "known"), full=True)
    shown = capsys.readouterr()
    rows = [line.split("\t") for line in shown.out.splitlines()]
    assert ["0.0 to 0.2", "1,234", "0.610", "0.450", "0.912", "0", ""] in rows
    assert ["0.8 to 1.0", "0", "", "", "", "7", "0.520"] in rows
    for words in (
        "beyond a distance of 0.64 a molecule is outside",
        "89.7% of the measured values",
        "89.8%, 89.7%, 89.5%",
        "calibration error 0.033",
        "before calibration 0.050",
    ):
        assert words in shown.err, words


def test_a_card_of_before_says_nothing_of_it(
    make_bundle: Callable[..., Bundle], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_bundle(tmp_path / "plain")
    show_bundle(str(tmp_path / "plain"), full=True)
    shown = capsys.readouterr()
    assert "interval" not in shown.err
    assert "distance" not in shown.out


def test_errors_in_different_units_have_no_mean(capsys: pytest.CaptureFixture[str]) -> None:
    """The ADMET tasks are in hours, per cent, L/kg and more; those of kinases are in one unit."""
    admet, activity = (read_card(find_bundle(name)) for name in ("admet", "activity"))
    show_card(admet, every_task=False)
    shown = capsys.readouterr()
    assert "\tregression r2\t" in shown.out
    assert "regression rmse" not in shown.out
    assert "no mean of regression rmse, regression mae" in shown.err
    show_card(activity, every_task=False)
    shown = capsys.readouterr()
    assert "mean of 193 tasks\t\t\t\tregression rmse\t" in shown.out
    assert "no mean of" not in shown.err


def test_a_card_says_how_its_values_were_held_out(capsys: pytest.CaptureFixture[str]) -> None:
    card = read_card(find_bundle("activity"))
    show_tasks(card.model_copy(update={"refit": False}), card.tasks[:1])
    assert "; none is in both\n" in capsys.readouterr().err
    show_card(card)
    assert "; when they were measured, none was in both; then" in capsys.readouterr().err
    crossed = card.model_copy(update={"split": "5-fold cross-validation; random folds"})
    show_tasks(crossed, card.tasks[:1])
    shown = capsys.readouterr().err
    assert "none is in both" not in shown
    assert "; each was predicted by models that had not seen it\n" in shown


def test_every_metric_of_the_shipped_cards_has_a_meaning() -> None:
    cards = [read_card(find_bundle(name)) for name in shipped_bundles()]
    shown = {key for card in cards for task in card.tasks for key in task.metrics}
    assert shown
    assert shown | {key for card in cards for key in card.summary} <= {
        *METRICS,
        *(f"{kind} {key}" for kind in ("regression", "classification") for key in METRICS),
    }


def test_each_task_is_shown_by_its_main_metric(
    make_bundle: Callable[..., Bundle], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = make_bundle(tmp_path / "plain").card
    show_card(card)
    assert "metric of the field" not in capsys.readouterr().out
    numbers = {"mae": 0.31, "spearman": 0.52, "auroc": 0.7, "auprc": 0.61}
    metrics = {
        name: Metric(network=value, network_interval=(value - 0.1, value + 0.1), forest=0.4)
        for name, value in numbers.items()
    }
    changes = (
        {"scale": "log10", "unit": "h", "main_metric": "spearman", "metrics": metrics},
        {"main_metric": "auprc", "metrics": metrics},
    )
    tasks = [one.model_copy(update=new) for one, new in zip(card.tasks, changes, strict=True)]
    show_card(card.model_copy(update={"tasks": tuple(tasks)}))
    shown = capsys.readouterr()
    rows = [line.split("\t") for line in shown.out.splitlines()]
    ours = ["spearman", "0.520", "0.420 to 0.620", "0.400"]
    assert ["EGFR", "log10(h)", "0", *ours] in rows
    assert rows.index(["herg", "pActivity", "0", "auprc", "0.610", "0.510 to 0.710", "0.400"]) < (
        rows.index(["EGFR", "log10(h)", "0", *ours])
    )
    assert "an error of 0.3 is a factor of 2" in shown.err
    assert "spearman: rank correlation" in shown.err


def test_a_class_shows_its_errors_at_each_line_and_the_drugs(
    make_bundle: Callable[..., Bundle], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = make_bundle(tmp_path / "plain").card.tasks[1]
    show_lines(plain)
    assert capsys.readouterr() == ("", "")
    points = OperatingPoints(
        positives=1200,
        negatives=34,
        thresholds=(0.05, 0.2, 0.95),
        sensitivity=(1.0, 0.914, 0.0),
        specificity=(0.1, 0.625, 1.0),
    )
    drugs = tuple(step / 20 for step in range(21))
    known = {"operating_points": points, "drug_quantiles": drugs}
    show_lines(plain.model_copy(update=known))
    shown = capsys.readouterr()
    rows = [line.split("\t") for line in shown.out.splitlines()]
    assert ["0.20", "4", "91.4%", "62.5%"] in rows
    assert ["0.95", "0.053", "0.0%", "100.0%"] in rows
    assert "approved drugs (probability): 0 to 1, quartiles 0.25, 0.5, 0.75" in shown.err
