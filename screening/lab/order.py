"""``order.csv``: what is ordered of each compound."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, Decimal

from screening.handover.table import VENDOR_PREFIX, HitTable
from screening.lab.plan import LabPlan
from screening.lab.volumes import from_ul, number_text, ul_text

COLUMNS = ("rank", "compound_id", "name", "amount", "unit", "needed_ul", "stock_mM")
"""Before the vendor's own columns."""
STRUCTURES = ("smiles", "input_smiles")
"""After them."""
STEP = {"uL": Decimal(10), "mg": Decimal(1)}
"""Amounts are rounded up to a multiple of it."""


def order_header(table: HitTable) -> list[str]:
    """Headers of ``order.csv``; a vendor's column whose name is taken gets a prefix."""
    taken = {*COLUMNS, *STRUCTURES}
    names = []
    for column in table.columns:
        if column.group == "vendor":
            name = column.name
            while name in taken:
                name = VENDOR_PREFIX + name
            taken.add(name)
            names.append(name)
    return [*COLUMNS, *names, *STRUCTURES]


def order_rows(plan: LabPlan, table: HitTable, weights: Sequence[float]) -> Iterator[list[str]]:
    """One row for each hit, in rank order. weights: g/mol of each."""
    wells = Counter(source.liquid.hit for source in plan.sources if source.liquid.group == "S")
    filled = from_ul(plan.lab.source_volume_ul)
    vendor = [column.name for column in table.columns if column.group == "vendor"]
    for at, (cells, weight) in enumerate(zip(table.records(), weights, strict=True)):
        needed = wells[at] * filled
        own = [cells[name] for name in ("rank", "compound_id", "name")]
        amount = amount_text(needed, weight, plan)
        own += [amount, plan.lab.unit, ul_text(needed), number_text(plan.lab.stock_mM)]
        yield own + [cells[name] for name in (*vendor, *STRUCTURES)]


def amount_text(needed: int, weight: float, plan: LabPlan) -> str:
    """The amount that gives ``needed`` picoliters of stock, rounded up; at least what was asked."""
    lab = plan.lab
    if lab.unit == "uL":
        exact = Decimal(ul_text(needed))
    else:
        # 1 uL of 1 mM holds 1 nmol, which weighs g/mol / 1e6 mg.
        exact = Decimal(ul_text(needed)) * Decimal(lab.stock_mM) * Decimal(weight) / 10**6
    step = STEP[lab.unit]
    amount = (exact / step).to_integral_value(rounding=ROUND_CEILING) * step
    return number_text(max(float(amount), lab.amount or 0.0), 9)
