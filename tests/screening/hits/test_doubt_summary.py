"""The last line of a run: which doubts it counts, and in which words."""

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from screening.hits.doubt_summary import sum_up_doubts
from screening.hits.table import Column, HitTable
from screening.reason.measurements import Contradiction
from screening.text.applicability import Outside

FAR = Outside("activity", 0.8, 0.6)
RANK = Column("rank", "rank", 0, "identity")
ALERTS = Column("alerts", "alerts", None, "alerts")
WEAKER, STRONGER = Contradiction("measured 5.5", False), Contradiction("measured 9.9", True)


def listed(
    *alerts: str,
    outside: tuple[int, ...] = (),
    extrapolated: tuple[int, ...] = (),
    measured: Mapping[int, Contradiction] = MappingProxyType({}),
    risks: tuple[tuple[str, ...], ...] = (),
) -> HitTable:
    """A list with these alerts; the other doubts are those of the hits with these numbers."""
    count = range(len(alerts))
    return HitTable(
        (RANK, ALERTS),
        [[str(at), text] for at, text in enumerate(alerts, 1)],
        tuple({"EGFR": measured[at]} if at in measured else {} for at in count),
        tuple((FAR,) if at in outside else () for at in count),
        tuple(("EGFR extrapolated",) if at in extrapolated else () for at in count),
        risks or ((),) * len(alerts),
    )


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (listed(), ""),
        (listed(""), "Doubts: none noted for 1 hit"),
        (listed("", ""), "Doubts: none noted for 2 hits"),
        (listed("", outside=(0,)), "Doubts: 1 of 1 hit is outside the domain of activity"),
        (
            listed("BRENK a", "", "NIH b", outside=(0, 2)),
            "Doubts: 2 of 3 hits are outside the domain of activity; 2 have structural alerts",
        ),
        (listed("BRENK a", ""), "Doubts: 1 of 2 hits has structural alerts"),
        (
            listed("", "", extrapolated=(0,), measured={1: WEAKER}),
            "Doubts: 1 of 2 hits is extrapolated; 1 is contradicted by a measurement",
        ),
        (
            listed("", "", "", measured={0: STRONGER, 1: WEAKER, 2: STRONGER}),
            "Doubts: 3 of 3 hits are contradicted by a measurement (2 are stronger, 1 is weaker)",
        ),
        (
            listed("", measured={0: STRONGER}),
            "Doubts: 1 of 1 hit is contradicted by a measurement (1 is stronger)",
        ),
        (
            listed("", "", risks=(("hERG 0.71", "DILI 0.80"), ("hERG 0.55",))),
            "Doubts: 2 of 2 hits have a predicted liability (hERG 2, DILI 1)",
        ),
        (
            listed("", risks=(tuple(f"r{n} 0.9" for n in range(5)),)),
            "Doubts: 1 of 1 hit has a predicted liability (r0 1, r1 1, r2 1, r3 1, …)",
        ),
    ],
)
def test_doubts_are_summed_up(table: HitTable, told: str) -> None:
    assert sum_up_doubts(table) == told


def test_a_list_without_alerts_as_a_column_says_nothing_of_them() -> None:
    table = listed("BRENK a")
    bare = table._replace(columns=(RANK,), rows=[["1"]])
    assert sum_up_doubts(bare) == "Doubts: none noted for 1 hit"


def test_hits_that_are_not_fully_assessed_are_counted_last() -> None:
    table = listed("BRENK a", "", "")
    lacking = (("liabilities", "domain"), (), ("liabilities",))
    told = sum_up_doubts(table._replace(not_assessed=lacking))
    assert told == (
        "Doubts: 1 of 3 hits has structural alerts; "
        "2 are not fully assessed (liabilities of 2, domain of 1)"
    )
    alone = listed("")._replace(not_assessed=(("measured compounds",),))
    told = sum_up_doubts(alone)
    assert told == "Doubts: 1 of 1 hit is not fully assessed (measured compounds of 1)"


@pytest.mark.parametrize(
    ("names", "cells", "told"),
    [
        (("Stock",), [["0 mg"], ["12 mg"], [""]], "Doubts: 1 of 3 hits is out of stock (Stock)"),
        (("Availability",), [["no"], ["none"]], "Doubts: 2 of 2 hits are out of stock (Availabil"),
        (("stock", "Availability"), [["0", "0"]], "Doubts: none noted for 1 hit"),
        (("availability_days",), [["0"]], "Doubts: none noted for 1 hit"),
        (("Stock",), [[" "]], "Doubts: none noted for 1 hit"),
        (("Price",), [["0"]], "Doubts: none noted for 1 hit"),
    ],
)
def test_hits_out_of_stock_are_told(
    names: tuple[str, ...], cells: list[list[str]], told: str
) -> None:
    empty = tuple(() for _ in cells)
    columns = tuple(Column(name, name, None, "vendor") for name in names)
    table = HitTable(columns, cells, tuple({} for _ in cells), empty, empty, empty)
    assert sum_up_doubts(table).startswith(told)
