"""Keeps results of a benchmark in one file for each set and model, so that a run can resume."""

import json
import os
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt

from chem.errors import InputError

PACKAGES = ("hitlist", "torch", "rdkit", "numpy", "scikit-learn")


@dataclass(frozen=True)
class Result:
    """The predictions of one model for the test rows of one set."""

    set: str
    sha256: str
    """The SHA-256 of the set's file."""
    model: str
    predicted: list[float]
    """[test rows] in the set's unit; empty if the model could not be fitted."""
    seconds: float
    """The seconds to fit and to predict."""
    notes: list[str] = field(default_factory=list)
    """Remarks on choices, omissions and failures."""
    problem: str = ""
    """The reason that there is no prediction: a fit that diverged is never averaged away."""
    versions: dict[str, str] = field(default_factory=dict)
    weights: str = ""
    """The SHA-256 of the pretrained encoder from which it started; empty for none."""

    @property
    def failed(self) -> bool:
        """True if there is nothing to measure."""
        return bool(self.problem)


def versions() -> dict[str, str]:
    """Return the versions that a result depends on."""
    return {package: version(package) for package in PACKAGES}


def result_path(folder: Path, name: str, model: str) -> Path:
    """Return the file of a set's and model's result."""
    return folder / name / f"{model}.json"


def write_result(folder: Path, result: Result) -> None:
    """Write a result completely or not at all."""
    path = result_path(folder, result.set, result.model)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(asdict(result), indent=1) + "\n", encoding="utf-8")
    os.replace(temporary, path)


def read_result(
    folder: Path, name: str, model: str, sha256: str, rows: int, weights: str = ""
) -> Result | None:
    """Return the result of an earlier run, or None if there is none or it failed.

    Raises:
        InputError: The result is of other data, other weights or another version of hitlist.
    """
    path = result_path(folder, name, model)
    if not path.is_file():
        return None
    try:
        found = Result(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise InputError(f"{path} is not a result ({error}); remove it") from None
    if found.failed:
        return None
    same = (found.sha256, found.versions.get("hitlist"), found.weights, len(found.predicted))
    if same != (sha256, version("hitlist"), weights, rows):
        raise InputError(
            f"{path} is of other data, another encoder or another version of hitlist; "
            "name another folder with --out, or remove it"
        )
    return found


def predictions(result: Result) -> npt.NDArray[np.float64]:
    """Return the predictions as an array [test rows]."""
    return np.asarray(result.predicted, dtype=np.float64)
