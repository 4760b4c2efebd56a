"""Lab settings: the table ``[lab]`` of a screen. Every key has a sensible default.

Impossible settings are refused when they are read, before any work. The hits change the number
of plates, but never whether the plates can be filled.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from chem.errors import InputError
from chem.records.message_text import counted
from screening.objective.dispensing import (
    Dispense,
    Recipe,
    from_nl,
    from_ul,
    recipes,
    series,
    ul_text,
)
from screening.objective.terms import NotTiny, Strict
from screening.objective.wells import FORMATS, PlateFormat

LEVELS = 6
"""The most intermediate dilutions; each is made from the one before it."""

Concentration = Annotated[float, Field(gt=0, le=1e6), NotTiny]
Volume = Annotated[float, Field(gt=0, le=1e4), NotTiny]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$|^$", max_length=60)]
"""A name that every instrument's software can read: letters, digits and ``_.-``."""


UNNAMED = "unnamed reference"
"""The name of the positive controls' compound if the screen gives none."""
NONE_NAMED = "positive control: none named ([lab] reference)"
"""The text in plates for a compound that was not named: it says where to name it."""


class Lab(Strict):
    """The plates, doses, liquids and order of a lab.

    Volumes are volumes of liquid, in the unit that the key names.
    """

    # --- The assay's plates
    plate: Literal[96, 384] = 384
    edge_wells: bool = True
    """True: the rim of a plate is used; False: it stays empty."""
    controls: Literal["columns", "spread"] = "columns"
    """``columns``: in the outer columns, alternating; ``spread``: among the samples."""
    controls_each: Annotated[int, Field(ge=1, le=192)] | None = None
    """The number of positive controls on a plate, and of negative ones; None: as many as the outer
    columns hold."""
    positive_controls: bool = True
    """True: half of the controls are positive; False: all are DMSO."""
    reference: Annotated[str, Field(min_length=1, max_length=200)] = UNNAMED
    """The name of the compound in the positive controls; the default says that none was named."""
    reference_uM: Concentration = 10.0  # noqa: N815
    reference_stock_mM: Concentration = 10.0  # noqa: N815
    replicates: Annotated[int, Field(ge=1, le=24)] = 1
    replicate_plates: bool = False
    """True: each replicate has its own plates; False: its own columns."""
    randomize: bool = True
    """True: positions on the plate are drawn at random; False: they follow the rank."""
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    prefix: Name = ""
    """The start of every plate's name; the screen's name by default."""

    # --- The contents of a well
    top_uM: Concentration = 10.0  # noqa: N815
    """The concentration, or the highest of a series."""
    points: Annotated[int, Field(ge=1, le=24)] = 1
    """The number of concentrations of each compound; 1: a single concentration."""
    dilution: Annotated[float, Field(gt=1, le=1000)] = 3.0
    """The dilution factor from one dose to the next."""
    well_volume_ul: Volume = 50.0
    """The final volume of a well."""
    dmso_percent: Annotated[float, Field(gt=0, le=100), NotTiny] = 0.5
    """The share of DMSO in every used well, by volume; each well is topped up to it."""
    tolerance: Annotated[float, Field(ge=0, le=0.2)] = 0.05
    """The largest relative error of a concentration that is made of whole drops."""

    # --- The dispenser and its source plates
    drop_nl: Volume = 2.5
    """The size of a drop, of which every volume is a multiple: 2.5 for most Echos, 25 for an
    Echo 525."""
    max_transfer_nl: Volume = 500.0
    """The largest single transfer; a larger one is written as several."""
    stock_mM: Concentration = 10.0  # noqa: N815
    source_plate: Literal[96, 384] = 384
    source_plate_type: Name = "384PP_DMSO2"
    """The plate type, by its name in the Echo's software."""
    source_volume_ul: Volume = 40.0
    """The volume that each source well is filled with."""
    source_dead_ul: Annotated[float, Field(ge=0, le=1e4)] = 15.0
    """The dead volume, which has to stay in the source well."""
    intermediate_factor: Annotated[float, Field(gt=1, le=1000)] = 10.0
    """The factor of each intermediate dilution of a stock, where low doses need one."""
    pipette_ul: Volume = 1.0
    """The smallest volume that is pipetted to make an intermediate dilution."""

    # --- The order
    amount: Annotated[float, Field(gt=0, le=1e6), NotTiny] | None = None
    """The least amount of each compound to order; more is ordered where the plates need more."""
    unit: Literal["uL", "mg"] = "uL"
    """``uL`` of stock in DMSO, or ``mg`` of solid."""

    @property
    def form(self) -> PlateFormat:
        """The grid of an assay plate."""
        return FORMATS[self.plate]

    @property
    def source_form(self) -> PlateFormat:
        """The grid of a source plate."""
        return FORMATS[self.source_plate]

    @property
    def drop(self) -> int:
        """The size of a drop in picoliters."""
        return from_nl(self.drop_nl)

    @property
    def dispense(self) -> Dispense:
        """The limits of a well; its DMSO is rounded to whole drops."""
        most = round(self.dmso_percent * self.well_volume_ul * 10 / self.drop_nl)
        return Dispense(self.drop_nl, most, self.well_volume_ul, self.tolerance)

    @property
    def source_room(self) -> int:
        """The volume in picoliters that may be taken from one source well."""
        return from_ul(self.source_volume_ul) - from_ul(self.source_dead_ul)

    @property
    def pipetted(self) -> int:
        """The volume in picoliters of the level before that an intermediate dilution takes."""
        return from_ul(self.source_volume_ul / self.intermediate_factor)

    @property
    def recipes(self) -> tuple[Recipe, ...]:
        """The doses of a compound, highest first."""
        wanted = series(self.top_uM, self.points, self.dilution)
        factor = self.intermediate_factor
        return recipes(wanted, self.stock_mM * 1000, factor, LEVELS, self.dispense)

    @property
    def dilutes(self) -> bool:
        """True if any dose, even a single low one, needs an intermediate dilution of the stock."""
        return any(recipe.level for recipe in self.recipes)

    @property
    def positive_control(self) -> str:
        """The text for the compound of the positive controls in the files of the lab."""
        return self.reference if self.reference != UNNAMED else NONE_NAMED

    @property
    def reference_recipe(self) -> Recipe:
        """The dose of the positive control, which always comes from its stock."""
        stock = self.reference_stock_mM * 1000
        return recipes([self.reference_uM], stock, 2.0, 0, self.dispense)[0]

    @property
    def control_wells(self) -> int:
        """The number of control wells in the outer columns of a plate."""
        columns = self.form.control_columns(self.edge_wells)
        return sum(well.column in columns for well in self.form.usable(self.edge_wells))

    @property
    def controls_of_a_kind(self) -> int:
        """The number of positive controls on a plate, which is that of negative ones too."""
        return self.controls_each or self.control_wells // 2

    @property
    def capacity(self) -> int:
        """The number of samples that a plate holds."""
        kept = self.control_wells if self.controls == "columns" else 2 * self.controls_of_a_kind
        return len(self.form.usable(self.edge_wells)) - kept

    @model_validator(mode="after")
    def _can_be_done(self) -> Self:
        if not self.dispense.most:
            raise InputError(
                f"dmso_percent = {self.dmso_percent:g} of {self.well_volume_ul:g} uL is less than "
                f"half a drop of {self.drop_nl:g} nL; raise it"
            )
        if self.dispense.most * self.drop > from_ul(self.well_volume_ul):
            raise InputError("dmso_percent leaves no room in the well; lower it")
        if self.max_transfer_nl < self.drop_nl:
            raise InputError(
                f"max_transfer_nl = {self.max_transfer_nl:g} is below a drop "
                f"({self.drop_nl:g} nL); raise it"
            )
        if self.controls == "columns" and 2 * self.controls_of_a_kind > self.control_wells:
            raise InputError(
                f"controls_each = {self.controls_each}: the outer columns of this plate hold "
                f'{self.control_wells // 2} of each kind; lower it, or write controls = "spread"'
            )
        if self.points > self.capacity:
            raise InputError(
                f"a plate has {counted(max(self.capacity, 0), 'well')} for samples, but one "
                f"compound takes {self.points}; lower points or controls_each, or take a larger "
                "plate"
            )
        if self.dilutes and self.pipetted < from_ul(self.pipette_ul):
            raise InputError(
                f"an intermediate dilution takes {ul_text(self.pipetted)} uL (source_volume_ul / "
                f"intermediate_factor), below pipette_ul = {self.pipette_ul:g}; raise "
                "source_volume_ul or lower intermediate_factor"
            )
        most = max(self.dispense.most * self.drop, self.pipetted if self.dilutes else 0)
        if self.source_room < most:
            raise InputError(
                f"a source well of {self.source_volume_ul:g} uL with {self.source_dead_ul:g} uL "
                f"dead volume gives less than the {ul_text(most)} uL that one transfer may take; "
                "raise source_volume_ul or lower source_dead_ul"
            )
        if self.positive_controls:
            try:
                _ = self.reference_recipe
            except InputError as error:
                raise InputError(f"reference_uM: {error}") from error
        return self
