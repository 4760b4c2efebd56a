"""The rules by which hits are chosen from the ranked list: a screen's ``[selection]`` table."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from chem.assess.clusters import SIMILAR
from screening.objective.terms import Strict, Text

POOL_PER_HIT = 10
POOL_LEAST = 500
POOL_MOST = 50_000
"""The default pool of a screen: ten compounds for each hit, at least 500, but no more than 50,000
beyond the hits, so that memory stays bounded."""

LATER_PLATES = 2
ACQUISITION = ("acquisition", "later_plates")
"""The keys of an acquisition."""


class Selection(Strict):
    """The demands on the hits as a set, beside the score of each.

    Compounds are offered in the order of ``diversity``, and each is taken unless a rule refuses it.
    The choice is greedy: a compound that was taken is never replaced by a better one.
    """

    pool: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """The number of compounds of the ranked list that are considered; see ``considered``."""
    diversity: Literal["none", "clusters", "maxmin"] = "none"
    """``none``: in the order of the list. ``clusters``: the best of each cluster, then the second
    of each, and so on. ``maxmin``: the best, then always the one least like all that were taken."""
    acquisition: Literal["probability", "improvement", "knowledge"] | None = None
    """Picks by what a compound may be instead of by its cautious score. ``probability``: by its
    expected yield, the probability that it is a hit times its worth otherwise. ``improvement``: by
    how far it is expected to exceed the level of a hit. ``knowledge``: by its yield and by what its
    result teaches for later plates. It replaces ``diversity`` and ``explore``."""
    later_plates: Annotated[int, Field(ge=1, le=50)] | None = None
    """The number of plates of this size that will follow; only for ``knowledge``, and by default
    ``LATER_PLATES``."""
    similarity: Annotated[float, Field(gt=0, le=1)] = SIMILAR
    """The Tanimoto similarity (ECFP4) from which a compound belongs to a cluster."""
    max_per_scaffold: Annotated[int, Field(ge=1)] | None = None
    """The most hits that may share a Bemis-Murcko scaffold; a molecule without rings has none."""
    max_per_cluster: Annotated[int, Field(ge=1)] | None = None
    exclude: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    """Compounds that were tested or are owned: library files, or ids of the library."""
    include: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    """Controls: ids of the library, or library files. They are taken whatever filters and rules
    say, are among the hits, count towards caps, and their prices are spent first."""
    hide_decided: Annotated[tuple[Literal["order", "later", "no"], ...], Field(strict=False)] = ()
    """The decisions that keep a compound off the hits, unless something about it changed since."""
    budget: Annotated[float, Field(gt=0)] | None = None
    """The most that all hits together may cost, in the currency of the price column."""
    price_column: Text | None = None
    """The library's own column with the price of one order of the compound."""
    price_decimal: Literal["point", "comma"] | None = None
    """The decimal mark of the prices, where the column itself leaves that open."""
    explore: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    """The share of the hits that goes to uncertain compounds: the best by ``optimism``, inside the
    domains of the primary targets' bundles."""
    optimism: Annotated[float, Field(ge=0, le=10)] = 1.0
    """The number of standard deviations that exploration adds to a prediction."""

    @model_validator(mode="after")
    def _money_is_whole(self) -> Self:
        if (self.budget is None) != (self.price_column is None):
            raise ValueError("budget and price_column belong together: give both or neither")
        return self

    @model_validator(mode="after")
    def _one_order(self) -> Self:
        other = "diversity" if self.diversity != "none" else "explore" if self.explore else ""
        if self.acquisition is not None and other:
            raise ValueError(
                f"acquisition and {other} both decide the order of the picks: leave out one"
            )
        if self.acquisition != "knowledge" and self.later_plates is not None:
            raise ValueError('later_plates belongs to acquisition = "knowledge": leave it out')
        return self

    def considered(self, hits: int) -> int:
        """Return the number of ranked compounds from which ``hits`` hits are chosen."""
        most = min((POOL_PER_HIT - 1) * hits, POOL_MOST)
        return self.pool if self.pool is not None else max(hits + most, POOL_LEAST)

    def explored(self, hits: int) -> int:
        """Return the number of ``hits`` hits that exploration may pick."""
        return round(self.explore * hits)

    def later_picks(self, hits: int) -> int:
        """Return how many compounds the later plates hold."""
        return hits * (LATER_PLATES if self.later_plates is None else self.later_plates)

    def acquisition_pool(self, hits: int) -> int:
        """Return how many of the best by optimism are considered beside the pool."""
        wanted = hits if self.acquisition is not None else self.explored(hits)
        beyond = max(POOL_PER_HIT * wanted, POOL_LEAST)
        return hits + min(beyond, POOL_MOST)
