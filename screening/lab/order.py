"""``order.csv``: what is ordered of each compound.

What is weighed is the substance as it is sold, with its counterions and water. The record as it
came tells its weight for one mole of the compound, unless it came as a molblock, of which none is
kept, or draws no counterion.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, Decimal

from screening.hits.table import VENDOR_PREFIX, HitTable
from screening.lab.plan import LabPlan
from screening.objective.dispensing import from_ul, number_text, ul_text

COLUMNS = (
    *("rank", "compound_id", "name", "amount", "unit", "weighed_as"),
    *("needed_ul", "stock_mM", "mw", "mw_as_supplied"),
)
"""Before the vendor's own columns."""
SUPPLIED, PARENT = "as supplied", "parent alone"
"""What an amount in mg is the weight of; in uL of a stock nothing is weighed."""
STRUCTURES = ("smiles", "stereo", "key", "input_smiles")
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


def order_rows(
    plan: LabPlan,
    table: HitTable,
    weights: Sequence[float],
    supplied: Sequence[float | None],
) -> Iterator[list[str]]:
    """One row for each hit, in rank order.

    weights: g/mol of each parent. supplied: g of the substance as sold that hold one mole of it;
    None where that is not known, and then the parent is weighed.
    """
    wells = Counter(source.liquid.hit for source in plan.sources if source.liquid.group == "S")
    filled = from_ul(plan.lab.source_volume_ul)
    vendor = [column.name for column in table.columns if column.group == "vendor"]
    hits = zip(table.records(), weights, supplied, strict=True)
    for at, (cells, weight, sold) in enumerate(hits):
        needed = wells[at] * filled
        own = [cells[name] for name in ("rank", "compound_id", "name")]
        amount = amount_text(needed, weight if sold is None else sold, plan)
        weighed = "" if plan.lab.unit == "uL" else PARENT if sold is None else SUPPLIED
        own += [amount, plan.lab.unit, weighed, ul_text(needed), number_text(plan.lab.stock_mM)]
        own += [f"{weight:.2f}", "" if sold is None else f"{sold:.2f}"]
        yield own + [cells.get(name, "") for name in (*vendor, *STRUCTURES)]


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
