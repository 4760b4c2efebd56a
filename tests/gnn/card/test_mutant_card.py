"""The part of a card on mutants refuses numbers that nothing supports."""

import pytest
from pydantic import ValidationError

from gnn.card.mutant_card import MutantCard, MutantNumbers

NUMBERS = MutantNumbers(
    slope=-0.2, slope_std=0.1, std=1.0, error=1.1, wild_error=1.3, coverage=0.87
)


def test_a_mutant_has_the_name_of_its_target() -> None:
    card = MutantCard(task="EGFR", mutation="T790M", compounds=12, numbers=NUMBERS)
    assert card.name == "EGFR T790M"


def test_numbers_need_compounds() -> None:
    with pytest.raises(ValidationError, match="numbers of 0 compounds"):
        MutantCard(task="EGFR", mutation="T790M", compounds=0, numbers=NUMBERS)


@pytest.mark.parametrize("wrong", [{"std": 0}, {"slope": float("nan")}, {"coverage": 1.2}])
def test_impossible_numbers_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        MutantNumbers.model_validate(NUMBERS.model_dump() | wrong)
