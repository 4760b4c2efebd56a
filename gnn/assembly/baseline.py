"""The forest beside which a bundle is measured, task by task, remembered in its work folder."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from chem.features.fingerprints import count_fingerprints
from gnn.assembly.assemble import Assembled, Progress
from gnn.evaluation.assess import Floats
from gnn.models.kept_file import keep_array
from gnn.training.forest import forest_outputs


def forest_baseline(
    assembled: Assembled, role: str, work: Path | None, progress: Progress | None
) -> Callable[[int], Floats]:
    """Return a function from a task to its baseline, which remembers its forests in ``work``."""
    fingerprints = count_fingerprints(assembled.smiles)
    tasks = assembled.data.tasks

    def baseline(task: int) -> Floats:
        kept = work / f"forest-{task}.npy" if work else None
        if kept is not None and kept.is_file():
            found: Floats = np.load(kept)
            return found
        found = forest_outputs(assembled.data, fingerprints, task, role)
        if kept is not None:
            keep_array(kept, found)
        if progress is not None:
            progress(f"forest for {tasks[task]['name']}", task + 1, len(tasks))
        return found

    return baseline
