"""Finds bundles and reads their cards. It needs no torch, so listing bundles starts fast."""

import hashlib
from pathlib import Path

from pydantic import ValidationError

from chem.disk.allowed_roots import named_path
from chem.disk.bounded_read import read_regular
from chem.disk.ssh_signatures import check_signed
from chem.records.message_text import did_you_mean
from gnn.card.card import Card
from gnn.errors import ModelError

SHIPPED = Path(__file__).parents[1] / "bundles"
"""Folder of the bundles that come with the package."""


def shipped_bundles() -> list[str]:
    """Return the names of the bundles that come with the package."""
    return sorted(folder.parent.name for folder in SHIPPED.glob("*/card.json"))


def unrestricted_bundles() -> list[str]:
    """Return the names of the shipped bundles that may be used for everything.

    The others are loaded only if they are named (:attr:`gnn.card.card.Card.restrictions`).
    """
    return [name for name in shipped_bundles() if not read_card(SHIPPED / name).restrictions]


def find_bundle(name: str) -> Path:
    """Return the folder of a bundle, given the name of a shipped one or a path.

    Raises ModelError if there is none, InputError if it lacks a required signature.
    """
    names = shipped_bundles()
    if name in names:  # looked up by name only: a path joined to a folder may lead out of it
        return SHIPPED / name
    folder = named_path(name)
    if folder.is_symlink():  # followed once: what is read is of one bundle, even if it moves on
        folder = folder.resolve()
    if (folder / "card.json").is_file():
        check_signed(folder)
        return folder
    if folder.is_dir():
        raise ModelError(
            f"{folder} is no bundle: it has no card.json; name the folder that holds one"
        )
    hint = did_you_mean(name, names, f"shipped are {', '.join(names)}")
    raise ModelError(f"no bundle {name!r}: {hint} (or give the path of a folder with a card.json)")


def read_card(folder: Path) -> Card:
    """Read only a bundle's card."""
    return read_card_and_hash(folder)[0]


def read_card_and_hash(folder: Path) -> tuple[Card, str]:
    """Read a bundle's card; return it with the SHA-256 of its bytes."""
    path = folder / "card.json"
    try:
        content = read_regular(path)
        return Card.model_validate_json(content), hashlib.sha256(content).hexdigest()
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror}; name a bundle's folder") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(key) for key in first["loc"]) or "the file"
        raise ModelError(
            f"{path} is no card of this version: {where}: {first['msg']}; train the bundle again"
        ) from None
