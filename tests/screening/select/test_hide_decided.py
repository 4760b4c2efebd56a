"""What counts as a change since a decision, and what a run records of it."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from chem.errors import InputError
from screening.objective.screen_settings import Screen
from screening.select import hide_decided
from screening.select.decided import (
    DECIDED_FILE,
    DecidedCompound,
    DecidedCompounds,
    ShownThen,
    decided_text,
    read_decided,
)

CELLS = {
    "small_EGFR": "7.00",
    "small_EGFR_lo": "6.20",
    "small_EGFR_hi": "7.80",
    "Price": "100",
    "stock": "0",
}
THEN = ShownThen(
    run="night-1",
    finished="2026-01-31T02:04:05+00:00",
    library="stock.csv",
    compound_id="A-1",
    smiles="CCO",
    cells=CELLS,
)
ONE = DecidedCompound(
    compound_id="A-1",
    inchikey="",
    decision="no",
    comment="too small",
    date="2026-01-31",
    by="J. Doe",
    key="A" * 25 + "E",
    then=THEN,
)
ALL = DecidedCompounds(
    file="decisions.csv",
    library="stock.csv",
    price_column="Price",
    stock_column="stock",
    compounds=[ONE],
)


@pytest.fixture
def screen() -> Screen:
    return Screen.model_validate(
        {
            "name": "one",
            "title": "One",
            "library": "stock.csv",
            "bundles": ["small"],
            "primary": [{"task": "small_EGFR", "zero": 5.0, "full": 8.0}],
            "selection": {"hide_decided": ["no"]},
        }
    )


def changes(
    screen: Screen,
    extra: dict[str, str] | None = None,
    value: float = 7.0,
    name: str = "A-1",
    decided: DecidedCompounds = ALL,
) -> list[str]:
    own = {"Price": "100", "stock": "0", **(extra or {})}
    now = hide_decided._Now(name, "CCO", own, {"small_EGFR": value})
    return list(hide_decided._changes(ONE, THEN, now, decided, screen))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (7.0, []),
        (7.8, []),
        (6.2, []),
        (7.81, ["small_EGFR 7.00 → 7.81, outside its 90 % interval"]),
        (6.0, ["small_EGFR 7.00 → 6.00, outside its 90 % interval"]),
        (float("nan"), []),
    ],
)
def test_a_prediction_has_to_leave_its_interval(
    screen: Screen, value: float, told: list[str]
) -> None:
    assert changes(screen, value=value) == told


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ({}, []),
        ({"Price": "80"}, ["price 100 → 80"]),
        ({"Price": "80.01"}, []),
        ({"Price": "120"}, []),
        ({"Price": "on request"}, []),
        ({"Price": "EUR 50"}, []),  # the currency is not known to be the same
        ({"stock": "3"}, ["stock 0 → 3"]),
        ({"stock": "0.0"}, []),
        ({"stock": " Out of  stock"}, []),
        ({"stock": ""}, []),
        ({"Price": "10", "stock": "in stock"}, ["price 100 → 10", "stock 0 → in stock"]),
    ],
)
def test_a_price_has_to_fall_and_a_stock_to_come_back(
    screen: Screen, extra: dict[str, str], told: list[str]
) -> None:
    assert changes(screen, extra) == told
    # Another record, or another library, is no change by the vendor.
    assert changes(screen, extra, name="A-2") == []
    other = ALL.model_copy(update={"library": "other.csv"})
    assert changes(screen, extra, decided=other) == []


def test_prices_are_read_with_the_decimal_mark_of_the_screen(screen: Screen) -> None:
    rules = {"hide_decided": ["no"], "budget": 100.0, "price_column": "Price"}
    comma = screen.changed(selection={**rules, "price_decimal": "comma"})
    assert hide_decided._is_cheaper("1.250,50", "99,90", comma)
    assert not hide_decided._is_cheaper("1.250,50", "99,90", screen)


def test_the_reason_names_the_person_the_date_and_the_comment() -> None:
    assert ONE.why == "decided: no (J. Doe, 2026-01-31): too small"
    bare = {"comment": "", "date": "", "by": ""}
    assert ONE.model_copy(update=bare).why == "decided: no"


def test_what_is_recorded_is_read_back_and_checked(tmp_path: Path) -> None:
    path = tmp_path / DECIDED_FILE
    path.write_text(decided_text(ALL), encoding="utf-8")
    digest = sha256(path.read_bytes()).hexdigest()
    assert read_decided(tmp_path, digest) == ALL
    assert read_decided(tmp_path, None) is None
    with pytest.raises(InputError, match="is not what the run wrote"):
        read_decided(tmp_path, "0" * 64)
    wrong: Any = b'{"file": 1}'
    path.write_bytes(wrong)
    with pytest.raises(InputError, match="is damaged"):
        read_decided(tmp_path, sha256(wrong).hexdigest())
    path.unlink()
    with pytest.raises(InputError, match="cannot be read"):
        read_decided(tmp_path, digest)
