"""Measured compounds of the series among the hits."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from chem.assess.clusters import scaffold
from gnn.bundle.measured_compounds import MeasuredCompounds
from screening.evidence.evidence import MeasuredMember, OwnValue
from screening.evidence.measured_series import find_measured_series

PYRIDINE = scaffold("Cc1ccncc1")
MEASURED = MeasuredCompounds(
    ids=np.array(["d", "c", "b", "a"], dtype=object),
    smiles=np.array(["CCc1ccncc1", "CCO", "Clc1ccccn1", "Fc1ccccc1"], dtype=object),
    tasks=("EGFR", "CDK2"),
    rows=np.array([0, 0, 1, 2, 3]),
    columns=np.array([0, 1, 0, 1, 0]),
    values=np.array([7.92, 5, 6, 6.5, 6.1], np.float32),
    bounds=np.array([0, -1, 0, 1, 0], np.int8),
)


def stand_in(measured: MeasuredCompounds | None = MEASURED) -> Any:
    tasks = [SimpleNamespace(name=name) for name in ("EGFR", "CDK2")]
    card = SimpleNamespace(name="activity", tasks=tasks)
    return SimpleNamespace(card=card, measured_compounds=measured)


def test_they_have_the_scaffold_of_several_hits() -> None:
    scaffolds = [PYRIDINE, "", "c1ccccc1", PYRIDINE, ""]
    found = find_measured_series(scaffolds, [stand_in()], ["activity_EGFR", "activity_CDK2"])
    assert (
        found[0]
        == found[3]
        == (
            MeasuredMember("b", "Clc1ccccn1", {"activity_CDK2": OwnValue(6.5, ">")}),
            MeasuredMember(
                "d",
                "CCc1ccncc1",
                {"activity_EGFR": OwnValue(7.92), "activity_CDK2": OwnValue(5.0, "<")},
            ),
        )
    )
    assert found[1] == found[2] == found[4] == ()


def test_other_tasks_and_bundles_do_not_count() -> None:
    twice = [PYRIDINE, PYRIDINE]
    one, _ = find_measured_series(twice, [stand_in()], ["activity_EGFR", "other_EGFR"])
    assert [(member.id, list(member.values)) for member in one] == [("d", ["activity_EGFR"])]
    assert find_measured_series(twice, [stand_in()], ["other_EGFR"]) == [(), ()]
    assert find_measured_series(twice, [stand_in(None)], ["activity_EGFR"]) == [(), ()]
    assert find_measured_series(["", ""], [stand_in()], ["activity_EGFR"]) == [(), ()]
