"""The report of a selection, in numbers and in words."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from screening.select.constraints import REFUSALS

EXCLUDED = "excluded: "
"""Begins the reason of a compound on a list of exclusion; the list's name follows."""
FULL = "hits were full"
ALIKE = "more like a hit than others"
BETTER = "its cluster has a better one"
"""Counts all ``cluster 3 has a better one`` together."""


class SelectionReport(NamedTuple):
    """How a selection went."""

    asked: int
    """Hits asked for."""
    pool: int
    """Compounds of the ranked list that the choice was made from."""
    considered: int
    """The pool, controls and explored compounds beyond it, and what is excluded among them."""
    by_rule: dict[str, int]
    """Hits by what picked them; those of all clusters together."""
    passed_over: dict[str, int]
    """The other considered compounds by reason, likewise."""
    not_listed: int
    """Of these, excluded compounds that are counted but not listed one by one."""
    money: dict[str, Any] | None
    """``budget, spent, currency, unpriced_controls`` and ``prices_read``; None without a budget."""
    lists: tuple[dict[str, Any], ...]
    """What became of each list of compounds."""

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {**self._asdict(), "lists": list(self.lists)}


def is_refusal(why: str) -> bool:
    """Tell whether a rule refused a compound, and not only something better was taken."""
    return why in REFUSALS or why.startswith(EXCLUDED)


def describe_lists(found: Mapping[str, Any]) -> list[str]:
    """Say of each list how it was read, and what of it is in the library in another form alone.

    found: a manifest's ``selection``; one of an earlier version may lack the counts.

    >>> describe_lists({"lists": [{"name": "owned.csv", "role": "exclude", "other_stereo": 3}]})
    ['3 of owned.csv differ from compounds of the library by stereochemistry alone: not excluded']
    """
    verb = {"exclude": "excluded", "include": "included"}
    read = [f"{one['name']}: {note}" for one in found["lists"] for note in one.get("reading", ())]
    return read + [
        f"{one['other_stereo']:,} of {one['name']} differ from compounds of the library by "
        f"stereochemistry alone: not {verb[one['role']]}"
        for one in found["lists"]
        if one.get("other_stereo")
    ]


def describe_selection(found: Mapping[str, Any]) -> str:
    """Say in a line what a manifest's ``selection`` says.

    >>> told = {"pool": 500, "by_rule": {"control": 1, "cluster": 9}, "passed_over": {"budget": 3}}
    >>> describe_selection({**told, "money": None})
    'chosen from a pool of 500: by control 1, cluster 9; passed over: budget 3'
    """
    picked, over = (
        ", ".join(f"{what} {n:,}" for what, n in found[key].items() if n)
        for key in ("by_rule", "passed_over")
    )
    line = f"chosen from a pool of {found['pool']:,}: {f'by {picked}' if picked else 'nobody'}"
    line += f"; passed over: {over}" if over else ""
    if (money := found["money"]) is not None:
        currency = f" {money['currency']}" if money["currency"] else ""
        line += f"; spent {money['spent']} of {money['budget']}{currency}"
        free = money["unpriced_controls"]
        line += f", controls without a readable price {free}" if free else ""
        read = money.get("prices_read", "")
        line += f"; prices read with a {read}" if read else ""
    return line
