"""Settings for a team's own assay: small enough for a laptop, good from 200 rows to a few thousand.

On the 553 held-back rows of MoleculeACE CHEMBL204_Ki (2,201 to train on): RMSE 0.720 (95 % interval
0.655 to 0.786), the random forest 0.770; six minutes of processor time. One choice of settings was
measured, not the best of many.
"""

from gnn.network import NetworkConfig
from gnn.training import TrainingConfig

ASSAY_MEMBERS = 5
"""Networks in the ensemble, and folds of the cross-validation."""

_STEPS = 900
"""Steps of one member at least, where rows are few: an epoch of 150 rows is five of them."""


def assay_network(tasks: int) -> NetworkConfig:
    """Return the sizes of an assay's networks: 0.8 million weights each."""
    return NetworkConfig(tasks=tasks, width=64, layers=3, hidden=256, head_dropout=0.3)


def assay_training(rows: int) -> TrainingConfig:
    """Return the settings for training on a number of rows."""
    batch = 32
    epochs = min(120, max(40, _STEPS * batch // max(rows, 1)))
    return TrainingConfig(epochs=epochs, patience=12, batch=batch, weight_decay=0.1)
