import numpy as np
import pandas as pd
import pytest

from chem.errors import InputError
from data.catalogue.catalogue import dataset
from data.public_sets.long_tables import widen

ENTRY = dataset("dili_extra")


def table(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["smiles", "task", "y"], dtype=str)


def test_each_molecule_has_one_row_in_the_order_of_the_file() -> None:
    frame = table(("CCO", "b", "1"), ("C", "a", "0"), ("CCO", "a", "0.5"), ("C", "x", "9"))
    molecules, values, notes = widen(frame, ENTRY, ["a", "b"])
    assert list(molecules["smiles"]) == ["CCO", "C"]
    np.testing.assert_array_equal(values, [[0.5, 1], [0, np.nan]])
    assert notes == ("dili_extra: 1 value of 1 other task in its column task left out",)


def test_a_second_value_is_refused() -> None:
    with pytest.raises(
        InputError, match=r"^dataset dili_extra: 1 row .* expected one row for each"
    ):
        widen(table(("C", "a", "1"), ("C", "a", "1")), ENTRY, ["a"])
