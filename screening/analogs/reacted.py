"""Makes analogs of a hit by coupling a part of it with other reagents."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, zip_longest

from chem.analogs.changes import pair_change
from chem.analogs.couplings import Disconnection, couple, disconnections
from chem.structure.standardize import Standardized, standardize
from screening.analogs.found import Analog, similarity_to
from screening.analogs.partners import Partners
from screening.analogs.query import Query
from screening.analogs.search import Progress

REACTION = "reaction"


def react(
    query: Query,
    partners: Partners,
    is_wanted: Callable[[Standardized], bool],
    most: int,
    progress: Progress | None = None,
) -> tuple[list[Analog], list[str]]:
    """Return analogs that are made by reactions, and what to tell if there are none.

    The ways to make the hit take turns, each with the reagents that are most similar to the old
    one first.

    Args:
        query: The hit.
        partners: The reagents.
        is_wanted: Tells whether a molecule is new and easy enough to make.
        most: The most analogs.
        progress: A callback that is told the progress.
    """
    ways = disconnections(query.smiles)
    if not ways:
        return [], [f"{REACTION}: no reaction that is known here makes a bond of the hit"]
    made: dict[str, str] = {}
    tried: set[str] = set()
    for text, told in in_turn(_products(way, partners) for way in ways):
        if len(made) == most:
            break
        if text in tried:
            continue
        tried.add(text)
        mol = standardize(text, "smiles")
        if isinstance(mol, Standardized) and is_wanted(mol):
            made[mol.smiles] = told
            if progress is not None:
                progress("make analogs", len(made), None)
    notes = []
    if not made:
        names = ", ".join(dict.fromkeys(way.reaction.name for way in ways))
        notes.append(f"{REACTION}: no reagent of the library gives a new analog ({names})")
    return list(_analogs(query, made)), notes


def _products(way: Disconnection, partners: Partners) -> Iterator[tuple[str, str]]:
    """Yield the molecules that a part of the hit gives, and how."""
    reaction = f"{way.reaction.name}, {way.reaction.groups[way.side].name}"
    for one in partners.near(way):
        both = (way.kept, one.smiles) if way.side else (one.smiles, way.kept)
        text = couple(way.reaction, *both)
        if text is not None:
            yield text, f"{reaction} {way.replaced}>>{one.smiles}, {one.source}"


def _analogs(query: Query, made: dict[str, str]) -> Iterator[Analog]:
    likeness = similarity_to(query, list(made))
    for (smiles, reaction), similarity in zip(made.items(), likeness, strict=True):
        # The reagents tell what changed; the change of a matched pair is what statistics are of.
        pair, core = pair_change((place.cut for place in query.places), smiles)
        yield Analog("", smiles, (REACTION,), similarity, pair, core, reaction)


def in_turn(sources: Iterable[Iterator[tuple[str, str]]]) -> Iterator[tuple[str, str]]:
    """Yield the first item of each source, then the second one of each, and so on.

    >>> list(in_turn([iter([("a", ""), ("b", "")]), iter([("c", "")])]))
    [('a', ''), ('c', ''), ('b', '')]
    """
    rounds = zip_longest(*sources)
    return (one for one in chain.from_iterable(rounds) if one is not None)
