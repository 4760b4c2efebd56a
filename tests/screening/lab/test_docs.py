"""docs/lab.md says what the code does."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from screening.lab import order, picklists, platefiles
from screening.objective.plate_settings import Lab

TEXT = (Path(__file__).parents[3] / "docs" / "lab.md").read_text(encoding="utf-8")
TABLES = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)


def test_the_settings_and_their_defaults_are_all_there() -> None:
    commented = re.sub(r"^# (\w+ = )", r"\1", TABLES[1], flags=re.MULTILINE)
    assert tomllib.loads(commented)["lab"].keys() == Lab.model_fields.keys()
    given = tomllib.loads(TABLES[1])["lab"]
    assert given == {key: value for key, value in Lab() if value not in (None, "")}
    assert Lab(**given) == Lab()


def test_the_example_is_accepted() -> None:
    assert Lab(**tomllib.loads(TABLES[0])["lab"]).points == 8


def test_source_plates_are_as_the_table_says() -> None:
    """The first row is the default, the second the block below the table, and a series fits."""
    rows = re.findall(r"\| `(\w+)` \| ([\d.]+) \| ([\d.]+) \|", TEXT)
    written = tomllib.loads(TABLES[2])["lab"]
    for row, lab in zip(rows, (Lab(points=8), Lab(points=8, **written)), strict=True):
        found = (lab.source_plate_type, lab.source_volume_ul, lab.source_dead_ul)
        assert found == (row[0], float(row[1]), float(row[2]))


def test_the_volumes_of_the_example_add_up() -> None:
    lab = Lab(**tomllib.loads(TABLES[0])["lab"])
    dmso = lab.dispense.most * lab.drop_nl
    assert f"{dmso:g} nL here" in TEXT
    assert f"{lab.well_volume_ul - dmso / 1000:g} µL to the {dmso / 1000:g} µL of DMSO" in TEXT
    assert f"{40 * lab.replicates * lab.points} wells" in TEXT
    drops = {round(recipe.nominal_um, 1): recipe for recipe in lab.recipes}[1.1]
    assert f"{drops.drops} drops of the stock diluted 1:10 can" in TEXT
    assert drops.level == 1


@pytest.mark.parametrize(
    "header",
    [
        platefiles.COLUMNS,
        picklists.ECHO,
        picklists.DILUTIONS,
        picklists.SOURCES,
        order.COLUMNS,
    ],
)
def test_the_columns_are_those_of_the_files(header: Any) -> None:
    assert any(line.startswith(",".join(header)) for line in TEXT.splitlines())


def test_the_error_is_the_one_that_is_given() -> None:
    with pytest.raises(ValueError, match="takes 500 nL") as caught:
        Lab(stock_mM=1.0)
    line = next(line for line in TEXT.splitlines() if line.startswith("10 uM in 50 uL takes"))
    assert line in str(caught.value)
