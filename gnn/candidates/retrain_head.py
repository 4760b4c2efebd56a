"""Trains the last layer of a bundle's networks again, with a campaign's values.

The layer changes only as far as the values demand: a change costs what it changes in the
predictions for compounds that the bundle learned from. So each weight vector is the least-squares
fit to the campaign's values and, for those compounds, to the bundle's own predictions. The share of
both follows from predicting each value of the campaign from the others.

A change of one task leaves all other tasks as they are, and so does the calibration.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from chem.records.records import Failure
from gnn.assembly.structures import read_graph
from gnn.bundle.batch_shape import SHAPES
from gnn.bundle.bundle import Bundle, save_bundle
from gnn.bundle.find_bundle import read_card
from gnn.bundle.measured_compounds import copy_measured_compounds
from gnn.candidates.own_measured import Result, with_own_results
from gnn.card.results_card import RetrainedCard, RetrainedTask
from gnn.errors import ModelError
from gnn.features.batch import padded_batches
from gnn.features.graph_arrays import GraphArrays, collect
from gnn.models.network import Network
from gnn.models.quantize import dequantize, quantize
from gnn.models.runtime import one_thread

MOST_ANCHORS = 1_000
"""Most compounds for which the old predictions are kept; others of the task follow."""
_SHARES = tuple(10.0**power for power in np.arange(-3, 3.1, 0.5))
"""Weights of one old prediction beside one value of the campaign, from which one is chosen."""
_RIDGE = 1e-3
"""Share of the mean variance of the hidden numbers that is added to each, so that directions which
no anchor has are not free."""


class _Hidden(NamedTuple):
    """What the last layers of K networks see of N compounds."""

    hidden: list[Tensor]
    """K times float64 [N, H + 1]; the last column is 1, for the bias."""
    value: Tensor
    """float64 [N] mean of the networks' values for the task, on its scale."""


class HeadTraining:
    """A bundle's networks, ready to be trained again on growing sets of results."""

    def __init__(self, base: Bundle, results: Sequence[Result]) -> None:
        """Compute once what all trainings share.

        results: All results that any later training gets.

        Raises:
            ModelError: The bundle is not one of networks alone, or has no measured compounds.
        """
        if not base.networks or base.kernel is not None:
            raise ModelError(f"{base.card.name} is not made of networks alone")
        if base.measured_compounds is None:
            raise ModelError(f"{base.card.name} has no measured compounds beside its weights")
        self._base = base
        known = {task.name: at for at, task in enumerate(base.card.tasks)}
        self._at = {name: known[name] for name in sorted({one.task for one in results} & {*known})}
        texts = sorted({one.smiles for one in results if one.task in self._at})
        self._place, graphs = _read(texts)
        self._seen = {name: _hidden(base, at, graphs) for name, at in self._at.items()}
        self._anchors = {name: _anchors(base, name, at) for name, at in self._at.items()}

    def train(self, results: Sequence[Result], campaign: str = "") -> Bundle:
        """Return the bundle with last layers that were trained again; nothing is written.

        campaign: The hash of the last line of the campaign's log, for the card.

        Raises:
            ModelError: None of the results is of a task and a compound that can be used.
        """
        networks = [deepcopy(one) for one in self._base.networks]
        tasks: dict[str, RetrainedTask] = {}
        for name, at in self._at.items():
            rows = [one for one in results if one.task == name and one.smiles in self._place]
            if rows:
                tasks[name] = self._train(networks, name, at, rows)
        if not tasks:
            raise ModelError("no result can train the last layer again")
        told = RetrainedCard(base=self._base.sha256, campaign=campaign, tasks=tasks)
        card = self._base.card.model_copy(update={"retrained": told, "own_results": None})
        return replace(
            self._base, card=card, networks=tuple(networks), surrogate=None, own_results=None
        )

    @one_thread()
    def _train(
        self, networks: Sequence[Network], name: str, at: int, rows: Sequence[Result]
    ) -> RetrainedTask:
        """Change the last layers of the networks for one task."""
        seen, anchors = self._seen[name], self._anchors[name]
        places = [self._place[one.smiles] for one in rows]
        bound = torch.tensor([one.bound for one in rows])
        error = torch.tensor([one.value for one in rows]).double() - seen.value[places]
        error[(bound != 0) & (error * bound <= 0)] = 0  # a bound that the prediction respects
        shares = []
        for network, hidden, old in zip(networks, seen.hidden, anchors.hidden, strict=True):
            scale = float(network.scale[at])
            change, share = _fit(hidden[places], error / scale, old)
            layer = _last(network)
            with torch.no_grad():
                layer.weight[at] += change[:-1].float()
                layer.bias[at] += float(change[-1])
            # Compare, and ship, the networks as they are stored.
            network.load_state_dict(dequantize(quantize(network.state_dict())))
            shares.append(share)
        return RetrainedTask(results=len(rows), kept=len(anchors.value), share=max(shares))


