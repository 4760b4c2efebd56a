"""Shows a model card on a terminal: its metrics, the stages of its training, its reliability."""

from typing import TYPE_CHECKING

from chem.errors import InputError
from chem.records.message_text import counted
from flows.terminal.card_metrics import have_one_unit, show_main_metrics, show_tasks
from flows.terminal.card_protocols import show_protocols
from flows.terminal.console import note
from flows.terminal.tables import show_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gnn.card.card import Card, TaskCard
    from gnn.card.domain_card import DistanceBin, SharedErrorCard


def show_card(card: "Card", every_task: bool = True) -> None:
    """Show the metrics of every task and their means over the tasks."""
    show_main_metrics(card)
    show_tasks(card, card.tasks if every_task else (), means=len(card.tasks) > 1)
    show_protocols(card)
    show_ablation(card)
    show_reliability(card)


def find_task(card: "Card", name: str) -> "TaskCard":
    """Return a task of a card by its name or column. Raises InputError if there is none."""
    from screening.objective.screen_settings import suggest

    known = {task.name.casefold(): task for task in card.tasks}
    word = name.removeprefix(f"{card.name}_").casefold()
    if word in known:
        return known[word]
    hint = suggest(name, [task.name for task in card.tasks])
    raise InputError(
        f"bundle {card.name} has no task {name!r};{hint} `hitlist bundles show {card.name}` lists "
        f"all {len(card.tasks)}"
    )


def show_lines(task: "TaskCard") -> None:
    """Show the errors of a class at each line, and the predictions for approved drugs."""
    if (found := task.operating_points) is not None:
        rows = [
            [f"{line:.2f}", f"{(1 - line) / line:.2g}", f"{above:.1%}", f"{below:.1%}"]
            for line, above, below in zip(
                found.thresholds, found.sensitivity, found.specificity, strict=True
            )
        ]
        show_table(
            ["line", "cost ratio", "positives above it", "negatives below it"],
            rows,
            f"{task.name}: {found.positives:,} positives and {found.negatives:,} negatives that "
            "were held out",
        )
        note(
            "cost ratio: the cost of missing a positive, in units of the cost of giving up a "
            "negative, for which this line costs least (`cost_ratio` in a screen)"
        )
    if task.drug_quantiles:
        least, *middle, most = (task.drug_quantiles[at] for at in (0, 5, 10, 15, 20))
        unit = "probability" if task.kind == "classification" else task.unit
        note(
            f"predictions for approved drugs ({unit}): {least:g} to {most:g}, quartiles "
            f"{', '.join(f'{number:g}' for number in middle)}"
        )


def show_ablation(card: "Card") -> None:
    """Show how each stage of the training changed the metrics, if the card knows."""
    every = dict.fromkeys(key for stage in card.ablation for key in stage.metrics)
    keys = [key for key in every if have_one_unit(card, key)]
    if keys:
        show_table(
            ["model", *keys],
            [
                [stage.name, *(f"{stage.metrics[key]:.3f}" for key in keys)]
                for stage in card.ablation
            ],
            f"{card.name}: metrics after each stage of the training, before calibration",
            numbers=1,
        )
        note(
            "the metrics of the tasks are after calibration, which each half of the held-out rows "
            "got from the other half: the halves are then ordered together a little less well"
        )


def show_reliability(card: "Card") -> None:
    """Show how reliable the error bars are: errors by distance, coverage, probabilities."""
    if card.domain is not None:
        show_table(
            ["distance", "values", "RMSE", "MAE", "in 90 % interval", "classes", "log loss"],
            [_by_distance(found) for found in card.domain.errors],
            f"{card.name}: error by distance to the nearest of {card.domain.compounds:,} training "
            f"compounds{f', in {card.domain.unit}' if card.domain.unit else ''}",
            numbers=1,
        )
    show_limits(card)
    for shift in card.shifts:
        note(
            f"another source, {shift.kind} ({shift.values:,} values, median distance "
            f"{shift.distance:.2f}): {shift.coverage:.1%} lie in their interval, which was widened "
            f"for new ones ({shift.coverage_before:.1%} before); bias {shift.bias:+.2f}, RMSE "
            f"{shift.rmse:.2f}"
        )
    if (found := card.probabilities) is not None:
        note(
            f"probabilities: calibration error {found.calibration_error:.3f}, log loss "
            f"{found.log_loss:.3f} (before calibration {found.calibration_error_before:.3f} and "
            f"{found.log_loss_before:.3f}; means over the classes)"
        )
    if (chance := card.inactivity) is not None:
        ranks = "" if chance.auroc is None else f", AUROC {chance.auroc:.3f} (mean over the tasks)"
        note(
            f"probabilities of inactivity on {counted(chance.tasks, 'task')} ({chance.rows:,} "
            f"values): calibration error {chance.calibration_error:.3f}, log loss "
            f"{chance.log_loss:.3f} ({chance.log_loss_of_share:.3f} if every compound is given the "
            f"share of its task){ranks}"
        )
    if card.shared_error is not None:
        for line in _together(card.shared_error):
            note(line)


def show_limits(card: "Card") -> None:
    """Show where the domain ends, and how often the intervals hold, if the card knows."""
    if card.domain is not None:
        note(
            f"beyond a distance of {card.domain.edge:.2f} a molecule is outside the model's "
            f"domain; 95 % of the held-out molecules are nearer than {card.domain.limit:.3f}"
        )
    if card.coverage is not None:
        thirds = ""
        if card.coverage_by_third is not None:
            near, middle, far = (f"{share:.1%}" for share in card.coverage_by_third)
            thirds = f"; by third of the distance to training {near}, {middle}, {far}"
        note(f"{card.coverage:.1%} of the measured values lie in their 90 % interval{thirds}")


def _together(found: "SharedErrorCard") -> "Iterator[str]":
    if found.targets is not None:
        yield (
            f"errors of one compound on two targets: correlation {found.targets:.2f} "
            f"({found.target_pairs:,} pairs)"
        )
    if found.series:
        each = zip(found.similarities, found.series, strict=True)
        told = ", ".join(f"{correlation:.2f} at {likeness:.2f}" for likeness, correlation in each)
        yield f"errors of two compounds on one target: correlation by similarity {told}"


def _by_distance(found: "DistanceBin") -> list[str]:
    numbers = [found.rmse, found.mae, found.coverage]
    cells = ["" if number is None else f"{number:.3f}" for number in numbers]
    loss = "" if found.log_loss is None else f"{found.log_loss:.3f}"
    span = f"{found.low:.1f} to {found.high:.1f}"
    return [span, f"{found.values:,}", *cells, f"{found.classes:,}", loss]
