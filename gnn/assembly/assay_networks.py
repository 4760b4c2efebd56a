"""The networks of an own assay: seconds each here, or from a folder that another machine filled."""

from pathlib import Path

from chem.disk.scratch import scratch_folder
from gnn.models.network import NetworkConfig, State
from gnn.models.pretrained import Pretrained
from gnn.models.runtime import pick_device
from gnn.training.ensemble import fit_members
from gnn.training.heads import Report, fit_heads
from gnn.training.training import TrainingConfig
from gnn.training.training_set import TrainingSet

Fitted = tuple[list[State | None], list[str]]
"""A network for each row of ``data.roles``, None for one left out, and a line on each of those."""


def fit_networks(
    data: TrainingSet,
    sizes: NetworkConfig,
    config: TrainingConfig,
    pretrained: Pretrained,
    seed: int = 0,
    report: Report | None = None,
    work: Path | None = None,
    device: str = "auto",
) -> Fitted:
    """Fit every network, leaving out those that diverge.

    With a ``work`` folder, the networks that are in it are taken and the others kept there.

    Raises:
        ModelError: ``work`` holds the networks of another training.
    """
    if work is None and pick_device(device).type == "cpu":
        return fit_heads(data, sizes, config, pretrained, seed, report)
    with scratch_folder() as scratch:
        place = work or scratch
        return fit_members(data, sizes, config, place, seed, device, report, pretrained)
