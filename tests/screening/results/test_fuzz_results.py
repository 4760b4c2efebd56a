"""A damaged file is read as far as it is certain, or refused in one line: never a traceback."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chem.errors import InputError
from screening.results.evaluate import evaluate
from tests.screening.results.simulate import Truth, grid_lines, make_truth, write_wells

PIECES = ("", "NaN", "inf", "-1", "OVRFLW", ",", ";", "\t", '"', "\n", "A1", "1e400", "\0", "=1+1")
SMILES = ("CC(=O)Oc1ccccc1C(=O)O", "CCO", "CCN", "c1ccccc1")


@pytest.fixture(scope="module")
def truth() -> Truth:
    found = make_truth(4, plate=96, points=6, replicates=2)
    compounds = {
        rank: one._replace(smiles=SMILES[rank - 1]) for rank, one in found.plan.compounds.items()
    }
    return found._replace(plan=replace(found.plan, compounds=compounds))


@pytest.fixture(scope="module")
def texts(truth: Truth, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    path = tmp_path_factory.mktemp("fuzz") / "x.csv"
    rows = write_wells(path, truth, extra=lambda well: {"Compound": well.compound_id}).read_text()
    grid = "\n".join(["Reader", "kinase_P1", *grid_lines(truth, "kinase_P1"), "End"])
    final = "compound_id,IC50 (nM)\n" + "".join(f"CPD-00{n},{10 * n}\n" for n in range(1, 5))
    return [rows, grid, final]


@settings(max_examples=30)
@given(data=st.data())
def test_damage_is_told_in_one_line(
    truth: Truth,
    texts: list[str],
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
) -> None:
    text = data.draw(st.sampled_from(texts))
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 60))
        text = text[:start] + data.draw(st.sampled_from(PIECES)) + text[end:]
    path: Path = tmp_path_factory.mktemp("fuzz") / "x.csv"
    path.write_text(text, encoding="utf-8", newline="")
    try:
        found = evaluate(truth.plan, [path])
    except InputError:  # which folds its message to one line
        return
    assert found.wells_kept <= found.wells_planned
    assert all("\n" not in str(one) for one in found.findings)
