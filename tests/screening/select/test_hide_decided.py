"""What a run records of decided compounds, and the reasons that it gives."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from chem.errors import InputError
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
