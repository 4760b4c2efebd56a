"""What became of a selection, in numbers and in words."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from screening.basket import REFUSALS

EXCLUDED = "excluded: "
"""Begins the reason of a compound on a list of exclusion; the list's name follows."""
FULL = "hits were full"
ALIKE = "more like a hit than others"
BETTER = "its cluster has a better one"
"""Counts all ``cluster 3 has a better one`` together."""


class Chosen(NamedTuple):
    """How a selection went."""

    asked: int
    """Hits asked for."""
    pool: int
    """Compounds of the ranked list that the choice was made from."""
    considered: int
    """The pool, controls and explored compounds beyond it, and whoever is excluded among them."""
    by_rule: dict[str, int]
    """Hits by what picked them; those of all clusters together."""
    passed_over: dict[str, int]
    """The other considered compounds by reason, likewise."""
    not_listed: int
    """Of these, excluded compounds that are counted but not listed one by one."""
    money: dict[str, Any] | None
    """``budget, spent, currency`` and ``unpriced_controls``; None without a budget."""
    lists: tuple[dict[str, Any], ...]
    """What became of each list of compounds."""

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {**self._asdict(), "lists": list(self.lists)}


def is_refusal(why: str) -> bool:
    """Tell whether a rule refused a compound, and not only something better was taken."""
    return why in REFUSALS or why.startswith(EXCLUDED)


def describe_selection(found: Mapping[str, Any]) -> str:
    """Say in a line what a manifest's ``selection`` says."""
    picked = ", ".join(f"{n:,} by {rule}" for rule, n in found["by_rule"].items() if n)
    over = ", ".join(f"{n:,} {why}" for why, n in found["passed_over"].items() if n)
    line = f"chosen from a pool of {found['pool']:,}: {picked or 'nobody'}"
    line += f"; passed over: {over}" if over else ""
    if found["money"] is not None:
        money = found["money"]
        currency = f" {money['currency']}" if money["currency"] else ""
        line += f"; {money['spent']}{currency} of {money['budget']} spent"
        if money["unpriced_controls"]:
            line += f", {money['unpriced_controls']} controls without a readable price"
    return line
