"""Measures the probabilities of inactivity on held-out rows."""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from gnn.calibration.calibrate import HeldTask
from gnn.calibration.fit_inactivity import known_sides
from gnn.calibration.inactivity import Inactivity
from gnn.card.inactivity_card import InactivityCard, InactivitySummary
from gnn.evaluation.metrics import auroc, measurable
from gnn.evaluation.reliability import CrossFitted, calibration_error, log_losses


def inactivity_card(
    held: HeldTask, cross_fitted: CrossFitted, numbers: Inactivity | None
) -> InactivityCard | None:
    """Return the card of a task's probability of inactivity; None if it has none.

    Args:
        held: The held-out measurements.
        cross_fitted: Their predictions, by numbers that were fitted on other molecules.
        numbers: Those that predictions use.
    """
    if numbers is None:
        return None
    rows, side = known_sides(held)
    card = InactivityCard(**asdict(numbers), rows=len(rows), inactive=int(side.sum()))
    if cross_fitted.inactive is None or not len(rows):
        return card
    said = cross_fitted.inactive[rows]
    found = {"log_loss": round(float(log_losses(side, said).mean()), 4)}
    if measurable(side, "classification"):
        found["auroc"] = round(auroc(side, said), 4)
    return card.model_copy(update=found)


def summarize_inactivity(
    tasks: Sequence[HeldTask],
    cross_fitted: Sequence[CrossFitted],
    cards: Sequence[InactivityCard | None],
) -> InactivitySummary | None:
    """Return the quality over all tasks that have a probability; None without any."""
    sides, said, shares, each = [], [], [], []
    for task, found, card in zip(tasks, cross_fitted, cards, strict=True):
        if card is None or card.log_loss is None or found.inactive is None:
            continue
        rows, side = known_sides(task)
        sides.append(side)
        said.append(found.inactive[rows])
        shares.append(np.full(len(rows), side.mean()))
        each += [card.auroc] if card.auroc is not None else []
    if not sides:
        return None
    truth, probability = np.concatenate(sides), np.concatenate(said)
    return InactivitySummary(
        tasks=len(sides),
        rows=len(truth),
        log_loss=round(float(log_losses(truth, probability).mean()), 4),
        log_loss_of_share=round(float(log_losses(truth, np.concatenate(shares)).mean()), 4),
        calibration_error=round(calibration_error(truth, probability), 4),
        auroc=round(float(np.mean(each)), 4) if each else None,
    )
