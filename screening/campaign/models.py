"""The models of a campaign: which bundle is current, and which ones were.

    campaign/models/001/      the bundle of before the first promotion, copied
    campaign/models/002/      the first promoted bundle
    campaign/models/current   a link to the current one

The log says which model is current. The link is for people and for commands that only predict; a
screen that names it gets the model of the log. Folders of models are never changed or removed.
"""

from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from chem.disk.allowed_roots import named_path
from chem.disk.bounded_read import hash_file
from chem.disk.ssh_signatures import SIGNATURE, STATEMENT
from chem.errors import InputError
from gnn.bundle.find_bundle import read_card_and_hash
from screening.campaign.campaign import Campaign, is_campaign, open_campaign
from screening.campaign.event import ModelEvent
from screening.errors import AlteredError

MODELS, CURRENT = "models", "current"
_MAY_BE_ADDED = {SIGNATURE, STATEMENT}
"""Files of a model that an operator adds by ``hitlist sign``."""


class Model(NamedTuple):
    """A model of a campaign."""

    number: str
    folder: Path
    sha256: str
    """The content hash of the bundle."""
    since: ModelEvent
    """The event that made it current."""

    @property
    def told(self) -> str:
        """The model and since when it is current, in words."""
        return f"model {self.number}, {self.since.what} on {self.since.time[:10]}"


def current_model(campaign: Campaign) -> Model | None:
    """Return the current model; None before the first promotion.

    Raises AlteredError if its bundle is gone or was changed.
    """
    if not campaign.model_events:
        return None
    event = campaign.model_events[-1]
    folder = campaign.folder / MODELS / event.model
    card = folder / "card.json"
    try:
        found = hash_file(card)
    except InputError:
        raise AlteredError(
            f"{card} cannot be read, expected the current model of the campaign; put it back from "
            "a backup"
        ) from None
    if found != event.sha256:
        raise AlteredError(
            f"{card} is not the card of model {event.model}: its hash differs from that in the "
            "log; put it back from a backup"
        )
    return Model(event.model, folder, event.sha256, event)


def promotion_of(campaign: Campaign, model: str) -> ModelEvent | None:
    """Return the promotion of a model; None for the one of before the first promotion."""
    found = [one for one in campaign.model_events if one.what == "promoted" and one.model == model]
    return found[-1] if found else None


def resolve_current(name: str) -> tuple[str, str]:
    """Return the folder for a bundle that a user named, and what to tell.

    ``CAMPAIGN/models/current`` is the current model by the log of the campaign, so that a run notes
    the folder that it used. Any other name stays as it is, and nothing is told.

    Raises:
        InputError: No model was promoted yet.
        AlteredError: The log or the model was changed.
    """
    path = Path(name)
    if (path.name, path.parent.name) != (CURRENT, MODELS):
        return name, ""
    folder = named_path(path.parent.parent)
    if not is_campaign(folder):
        return name, ""
    model = current_model(open_campaign(folder))
    if model is None:
        raise InputError(
            f"{name}: no model was promoted in {folder} yet; name the bundle itself until `hitlist "
            "promote` has promoted one"
        )
    return str(path.parent / model.number), f"{name} is {model.told}"


def check_models(campaign: Campaign) -> list[str]:
    """Return the faults of all models against the log; empty if there are none."""
    known = {
        name: digest for event in campaign.model_events for name, digest in event.files.items()
    }
    root = campaign.folder / MODELS
    faults = [fault for name in known if (fault := _fault(root / name, known[name]))]
    names = {name.partition("/")[0] for name in known}
    for folder in sorted(root.iterdir()) if root.is_dir() else []:
        if folder.is_symlink() or folder.name.startswith(".") or not folder.is_dir():
            continue
        if folder.name not in names:
            faults.append(
                f"{folder} has no line in the log, so it does not count: a command was killed, or "
                "its line was removed; if no promotion is missing, remove the folder"
            )
            continue
        there = {one.relative_to(root).as_posix() for one in folder.rglob("*") if one.is_file()}
        more = sorted(name for name in there - {*known} if Path(name).name not in _MAY_BE_ADDED)
        faults += [f"{root / name} is not in the log" for name in more]
    return faults + _fault_of_link(campaign)


def _fault_of_link(campaign: Campaign) -> list[str]:
    link = campaign.folder / MODELS / CURRENT
    if not link.is_symlink() or not campaign.model_events:
        return []
    found, expected = link.readlink().as_posix(), campaign.model_events[-1].model
    if found == expected:
        return []
    return [f"{link} leads to {found}, expected {expected}; remove it: the log counts"]


def _fault(path: Path, expected: str) -> str:
    try:
        found = hash_file(path)
    except InputError:
        return f"{path} cannot be read; put it back from a backup"
    if found != expected:
        return f"{path} is not the file that was kept: its hash differs; put it back from a backup"
    return ""


def files_of(folder: Path) -> dict[str, str]:
    """Return the hash of every file in a folder, by its name with the folder's."""
    return {
        f"{folder.name}/{one.name}": sha256(one.read_bytes()).hexdigest()
        for one in sorted(folder.iterdir())
        if one.is_file()
    }


def tell_models(campaign: Campaign) -> list[str]:
    """Return the current model and its history, one line each; empty before any promotion."""
    model = current_model(campaign)
    if model is None:
        return []
    card, _ = read_card_and_hash(model.folder)
    lines = [f"current model: {card.name}, {model.told}"]
    return lines + [f"{one.time[:10]} {one.summary}" for one in campaign.model_events]
