"""Files of two versions: the same but for what the newer version words otherwise."""

from pathlib import Path

import pytest

from screening.objective.plate_settings import NONE_NAMED, UNNAMED
from screening.verify.verify_columns import same_plates


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        (f"A,{UNNAMED},x\n", f"A,{NONE_NAMED},x\n", True),
        (f"A,{UNNAMED} 10 uM,x\n", f"A,{NONE_NAMED} 10 uM,x\n", True),
        ("A,erlotinib,x\n", f"A,{NONE_NAMED},x\n", False),
        (f"A,{UNNAMED},x\n", f"A,{NONE_NAMED},y\n", False),
        (f"A,{UNNAMED} 1 uM,x\n", f"A,{NONE_NAMED} 10 uM,x\n", False),
    ],
)
def test_plates_of_an_earlier_version_differ_in_the_unnamed_control_alone(
    before: str, after: str, same: bool, tmp_path: Path
) -> None:
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.write_text(before)
    new.write_text(after)
    assert same_plates(old, new, ()) == same
