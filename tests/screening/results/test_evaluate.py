"""Six faults of one plate in one file: all are told, and every well without a fault is kept."""

from pathlib import Path

import numpy as np
import pytest

from chem.errors import InputError
from screening.lab.layout import NEGATIVE, POSITIVE
from screening.results.evaluate import Options, evaluate
from screening.results.reading.plate_plan import PlannedWell
from tests.screening.results.simulate import make_truth, write_wells

PLATE = "kinase_P1"


def test_six_faults_together(tmp_path: Path) -> None:
    truth = make_truth(20, 9)
    planned = truth.plan.wells[PLATE]
    own = dict(truth.signals[PLATE])
    rows = {2: 4, 4: 2}
    own = {at: own[at._replace(row=rows.get(at.row, at.row))] for at in own}
    own = {at: value for at, value in own.items() if at.column != 12}
    quiet = [at for at in own if at.row not in rows]
    negative = next(at for at in quiet if planned[at].role == NEGATIVE)
    positive = next(at for at in quiet if planned[at].role == POSITIVE)
    own[negative], own[positive] = own[positive], own[negative]
    samples = [at for at in quiet if planned[at].is_sample]
    twice, strange = samples[3], samples[40]

    def columns(well: PlannedWell) -> dict[str, str]:
        name = "CPD-999" if well.place == strange else well.compound_id
        dose = f"{well.concentration_um * 1000:.6g}" if well.is_sample else ""
        return {"Compound": name, "Concentration (uM)": dose}

    more = [f"{PLATE},{twice.name},12345,,"]
    path = write_wells(tmp_path / "x.csv", truth, {PLATE: own}, columns, more)
    found = evaluate(truth.plan, [path])
    told = {one.what: one for one in found.findings}
    assert told["moved wells"].found.endswith("rows C and E are exchanged")
    assert told["moved wells"].severity == "left out"
    assert told["missing column"].found == "no value in column 13"
    assert told["wrong unit"].severity == "told"
    assert set(told["exchanged controls"].wells) == {negative.name, positive.name}
    assert told["same well twice"].wells == (twice.name,)
    assert told["unknown compound"].found == "'CPD-999'"
    assert len(found.findings) == 6

    touched = {negative, positive, twice, strange}
    touched |= {at for at in planned if at.row in rows or at.column == 12}
    kept = {one.planned.place for one in found.plates[PLATE].kept()}
    assert kept == set(own) - touched
    errors = [
        one.value - truth.potencies[one.compound.rank]
        for one in found.with_value
        if one.qualifier == "="
    ]
    assert len(errors) >= 18
    assert np.abs(errors).max() < 0.35
    assert all(one.agreement in ("inside", "possible") for one in found.with_value)

    accepted = evaluate(truth.plan, [path], Options(accepted=(PLATE,)))
    moved = next(one for one in accepted.findings if one.what == "moved wells")
    assert moved.severity == "told"
    assert accepted.wells_kept > found.wells_kept


def test_single_doses_give_mean_inhibitions(tmp_path: Path) -> None:
    truth = make_truth(40, 3, replicates=3, top_uM=1.0)
    found = evaluate(truth.plan, [write_wells(tmp_path / "x.csv", truth)])
    assert found.findings == []
    for one in found.values:
        expected = 100 / (1 + 10 ** (6 - truth.potencies[one.compound.rank]))
        assert one.unit == "% inhibition"
        assert (one.n, len(one.replicates), len(one.wells)) == (3, 3, 3)
        assert one.value == pytest.approx(expected, abs=8)
        assert one.std == pytest.approx(np.std(one.replicates, ddof=1))
        assert one.concentration_um == pytest.approx(1.0)
        assert one.agreement == ""


def test_an_outlier_among_replicates_is_marked_and_kept(tmp_path: Path) -> None:
    truth = make_truth(40, 3, replicates=3)
    own = dict(truth.signals[PLATE])
    odd = next(at for at, one in truth.plan.wells[PLATE].items() if one.rank == 7)
    own[odd] = 55_000 - own[odd] + 12_000
    found = evaluate(truth.plan, [write_wells(tmp_path / "x.csv", truth, {PLATE: own})])
    (told,) = found.findings
    assert (told.what, told.wells) == ("outlier among replicates", (odd.name,))
    well = found.plates[PLATE].wells[odd]
    assert well.is_kept
    assert well.marks == ["outlier among replicates"]


def test_an_edge_effect_is_told(tmp_path: Path) -> None:
    truth = make_truth(90, 3, replicates=3)
    own = {
        at: value * (0.85 if at.row in (0, 15) or at.column in (0, 23) else 1)
        for at, value in truth.signals[PLATE].items()
    }
    found = evaluate(truth.plan, [write_wells(tmp_path / "x.csv", truth, {PLATE: own})])
    assert [one.what for one in found.findings if one.what == "edge effect"] == ["edge effect"]


def test_several_files_are_read_together_and_mistakes_are_refused(tmp_path: Path) -> None:
    truth = make_truth(200, 2, replicates=2, replicate_plates=True)
    paths = [
        write_wells(tmp_path / f"{name}.csv", truth, {name: truth.signals[name]})
        for name in truth.plan.plates
    ]
    found = evaluate(truth.plan, paths)
    assert list(found.plates) == truth.plan.plates
    assert all(one.n == 2 for one in found.values)
    with pytest.raises(InputError, match="have the same bytes"):
        evaluate(truth.plan, [paths[0], paths[0]])
    with pytest.raises(InputError, match="--accept names 'P9', expected a plate of the run"):
        evaluate(truth.plan, paths, Options(accepted=("P9",)))


def test_a_well_far_from_its_curve_is_marked_and_kept(tmp_path: Path) -> None:
    """One series of each compound: no replicate shows it."""
    truth = make_truth(38, 3, points=8)
    own = dict(truth.signals[PLATE])
    rank = max(truth.potencies, key=lambda one: -abs(truth.potencies[one] - 6.5))
    odd = next(
        at for at, one in truth.plan.wells[PLATE].items() if (one.rank, one.dose) == (rank, 8)
    )
    own[odd] -= 18_000
    found = evaluate(truth.plan, [write_wells(tmp_path / "x.csv", truth, {PLATE: own})])
    (told,) = found.findings
    assert (told.what, told.wells) == ("outlier of a curve", (odd.name,))
    assert found.plates[PLATE].wells[odd].is_kept
    assert found.plates[PLATE].wells[odd].marks == ["outlier of its curve"]
