"""Reads the cards of other trainings of a recipe, to be shown beside that of a new one."""

from collections.abc import Sequence

from chem.errors import InputError
from gnn.bundle.find_bundle import find_bundle, read_card
from gnn.card.card import Card, Protocol


def read_beside(name: str, bundles: Sequence[str]) -> tuple[Card, ...]:
    """Read the cards of bundles, each given by its shipped name or its folder.

    Raises:
        InputError: Two of them, or one and the new bundle ``name``, have the same name.
        ModelError: One cannot be read.
    """
    cards = tuple(read_card(find_bundle(bundle)) for bundle in bundles)
    known = {name}
    for card in cards:
        if card.name in known:
            raise InputError(
                f"two trainings are called {card.name}, expected different names side by side; "
                "train one with another --name"
            )
        known.add(card.name)
    return cards


def as_protocols(cards: Sequence[Card], tasks: Sequence[str]) -> tuple[Protocol, ...]:
    """Return the results of the cards, whose tasks must be those of the new bundle.

    Raises InputError for other tasks: their means would be of other quantities.
    """
    for card in cards:
        if different := sorted({task.name for task in card.tasks} ^ set(tasks)):
            raise InputError(
                f"{card.name} cannot be shown beside this training: {different[0]} is a task of "
                "only one of them, expected the same tasks; give a bundle that the same recipe made"
            )
    return tuple(card.as_protocol() for card in cards)
