"""Checks of a training before any work: names, folders, devices."""

import re
from pathlib import Path
from typing import get_args

from chem.disk.allowed_roots import named_path
from chem.disk.files import is_leftover
from chem.errors import InputError
from gnn.assembly.own_assay import Wanted
from gnn.bundle.bundle import read_card
from gnn.bundle.measured_compounds import FILE as MEASURED
from gnn.errors import ModelError
from gnn.models.runtime import pick_device
from screening.runs.plan import check_writable

CARD, WEIGHTS = "card.json", "weights.safetensors"
_BEGUN = {WEIGHTS, f".{WEIGHTS}.part", f".{CARD}.part"}
"""Of a bundle that was being written: ``gnn.bundle.bundle.save_bundle`` writes the card last. Older
versions left the last two."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
"""A bundle's name is the first part of its columns."""


def check_name(name: str) -> str:
    """Return a bundle's name, refusing one that cannot begin a column's name."""
    if not NAME.fullmatch(name):
        raise InputError(
            f"bundle name {name!r} would begin column names: use up to 40 letters, digits, '-' "
            "and '_', a letter or digit first"
        )
    return name


def column_safe(path: Path) -> str:
    """Return a bundle's name made of a file's: ``EGFR assay (2).csv.gz`` is EGFR_assay_2."""
    stem = path.name.split(".")[0]
    return re.sub(r"[^A-Za-z0-9-]+", "_", stem)[:40].strip("_-") or "assay"


def check_bundle_folder(out: Path, about: tuple[str, str, str] | None = None) -> Path:
    """Return the absolute path of a bundle to write, refusing a folder with something in it.

    What a training left that was stopped while it wrote its bundle is no obstacle: the same
    command goes on. about: name, title and description of what is to be trained; without them any
    bundle that lacks its measured compounds, which are written last, is one of a stopped training.
    """
    folder = out.expanduser().absolute()
    check_writable(folder)
    found = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    begun = {name for name in found if name in _BEGUN or is_leftover(name)}
    if found != begun and CARD not in found:
        raise InputError(f"{out} is not empty and is no bundle; name another folder with --out")
    if CARD in found and (MEASURED in found or not _is_of(folder, about)):
        raise InputError(
            f"{out} holds a bundle, which would be replaced with all that is in its folder; name "
            "another folder with --out, or remove this one"
        )
    return folder


def _is_of(folder: Path, about: tuple[str, str, str] | None) -> bool:
    """Tell whether a bundle's card is that of a training."""
    try:
        card = read_card(folder)
    except ModelError:
        return False
    return about is None or (card.name, card.title, card.description) == about


def check_device(device: str) -> str:
    """Return the device's name, refusing a GPU where there is none."""
    if device not in ("auto", "cpu", "cuda"):
        raise InputError(f"unknown device {device!r}: choose auto, cpu or cuda")
    if device == "cuda" and pick_device("auto").type != "cuda":
        raise InputError("no CUDA device is found here; use --device auto or cpu")
    return device


def check_model(model: str | None) -> Wanted:
    """Return what to make of an assay; by default what its own rows say is best."""
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
