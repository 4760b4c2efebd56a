"""Computes losses for tables with holes, bounds and two kinds of task, and probabilities."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from gnn.features.array_types import Floats


def masked_loss(
    output: Tensor,
    values: Tensor,
    bounds: Tensor,
    binary: Tensor,
    weights: Tensor,
    pull: float,
) -> Tensor:
    """Average the loss over measured cells.

    ``output``, ``values`` [G, T]: standardized values, or logits against 0/1; NaN marks a hole.
    ``bounds`` [G, T]: 0 measured, -1 the true value is at most this, +1 at least this. On the
    permitted side of a bound the squared error counts ``pull`` (0 to 1): zero leaves a prediction
    free there, one treats the bound as a measurement.
    ``binary`` bool [T]; ``weights`` [T] scale each task's share.
    """
    present = torch.isfinite(values)
    target = torch.where(present, values, torch.zeros_like(values))
    error = output - target
    allowed = ((bounds < 0) & (error < 0)) | ((bounds > 0) & (error > 0))
    squared = error.square() * torch.where(allowed, pull, 1.0)
    entropy = functional.binary_cross_entropy_with_logits(
        output, target.clamp(0, 1), reduction="none"
    )
    each = torch.where(binary, entropy, squared) * weights * present
    return each.sum() / (weights * present).sum().clamp(min=1e-6)


def distillation_loss(output: Tensor, soft_targets: Tensor, binary: Tensor) -> Tensor:
    """Average the distillation loss against soft targets; every task counts the same.

    ``soft_targets`` [G, T]: standardized values, or probabilities of classes; NaN marks a hole.
    """
    known = torch.isfinite(soft_targets)
    target = torch.where(known, soft_targets, torch.zeros_like(soft_targets))
    entropy = functional.binary_cross_entropy_with_logits(
        output, target.clamp(0, 1), reduction="none"
    )
    each = torch.where(binary, entropy, (output - target).square()) * known
    return each.sum() / known.sum().clamp(min=1)


def logistic(odds: Floats) -> Floats:
    """Return the probabilities for log odds, without an overflow."""
    found: Floats = np.exp(-np.logaddexp(0, -odds))
    return found