def write_retrained(base: Bundle, retrained: Bundle, results: Sequence[Result], out: Path) -> None:
    """Write a bundle of :meth:`HeadTraining.train` into a new folder.

    Its measured compounds are those of its base and those of the results.
    """
    states = [quantize(network.state_dict()) for network in retrained.networks]
    save_bundle(out, retrained.card, states, base.domain)
    measured = base.measured_compounds
    assert measured is not None  # or it would not have been trained again
    copy_measured_compounds(with_own_results(measured, results), base.path, out, read_card(out))


def _read(texts: Sequence[str]) -> tuple[dict[str, int], GraphArrays | None]:
    """Return the place of each structure that can be read, and the graphs."""
    read = [(text, read_graph(text)) for text in texts]
    kept = [(text, one.graph) for text, one in read if not isinstance(one, Failure)]
    places = {text: at for at, (text, _) in enumerate(kept)}
    return places, collect([graph for _, graph in kept]) if kept else None


def _anchors(base: Bundle, name: str, at: int) -> _Hidden:
    """Return the last layers' view of compounds that the bundle learned from, drawn by one seed."""
    measured = base.measured_compounds
    assert measured is not None
    rows = measured.of(name).rows
    if len(rows) > MOST_ANCHORS:
        rows = np.sort(np.random.default_rng(0).choice(rows, MOST_ANCHORS, replace=False))
    return _hidden(base, at, _read([str(one) for one in measured.smiles[rows]])[1])


@torch.inference_mode()
@one_thread()
def _hidden(base: Bundle, at: int, graphs: GraphArrays | None) -> _Hidden:
    """Return what the last layers see of compounds, and the networks' mean value for a task."""
    if graphs is None:
        raise ModelError("none of the structures can be read")
    parts: list[list[Tensor]] = [[] for _ in base.networks]
    values = torch.zeros(graphs.molecules, dtype=torch.float64)
    for rows, count, batch in padded_batches(graphs, *SHAPES["cpu"], torch.device("cpu")):
        for network, into in zip(base.networks, parts, strict=True):
            given = network.given(batch)
            hidden = network.second(torch.relu(network.first(given)))[:count]
            normed = network.head[0](hidden.float())
            out = _last(network)(normed)[:, at].double()
            into.append(torch.nn.functional.pad(normed.double(), (0, 1), value=1.0))
            mean = out * float(network.scale[at]) + float(network.shift[at])
            values[rows] += mean / len(base.networks)
    return _Hidden([torch.cat(part).clone() for part in parts], values.clone())


def _last(network: Network) -> nn.Linear:
    layer = network.head[-1]
    assert isinstance(layer, nn.Linear)
    return layer


def _fit(own: Tensor, error: Tensor, old: Tensor) -> tuple[Tensor, float]:
    """Return the change of a weight vector float64 [H + 1], and the share of old predictions.

    Args:
        own: float64 [n, H + 1] what the layer sees of the campaign's compounds.
        error: float64 [n] what it should add for them.
        old: float64 [M, H + 1] the same for compounds for which it should add nothing.
    """
    cost = old.T @ old / len(old)
    cost += _RIDGE * cost.diagonal().mean() * torch.eye(len(cost), dtype=torch.float64)
    solved = torch.cholesky_solve(own.T, torch.linalg.cholesky(cost))  # [H + 1, n]
    kernel = own @ solved
    values, vectors = torch.linalg.eigh((kernel + kernel.T) / 2)
    values = values.clamp(min=0)
    turned = vectors.T @ error

    def left_out(share: float) -> float:
        """Return the mean squared error of each value as foreseen from the others."""
        kept = (vectors * (share / (values + share))) @ turned
        own_share = (vectors.square() * (share / (values + share))).sum(dim=1)
        return float((kept / own_share.clamp(min=1e-9)).square().mean())

    scale = max(float(values.mean()), 1e-12)
    best = min(_SHARES, key=lambda one: (left_out(one * scale), -one))
    weights = vectors @ (turned / (values + best * scale))
    return solved @ weights, best
