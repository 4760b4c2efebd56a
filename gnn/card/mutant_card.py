"""Defines the part of a bundle's card on mutants of its targets."""

from typing import Annotated, Self

from pydantic import Field, FiniteFloat, model_validator

from gnn.card.strict import Strict

_Share = Annotated[float, Field(ge=0, le=1)]
_Positive = Annotated[FiniteFloat, Field(gt=0)]


class MutantNumbers(Strict):
    """The difference of a mutant to its wild type, and its quality.

    The first three are fields of :class:`gnn.calibration.mutant_shifts.MutantShift`. Quality is
    measured on compounds of chemical series that were left out whole, from the measured value of
    the wild type. A prediction for a new compound has the error of the wild type's besides.
    """

    slope: FiniteFloat
    slope_std: _Positive
    std: _Positive
    error: FiniteFloat
    """Root mean squared error, in pActivity."""
    wild_error: FiniteFloat
    """The same if the mutant is taken to be as the wild type."""
    coverage: _Share
    """Share of the measured values in their 90 % interval."""


class MutantCard(Strict):
    """One mutant of a task's protein."""

    task: str
    """Name of the task in the bundle."""
    mutation: str
    """Such as ``T790M``, ``L858R,T790M`` or ``ITD``."""
    compounds: Annotated[int, Field(ge=0)]
    """Compounds that bind the mutant or the wild type; the others say nothing of a difference."""
    numbers: MutantNumbers | None
    """None if the compounds are too few: then nothing is predicted."""

    @model_validator(mode="after")
    def _has_compounds(self) -> Self:
        if self.numbers is not None and not self.compounds:
            raise ValueError(f"{self.name} has numbers of 0 compounds, expected none")
        return self

    @property
    def name(self) -> str:
        """The name, such as ``EGFR T790M``."""
        return f"{self.task} {self.mutation}"


class MutantsCard(Strict):
    """The mutants of a bundle's targets."""

    source: str
    """Name of their set in the catalogue; it is among ``Card.data``."""
    floor: FiniteFloat
    """The lower end of the assay, in pActivity: below it there is no difference."""
    compounds: Annotated[int, Field(ge=0)]
    series: Annotated[int, Field(ge=0)]
    """Number of chemical series of the compounds."""
    values: Annotated[int, Field(ge=0)]
    """Informative values that were predicted by fits without their series."""
    error: FiniteFloat
    """Root mean squared error over these values, in pActivity."""
    wild_error: FiniteFloat
    """The same if every mutant is taken to be as its wild type."""
    coverage: _Share
    """Share of these values in their 90 % interval."""
    mutants: tuple[MutantCard, ...]
    """In the order of the bundle's tasks."""
