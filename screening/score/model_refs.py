"""References to models: the names and hashes by which a worker loads them.

A worker receives one with every task, so this module needs no torch.
"""

from typing import NamedTuple

BundleRef = tuple[str, str, str]
"""Three texts: the name of a shipped bundle or the path of another one, its content hash, and the
hash of its surrogate, or ``""`` without one."""


class ModelRefs(NamedTuple):
    """The names and hashes by which a worker loads the models of a run; never a pickled model."""

    bundles: tuple[BundleRef, ...]
    featurizer: str
    """The hash of the featurizer's specification."""
    device: str = "cpu"
    """The device of the networks: ``cpu`` or ``cuda``."""
    bfloat16: bool = False
    """True: the networks run in bfloat16."""
