"""Rows of picklists for dispensers, of dilutions and of source plates.

Echo software reads plain comma-separated text, and its quoting differs between versions. So the
cells of its picklist have only letters, digits and ``_.-``: plates have generated names, and a
sample is called ``hit_<rank>``, never by the ID of a vendor.
"""

from collections.abc import Iterator

from screening.hits.table import HitTable
from screening.lab.plan import LabPlan, Liquid
from screening.objective.dispensing import from_nl, from_ul, nl_text, number_text, ul_text

ECHO = (
    *("Source Plate Name", "Source Plate Type", "Source Well"),
    *("Destination Plate Name", "Destination Well", "Transfer Volume", "Sample Name"),
)
"""Columns of an Echo picklist. Volumes are in nanoliters. The lab adds barcodes."""
GENERIC = ("source", "source_well", "destination", "well", "volume_ul")
DILUTIONS = ("step", *GENERIC)
SOURCES = (
    *("plate", "well", "row", "column", "content", "compound_id", "name", "rank", "level"),
    *("concentration_mM", "volume_ul", "taken_ul", "dead_ul"),
)
TROUGH = "DMSO"
"""Name of the trough that supplies DMSO for dilutions."""


def echo_rows(plan: LabPlan, table: HitTable) -> Iterator[list[str]]:
    """Yield transfers for an Echo, plate by plate. Large transfers are split."""
    ranks = [cells["rank"] for cells in table.records()]
    lab = plan.lab
    portion = from_nl(lab.max_transfer_nl) // lab.drop * lab.drop
    for transfer in plan.transfers:
        source = plan.sources[transfer.source]
        before = [source.plate, lab.source_plate_type, source.well.short]
        before += [plan.plate_name(transfer.plate), transfer.well.short]
        for start in range(0, transfer.volume, portion):
            volume = min(portion, transfer.volume - start)
            yield [*before, nl_text(volume), sample_name(source.liquid, ranks)]


def generic_rows(plan: LabPlan) -> Iterator[list[str]]:
    """Yield the same transfers for other dispensers, one row each, in microliters."""
    for transfer in plan.transfers:
        source = plan.sources[transfer.source]
        to = [plan.plate_name(transfer.plate), transfer.well.name]
        yield [source.plate, source.well.name, *to, ul_text(transfer.volume)]


def dilution_rows(plan: LabPlan) -> Iterator[list[str]]:
    """Yield the pipetting steps of intermediate dilutions, in order, DMSO first."""
    filled = from_ul(plan.lab.source_volume_ul)
    for level in sorted({mix.level for mix in plan.mixes}):
        mixes = [mix for mix in plan.mixes if mix.level == level]
        for mix in mixes:
            target = plan.sources[mix.target]
            to = [target.plate, target.well.name, ul_text(filled - mix.volume)]
            yield [str(2 * level - 1), TROUGH, "", *to]
        for mix in mixes:
            source, target = plan.sources[mix.source], plan.sources[mix.target]
            to = [target.plate, target.well.name, ul_text(mix.volume)]
            yield [str(2 * level), source.plate, source.well.name, *to]


def source_rows(plan: LabPlan, table: HitTable) -> Iterator[list[str]]:
    """Yield the content of every source well and the volume taken: plates S, then D, then C."""
    hits = table.records()
    lab = plan.lab
    strengths = {"reference": lab.reference_stock_mM, "DMSO": 0.0}
    for source in sorted(plan.sources):
        liquid = source.liquid
        cells = hits[liquid.hit] if liquid.kind == "compound" else {}
        called = {"reference": lab.positive_control, "DMSO": TROUGH}.get(liquid.kind, "")
        strength = strengths.get(liquid.kind, lab.stock_mM / lab.intermediate_factor**liquid.level)
        yield [
            *(source.plate, source.well.name, source.well.letter, str(source.well.column + 1)),
            *(liquid.kind, cells.get("compound_id", called), cells.get("name", "")),
            *(cells.get("rank", ""), str(liquid.level) if cells else ""),
            *(number_text(strength), number_text(lab.source_volume_ul)),
            *(ul_text(source.taken), number_text(lab.source_dead_ul)),
        ]


def sample_name(liquid: Liquid, ranks: list[str]) -> str:
    """Return ``hit_12`` for a compound, otherwise ``reference`` or ``DMSO``."""
    return f"hit_{ranks[liquid.hit]}" if liquid.kind == "compound" else liquid.kind
