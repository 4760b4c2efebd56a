"""Evaluates files of results against the run that picked the compounds: the way in to this room."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from chem.disk.bounded_read import hash_file
from chem.errors import InputError
from chem.records.numbers import Decimal
from screening.results.compound_file import read_compound_file
from screening.results.compounds import CompoundValue, compute_values
from screening.results.controls import Controls, Direction
from screening.results.join import join
from screening.results.plate_checks import check_plates
from screening.results.reading.findings import SEVERITIES, Finding
from screening.results.reading.plate_names import PlateNames
from screening.results.reading.plate_plan import PlatePlan
from screening.results.reading.read_signals import read_signals
from screening.results.reading.signals import SignalFile, SignalOptions
from screening.results.reading.text_table import read_table
from screening.results.replicates import find_edge_effects, mark_outliers, set_inhibition
from screening.results.well_results import PlateResult

Kind = Literal["plates", "compounds"]
VALUES = "values"
"""The word with which the user accepts a file of final values, in place of a plate's name."""


class Options(NamedTuple):
    """The user's statements about the files; None leaves a choice to them."""

    value_column: str | None = None
    decimal: Decimal | None = None
    units: str | None = None
    """Of a column of final values."""
    plates: Sequence[str] = ()
    """Other names of plates in the files, such as ``BC0017=kinase_P1``."""
    direction: Direction | None = None
    """The change of the signal with inhibition."""
    accepted: Collection[str] = ()
    """Plates that are accepted in spite of a suspicion; ``values`` for final values."""


@dataclass
class Evaluation:
    """All that is known of some files after all checks."""

    plan: PlatePlan
    kind: Kind
    """``plates``: signals of wells; ``compounds``: final values."""
    hashes: dict[Path, str]
    """The SHA-256 of each file, taken before it was read."""
    told: list[str]
    """How each file was read, and what was settled."""
    findings: list[Finding]
    plates: dict[str, PlateResult] = field(default_factory=dict)
    controls: dict[str, Controls] = field(default_factory=dict)
    values: list[CompoundValue] = field(default_factory=list)
    options: Options = field(default_factory=Options)

    @property
    def wells_kept(self) -> int:
        """The number of wells that are used, controls included."""
        return sum(len(list(plate.kept())) for plate in self.plates.values())

    @property
    def wells_planned(self) -> int:
        """The number of wells of the files' plates that are not empty in the plan."""
        wells = [one.planned for plate in self.plates.values() for one in plate.wells.values()]
        return sum(one.is_sample or one.is_control for one in wells)

    @property
    def with_value(self) -> list[CompoundValue]:
        """The compounds that have a value."""
        return [one for one in self.values if one.qualifier]

    @property
    def is_empty(self) -> bool:
        """True if nothing can be kept: no well, or no final value."""
        return not self.with_value and not self.wells_kept


def evaluate(plan: PlatePlan, paths: Sequence[Path], options: Options | None = None) -> Evaluation:
    """Read files, join them to the plan, check them, and compute the values. Writes nothing.

    Raises:
        InputError: A file cannot be read with certainty, or an accepted plate is unknown.
    """
    options = options or Options()
    _check_accepted(plan, options)
    wanted = SignalOptions(options.value_column, options.decimal)
    names = PlateNames.of(plan.plates, options.plates)
    hashes = {path: hash_file(path) for path in paths}
    if len(set(hashes.values())) < len(paths):
        raise InputError(f"two of {len(paths)} files have the same bytes; name each file once")
    signals: list[SignalFile] = []
    others: list[Path] = []
    for path in hashes:
        found = read_signals(read_table(path), names, wanted)
        if found is None:
            others.append(path)
        else:
            signals.append(found)
    if signals and others:
        raise InputError(
            f"{others[0]} has one row per compound, and {signals[0].path} has wells; keep them by "
            "two commands"
        )
    if signals:
        if options.units is not None:
            raise InputError(
                f"{signals[0].path} has signals of wells, and --units is for final values; leave "
                "it out"
            )
        return _evaluate_plates(plan, signals, options, hashes)
    return _evaluate_compounds(plan, others, options, hashes)


def _check_accepted(plan: PlatePlan, options: Options) -> None:
    unknown = [name for name in options.accepted if name not in (*plan.plates, VALUES)]
    if unknown:
        raise InputError(
            f"--accept names {unknown[0]!r}, expected a plate of the run "
            f"({', '.join(plan.plates)}) or the word {VALUES!r}; correct the name"
        )


def _evaluate_plates(
    plan: PlatePlan, files: Sequence[SignalFile], options: Options, hashes: dict[Path, str]
) -> Evaluation:
    plates, findings = join(plan, files)
    checked = check_plates(plan, plates, options.accepted, options.direction)
    set_inhibition(plates, checked.controls)
    findings += checked.findings
    findings += mark_outliers(plates)
    findings += find_edge_effects(plan, plates, checked.controls)
    values, without = compute_values(plan, plates)
    told = [f"{file.path.name}: {line}" for file in files for line in (file.told, *file.notes)]
    told.append(checked.told_direction)
    ordered = _in_order([*findings, *without])
    controls = dict(checked.controls)
    return Evaluation(plan, "plates", hashes, told, ordered, plates, controls, values, options)


def _evaluate_compounds(
    plan: PlatePlan, paths: Sequence[Path], options: Options, hashes: dict[Path, str]
) -> Evaluation:
    if options.direction is not None:
        raise InputError(
            f"{paths[0]} has final values, and --signal is for signals of wells; leave it out"
        )
    if len(paths) != 1:
        raise InputError(
            f"{paths[0]} and {paths[1]} have one row per compound each; keep them by two commands"
        )
    found = read_compound_file(
        plan, paths[0], options.value_column, options.units, options.decimal,
        VALUES in options.accepted,
    )  # fmt: skip
    told = [f"{paths[0].name}: {line}" for line in found.told]
    return Evaluation(
        plan, "compounds", hashes, told, _in_order(found.findings), values=found.values,
        options=options,
    )  # fmt: skip


def _in_order(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings with those of the gravest consequence first."""
    return sorted(findings, key=lambda one: SEVERITIES.index(one.severity))
