"""Tells why an acquisition picked a hit."""

from collections.abc import Iterator

from screening.reason.potency import is_reliable
from screening.reason.sentence import HitFacts, Phrase, Place
from screening.score.predicted_columns import PROBABILITY

HIT_PROBABILITY, KNOWLEDGE = "hit_probability", "knowledge"
"""The columns of a hit that an acquisition picked."""


def pick(hit: HitFacts) -> Iterator[Phrase]:
    """Yield the probability that a hit of an acquisition is one, and what its result may teach."""
    probability = hit.row.get(HIT_PROBABILITY)
    if probability is None or not all(
        is_reliable(hit, term) for term in hit.screen.objective.primary
    ):
        return
    levels = " and ".join(
        term.name if hit.unit_of(term) == PROBABILITY else f"{term.name} {term.halfway:g} or more"
        for term in hit.screen.objective.primary
    )
    yield Phrase(Place.FACT, f"probability {float(probability):.2f} of {levels}")
    gain = hit.row.get(KNOWLEDGE)
    if gain is not None and float(gain) >= _LEAST:
        yield Phrase(Place.FACT, f"its result is worth {float(gain):.1f} hits on later plates")


_LEAST = 0.05
"""Less knowledge is not told."""
