"""Checks of a training before it starts: names, folders, devices."""

import re
from pathlib import Path
from typing import get_args

from chem.disk.allowed_roots import named_path
from chem.disk.files import is_leftover
from chem.disk.writable import check_writable
from chem.errors import InputError
from gnn.assembly.own_assay import Wanted
from gnn.bundle.find_bundle import read_card
from gnn.bundle.measured_compounds import FILE as MEASURED
from gnn.errors import ModelError
from gnn.models.runtime import pick_device

CARD, WEIGHTS = "card.json", "weights.safetensors"
_BEGUN = {WEIGHTS, f".{WEIGHTS}.part", f".{CARD}.part"}
"""Files of an unfinished bundle: ``gnn.bundle.bundle.save_bundle`` writes the card last. Older
versions left the last two."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
"""Pattern of a bundle's name, which begins the names of its columns."""


def check_name(name: str) -> str:
    """Return a bundle's name. Raises InputError if it cannot begin a column name."""
    if not NAME.fullmatch(name):
        raise InputError(
            f"bundle name {name!r} cannot begin column names: use up to 40 letters, digits, '-' "
            "and '_', a letter or digit first"
        )
    return name


def column_safe(path: Path) -> str:
    """Return a bundle name made from a file name.

    >>> column_safe(Path("EGFR assay (2).csv.gz"))
    'EGFR_assay_2'
    """
    stem = path.name.split(".")[0]
    return re.sub(r"[^A-Za-z0-9-]+", "_", stem)[:40].strip("_-") or "assay"


def check_bundle_folder(out: Path, about: tuple[str, str, str] | None = None) -> Path:
    """Return the absolute path of a bundle to write.

    The unfinished bundle of a stopped training may be there: the same command resumes it.

    Args:
        out: the folder.
        about: name, title and description of the bundle to train. Without them, any bundle
            without measured compounds, which are written last, counts as unfinished.

    Raises:
        InputError: the folder holds anything else.
    """
    folder = out.expanduser().absolute()
    check_writable(folder)
    found = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    begun = {name for name in found if name in _BEGUN or is_leftover(name)}
    if found != begun and CARD not in found:
        raise InputError(f"{out} is not empty and not a bundle; name another folder with --out")
    if CARD in found and (MEASURED in found or not _is_of(folder, about)):
        raise InputError(
            f"{out} holds a bundle, which is never overwritten; name another folder with "
            "--out, or remove this one"
        )
    return folder


def _is_of(folder: Path, about: tuple[str, str, str] | None) -> bool:
    """Tell whether a folder holds the bundle of a given training."""
    try:
        card = read_card(folder)
    except ModelError:
        return False
    return about is None or (card.name, card.title, card.description) == about


def check_device(device: str) -> str:
    """Return the name of a device. Raises InputError for a GPU that is not there."""
    if device not in ("auto", "cpu", "cuda"):
        raise InputError(f"unknown device {device!r}: choose auto, cpu or cuda")
    if device == "cuda" and pick_device("auto").type != "cuda":
        raise InputError("no CUDA device found; use --device auto or cpu")
    return device


def check_model(model: str | None) -> Wanted:
    """Return the kind of model for an assay; by default ``auto``, chosen in cross-validation."""
    for known in get_args(Wanted):
        if (model or "auto") == known:
            return known  # type: ignore[no-any-return]
    raise InputError(f"unknown model {model!r}: choose auto, network, gp or blend")


def check_arrays_file(file: Path) -> Path:
    """Return the absolute path of an arrays file to write."""
    if file.suffix != ".npz":
        raise InputError(f"{file} must end in .npz; name a file such as {file.stem}.npz")
    path = named_path(file).absolute()
    check_writable(path.parent, "name a file elsewhere with --arrays")
    return path
