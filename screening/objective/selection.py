"""How hits are chosen from the ranked list, as a screen's ``[selection]`` table says it."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from chem.assess.clusters import SIMILAR
from screening.objective.terms import Strict, Text

POOL_PER_HIT = 10
POOL_LEAST = 500
POOL_MOST = 50_000
"""The pool of a screen that does not name one: ten for each hit, at least 500, but no more than
50,000 beyond the hits, so that memory stays bounded."""


class Selection(Strict):
    """What is wanted of the hits together, beside the score of each.

    A compound is offered in the order of ``diversity`` and taken unless a rule refuses it. Whoever
    is offered first has the place: nothing that was taken is given back for something better.
    """

    pool: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """How many of the ranked list are considered; see ``considered``."""
    diversity: Literal["none", "clusters", "maxmin"] = "none"
    """``none``: in the order of the list. ``clusters``: the best of each cluster, then the second
    of each, and so on. ``maxmin``: the best, then always what is least like all that were taken."""
    similarity: Annotated[float, Field(gt=0, le=1)] = SIMILAR
    """Tanimoto similarity (ECFP4) from which a compound belongs to a cluster."""
    max_per_scaffold: Annotated[int, Field(ge=1)] | None = None
    """Hits that may share a Bemis-Murcko scaffold; a molecule without rings has none."""
    max_per_cluster: Annotated[int, Field(ge=1)] | None = None
    exclude: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    """Library files of what was tested or is owned, or ids of the library."""
    include: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    """Controls: ids of the library, or library files. They are taken whatever filters and rules
    say, have places of the hits, count for caps, and their prices are spent first."""
    budget: Annotated[float, Field(gt=0)] | None = None
    """Sum of prices that the hits may cost, in the currency of the price column."""
    price_column: Text | None = None
    """The library's own column with the price of one order of the compound."""
    price_decimal: Literal["point", "comma"] | None = None
    """The decimal mark of its numbers, where the column itself leaves that open."""
    explore: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    """Share of the hits that goes to uncertain compounds: the best by ``optimism``, inside the
    domains of the primary targets' bundles."""
    optimism: Annotated[float, Field(ge=0, le=10)] = 1.0
    """Standard deviations added to a prediction where it is judged for exploration."""

    @model_validator(mode="after")
    def _money_is_whole(self) -> Self:
        if (self.budget is None) != (self.price_column is None):
            raise ValueError("budget and price_column belong together: give both or neither")
        return self

    def considered(self, hits: int) -> int:
        """How many compounds of the ranked list a choice of so many hits is made from."""
        most = min((POOL_PER_HIT - 1) * hits, POOL_MOST)
        return self.pool if self.pool is not None else max(hits + most, POOL_LEAST)

    def explored(self, hits: int) -> int:
        """How many of so many hits exploration may pick."""
        return round(self.explore * hits)

    def acquisition_pool(self, hits: int) -> int:
        """How many of the best by optimism exploration looks at; most hits are among them."""
        beyond = max(POOL_PER_HIT * self.explored(hits), POOL_LEAST)
        return hits + min(beyond, POOL_MOST)
