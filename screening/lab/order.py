"""Rows of ``order.csv``: the amount to order of each compound.

An amount in mg is the weight of the substance as supplied, with counterions and water. Its weight
per mole of the compound follows from the input structure. It is unknown if the input was a
molblock, which is not kept, or if its counterion is not drawn.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal
from pathlib import Path

from screening.hits.hit_files import write_csv
from screening.hits.table import VENDOR_PREFIX, HitTable
from screening.lab.plan import LabPlan
from screening.objective.dispensing import from_ul, number_text, ul_text
from screening.text.cells import unescape_cell

DECISION = ("decision", "decision_comment")
"""What was decided about the compound. The cells are filled when the run is otherwise whole."""
COLUMNS = (
    *("rank", "compound_id", "name", *DECISION, "amount", "unit", "weighed_as"),
    *("needed_ul", "stock_mM", "mw", "mw_as_supplied"),
)
"""Columns before those of the vendor."""
SUPPLIED, PARENT = "as supplied", "parent alone"
"""Substance that an amount in mg refers to; not used for an amount in uL."""
STRUCTURES = ("smiles", "stereo", "key", "input_smiles")
"""Columns after those of the vendor."""
ADVICE = ("domain", "reason")
"""The last columns: the domains that a hit is outside of, and its reason."""
STEP = {"uL": Decimal(10), "mg": Decimal(1)}
"""Step to which amounts are rounded up, by unit."""


def order_header(table: HitTable) -> list[str]:
    """Return the header of ``order.csv``. A vendor's column gets a prefix if its name is taken."""
    taken = {*COLUMNS, *STRUCTURES, *ADVICE}
    names = []
    for column in table.columns:
        if column.group == "vendor":
            name = column.name
            while name in taken:
                name = VENDOR_PREFIX + name
            taken.add(name)
            names.append(name)
    return [*COLUMNS, *names, *STRUCTURES, *ADVICE]


def order_rows(
    plan: LabPlan,
    table: HitTable,
    weights: Sequence[float],
    supplied: Sequence[float | None],
) -> Iterator[list[str]]:
    """Yield one row per hit, in rank order.

    Args:
        plan: the lab plan.
        table: the hits.
        weights: molecular weight of each parent, g/mol.
        supplied: weight of the supplied substance per mole of parent, g/mol; None if unknown, and
            the amount then refers to the parent.
    """
    wells = Counter(source.liquid.hit for source in plan.sources if source.liquid.group == "S")
    filled = from_ul(plan.lab.source_volume_ul)
    vendor = [column.name for column in table.columns if column.group == "vendor"]
    hits = zip(table.records(), weights, supplied, strict=True)
    for at, (cells, weight, sold) in enumerate(hits):
        needed = wells[at] * filled
        own = [cells[name] for name in ("rank", "compound_id", "name")]
        own += ["" for _ in DECISION]
        amount = amount_text(needed, weight if sold is None else sold, plan)
        weighed = "" if plan.lab.unit == "uL" else PARENT if sold is None else SUPPLIED
        own += [amount, plan.lab.unit, weighed, ul_text(needed), number_text(plan.lab.stock_mM)]
        own += [f"{weight:.2f}", "" if sold is None else f"{sold:.2f}"]
        own += [cells.get(name, "") for name in (*vendor, *STRUCTURES)]
        outsides = table.outsides[at] if table.outsides else ()
        domain = "; ".join(f"outside {one.bundle}'s domain ({one.how_far})" for one in outsides)
        yield [*own, domain, cells.get("reason", "")]


def write_decisions(path: Path, decided: Mapping[str, tuple[str, str]]) -> None:
    """Write decisions and their comments, by rank, into an ``order.csv``."""
    csv.field_size_limit(1 << 30)  # a vendor's field may be long
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = ([unescape_cell(cell) for cell in line] for line in csv.reader(file))
    rank, first = header.index("rank"), header.index(DECISION[0])
    for row in rows:
        row[first : first + len(DECISION)] = decided.get(row[rank], ("", ""))
    write_csv(path, header, rows)


def amount_text(needed: int, weight: float, plan: LabPlan) -> str:
    """Return the amount for ``needed`` picoliters of stock, rounded up, and at least ``amount``."""
    lab = plan.lab
    if lab.unit == "uL":
        exact = Decimal(ul_text(needed))
    else:
        # 1 uL of 1 mM holds 1 nmol, which weighs g/mol / 1e6 mg.
        exact = Decimal(ul_text(needed)) * Decimal(lab.stock_mM) * Decimal(weight) / 10**6
    step = STEP[lab.unit]
    amount = (exact / step).to_integral_value(rounding=ROUND_CEILING) * step
    return number_text(max(float(amount), lab.amount or 0.0), 9)
