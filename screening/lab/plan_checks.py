"""Checks of a lab plan before any file is written.

The checks follow from the settings and not from the layout code: every hit is present as often as
requested, no well is used twice, no well gives more than it holds, and the content of each well
follows from its transfers.
"""

from collections import Counter, defaultdict
from math import isclose

from screening.errors import AccountingError
from screening.lab.layout import EMPTY, NEGATIVE, POSITIVE, SAMPLE, AssayWell, Role
from screening.lab.plan import DMSO, REFERENCE, LabPlan, Transfer
from screening.objective.dispensing import from_ul


def check_plan(plan: LabPlan) -> None:
    """Raise AccountingError for the first law that does not hold."""
    _check_samples(plan)
    _check_wells(plan)
    _check_controls(plan)
    _check_sources(plan)
    _check_contents(plan)


def _law(holds: bool, law: str) -> None:
    if not holds:
        raise AccountingError(f"the lab's plan: {law} does not hold; nothing was published")


def _check_samples(plan: LabPlan) -> None:
    found = Counter(
        (well.hit, well.replicate, well.recipe.dose)
        for well in plan.wells
        if well.role == SAMPLE and well.recipe is not None
    )
    wanted = {
        (hit, replicate, dose)
        for hit in range(plan.hits)
        for replicate in range(1, plan.lab.replicates + 1)
        for dose in range(1, plan.lab.points + 1)
    }
    once = set(found.values()) <= {1} and found.keys() == wanted
    _law(once, "every hit in each of its replicates and doses exactly once")
    samples = sum(well.role == SAMPLE for well in plan.wells)
    _law(samples == len(wanted), "samples = hits x replicates x doses")
    plates = defaultdict(set)
    for well in plan.wells:
        plates[well.hit, well.replicate].add(well.plate)
    series = [len(seen) for (hit, _), seen in plates.items() if hit is not None]
    _law(set(series) <= {1}, "a dose series is on one plate")


def _check_wells(plan: LabPlan) -> None:
    every = {(plate, well) for plate in range(1, plan.plates + 1) for well in plan.lab.form.wells()}
    seen = Counter((well.plate, well.well) for well in plan.wells)
    _law(seen == Counter(every), "every well of every plate is listed exactly once")
    usable = set(plan.lab.form.usable(plan.lab.edge_wells))
    used = {well.well for well in plan.wells if well.role != EMPTY}
    _law(used <= usable, "only usable wells are used")


def _check_controls(plan: LabPlan) -> None:
    each = plan.lab.controls_of_a_kind
    wanted: dict[Role, int] = {POSITIVE: each, NEGATIVE: each}
    if not plan.lab.positive_controls:
        wanted = {POSITIVE: 0, NEGATIVE: 2 * each}
    for plate in range(1, plan.plates + 1):
        roles = Counter(well.role for well in plan.wells_of(plate))
        found = {role: roles[role] for role in wanted}
        _law(found == wanted, "every plate has its controls")


def _check_sources(plan: LabPlan) -> None:
    places = Counter((source.plate, source.well) for source in plan.sources)
    _law(set(places.values()) <= {1}, "no source well is used twice")
    filled, dead = from_ul(plan.lab.source_volume_ul), from_ul(plan.lab.source_dead_ul)
    taken: Counter[int] = Counter()
    for transfer in plan.transfers:
        taken[transfer.source] += transfer.volume
    for mix in plan.mixes:
        taken[mix.source] += mix.volume
    for at, source in enumerate(plan.sources):
        _law(taken[at] == source.taken, "what is taken of a source well is what it is said to give")
        _law(taken[at] <= filled - dead, "no source well gives more than it holds")
    made = Counter(mix.target for mix in plan.mixes)
    diluted = [at for at, source in enumerate(plan.sources) if source.liquid.level]
    _law(made == Counter(diluted), "every dilution is made exactly once")
    for mix in plan.mixes:
        before, after = plan.sources[mix.source].liquid, plan.sources[mix.target].liquid
        same = after == before._replace(level=before.level + 1) and mix.level == after.level
        _law(same, "a dilution is made from the level before it")


def _check_contents(plan: LabPlan) -> None:
    into: dict[tuple[int, object], list[Transfer]] = defaultdict(list)
    for transfer in plan.transfers:
        _law(
            transfer.volume > 0 and transfer.volume % plan.lab.drop == 0,
            "a transfer is a whole number of drops",
        )
        into[transfer.plate, transfer.well].append(transfer)
    for well in plan.wells:
        _check_well(well, into.pop((well.plate, well.well), []), plan)
    _law(not into, "liquid goes to wells of the plan only")


def _check_well(well: AssayWell, transfers: list[Transfer], plan: LabPlan) -> None:
    if well.role == EMPTY:
        _law(not transfers, "an empty well gets nothing")
        return
    lab = plan.lab
    total = sum(transfer.volume for transfer in transfers)
    _law(total == lab.dispense.most * lab.drop, "every used well gets the same DMSO")
    strengths: dict[str, float] = defaultdict(float)
    for transfer in transfers:
        liquid = plan.sources[transfer.source].liquid
        if liquid.kind == "compound":
            _law(liquid.hit == well.hit, "a well gets its own compound")
            strength = lab.stock_mM / lab.intermediate_factor**liquid.level
        else:
            strength = lab.reference_stock_mM if liquid == REFERENCE else 0.0
        strengths[liquid.kind] += strength * 1000 * transfer.volume / from_ul(lab.well_volume_ul)
    strengths.pop(DMSO.kind, None)
    if well.role == NEGATIVE or well.recipe is None:
        _law(well.role == NEGATIVE and not strengths, "a negative control gets DMSO alone")
        return
    kind = "compound" if well.role == SAMPLE else "reference"
    _law(list(strengths) == [kind], "a well gets one compound")
    said = well.recipe.concentration_um
    _law(isclose(strengths[kind], said, rel_tol=1e-6), "a well's concentration is as said")
    limit = lab.tolerance * well.recipe.nominal_um * (1 + 1e-6)
    _law(
        abs(said - well.recipe.nominal_um) <= limit,
        "a concentration is within the tolerance",
    )
