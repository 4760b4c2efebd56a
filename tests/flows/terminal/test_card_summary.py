"""A card in short: a line for each task, where the model may be relied on, and its terms."""

import pytest

from flows.commands.bundles import show_bundle
from flows.terminal.card_summary import MOST_TASKS, show_summary
from gnn.bundle.find_bundle import find_bundle, read_card


def test_each_task_has_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    card = read_card(find_bundle("toxicity"))
    show_summary(card, "toxicity")
    shown = capsys.readouterr()
    rows = [line.split("\t") for line in shown.out.splitlines()[1:]]
    names = [row[0] for row in rows if not row[0].startswith("mean of")]
    assert sorted(names) == sorted(task.name for task in card.tasks)
    assert card.domain is not None
    assert f"beyond a distance of {card.domain.edge:.2f}" in shown.err
    assert "terms of 22 training sets: " in shown.err
    assert "`hitlist bundles show toxicity --full`" in shown.err
    assert "known fault" not in shown.out


def test_a_bundle_of_many_tasks_has_their_names_and_the_means(
    capsys: pytest.CaptureFixture[str],
) -> None:
    card = read_card(find_bundle("activity"))
    assert len(card.tasks) > MOST_TASKS
    show_bundle("activity")
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) < 5
    assert all(f" {task.name}" in shown.err for task in card.tasks)
    (mean,) = shown.out.splitlines()[1:]
    assert mean.startswith("mean of 193 tasks\t\t\t\tregression r2\t")


def test_the_whole_card_has_every_metric_of_every_task(capsys: pytest.CaptureFixture[str]) -> None:
    card = read_card(find_bundle("toxicity"))
    show_bundle("toxicity", full=True)
    out = capsys.readouterr().out
    for task in card.tasks:
        assert out.count(f"\n{task.name}\t") >= len(task.metrics)
    assert "\n0.2 to 0.3\t" in out  # the errors by distance
