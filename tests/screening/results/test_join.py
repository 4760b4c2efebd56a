"""What a file lacks, repeats or has too much is told, and only the wells in doubt are left out."""

from pathlib import Path

import pytest

from screening.results.evaluate import Evaluation, evaluate
from screening.results.reading.findings import Finding
from screening.results.reading.plate_plan import PlannedWell
from tests.screening.results.simulate import Truth, grid_lines, make_truth, write_wells

PLATE = "kinase_P1"


@pytest.fixture(scope="module")
def truth() -> Truth:
    return make_truth(8, plate=96, points=6, replicates=1, reference="erlotinib")


def of(evaluation: Evaluation, what: str) -> Finding:
    (found,) = [one for one in evaluation.findings if one.what == what]
    return found


def lines_of(path: Path) -> list[str]:
    return path.read_text().splitlines()


def test_a_clean_file_has_no_findings(truth: Truth, tmp_path: Path) -> None:
    found = evaluate(truth.plan, [write_wells(tmp_path / "x.csv", truth)])
    assert found.findings == []
    assert found.wells_kept == found.wells_planned == len(truth.signals[PLATE])


def test_a_grid_gives_the_same_as_rows(truth: Truth, tmp_path: Path) -> None:
    grid = tmp_path / "grid.txt"
    grid.write_text("\n".join(["Reader", PLATE, *grid_lines(truth, PLATE), "End"]))
    comma = tmp_path / "comma.txt"
    lines = [line.replace(".", ",") for line in grid_lines(truth, PLATE)]
    comma.write_text("\n".join(["Reader", PLATE, *lines, "Temperatur 25,1"]))
    wells = write_wells(tmp_path / "x.csv", truth)
    found = [evaluate(truth.plan, [path]) for path in (wells, grid, comma)]
    values = [[(one.value, one.qualifier, one.wells) for one in each.values] for each in found]
    assert values[0] == values[1] == values[2]
    assert [one.findings for one in found] == [[], [], []]


def test_unknown_plates_and_wells_are_told(truth: Truth, tmp_path: Path) -> None:
    more = ["kinase_P7,A01,5", "kinase_P7,A02,5", f"{PLATE},A13,5", f"{PLATE},rubbish,5"]
    found = evaluate(truth.plan, [write_wells(tmp_path / "x.csv", truth, more=more)])
    plate = of(found, "unknown plate")
    assert (plate.plate, plate.found) == ("kinase_P7", "2 wells")
    assert "did you mean kinase_P1?" in plate.advice
    well = of(found, "unknown well")
    assert (well.wells, well.expected) == (("A13", "rubbish"), "wells of a plate of 8 x 12")
    assert found.wells_kept == found.wells_planned


def test_repeated_wells_are_kept_only_if_they_agree(truth: Truth, tmp_path: Path) -> None:
    same = truth.signals[PLATE]
    first, second = [at for at, one in truth.plan.wells[PLATE].items() if one.is_sample][:2]
    more = [f"{PLATE},{first.name},{same[first]}", f"{PLATE},{second.name},1"]
    found = evaluate(truth.plan, [write_wells(tmp_path / "x.csv", truth, more=more)])
    told = {one.found: one for one in found.findings if one.what == "same well twice"}
    assert told["equal values"].wells == (first.name,)
    assert told["equal values"].severity == "told"
    assert told["different values"].wells == (second.name,)
    assert not found.plates[PLATE].wells[second].is_kept
    assert found.plates[PLATE].wells[first].is_kept
    assert found.wells_kept == found.wells_planned - 1


def test_a_missing_row_and_column_are_named(truth: Truth, tmp_path: Path) -> None:
    own = {at: v for at, v in truth.signals[PLATE].items() if at.column != 4 and at.row != 2}
    lone = next(at for at in own if truth.plan.wells[PLATE][at].is_sample)
    del own[lone]
    found = evaluate(truth.plan, [write_wells(tmp_path / "x.csv", truth, {PLATE: own})])
    assert of(found, "missing column").found == "no value in column 5"
    assert of(found, "missing row").found == "no value in row C"
    assert of(found, "missing wells").wells == (lone.name,)
    assert found.wells_kept == len(own)


def test_words_in_cells_are_told_by_word(truth: Truth, tmp_path: Path) -> None:
    path = write_wells(tmp_path / "x.csv", truth)
    lines = lines_of(path)
    for at, word in ((20, "OVRFLW"), (21, "OVRFLW"), (22, "#SAT")):
        lines[at] = f"{lines[at].rpartition(',')[0]},{word}"
    path.write_text("\n".join(lines))
    found = evaluate(truth.plan, [path])
    told = {one.found: len(one.wells) for one in found.findings if one.what == "not a number"}
    assert told == {"'OVRFLW'": 2, "'#SAT'": 1}
    assert found.wells_kept == found.wells_planned - 3


def test_other_and_unknown_compounds_are_left_out(truth: Truth, tmp_path: Path) -> None:
    samples = [one for one in truth.plan.wells[PLATE].values() if one.is_sample]
    strange, other = samples[0], samples[10]

    def names(well: PlannedWell) -> dict[str, str]:
        called = {strange: "CPD-0O1", other: samples[20].compound_id}
        return {"Compound ID": called.get(well, well.compound_id)}

    found = evaluate(truth.plan, [write_wells(tmp_path / "x.csv", truth, extra=names)])
    unknown = of(found, "unknown compound")
    assert (unknown.wells, unknown.found) == ((strange.place.name,), "'CPD-0O1'")
    assert "did you mean CPD-0" in unknown.advice
    assert of(found, "another compound").wells == (other.place.name,)
    assert found.wells_kept == found.wells_planned - 2


@pytest.mark.parametrize(
    ("header", "factor", "expected"),
    [("Conc (nM)", 1000, ""), ("Conc (uM)", 1000, "1,000 times"), ("Conc_mM", 1, "1,000 times")],
)
def test_a_wrong_unit_is_told_and_spoils_nothing(
    truth: Truth, tmp_path: Path, header: str, factor: float, expected: str
) -> None:
    def doses(well: PlannedWell) -> dict[str, str]:
        return {header: f"{well.concentration_um * factor:.6g}" if well.is_sample else ""}

    clean = evaluate(truth.plan, [write_wells(tmp_path / "x.csv", truth)])
    found = evaluate(truth.plan, [write_wells(tmp_path / "y.csv", truth, extra=doses)])
    assert [one.value for one in found.values] == [one.value for one in clean.values]
    told = [one for one in found.findings if one.what == "wrong unit"]
    assert len(found.findings) == len(told) == bool(expected)
    assert all(expected in one.found for one in told)


def test_another_concentration_leaves_the_well_out(truth: Truth, tmp_path: Path) -> None:
    first = next(one for one in truth.plan.wells[PLATE].values() if one.is_sample)

    def doses(well: PlannedWell) -> dict[str, str]:
        return {"concentration_uM": f"{well.concentration_um * (3 if well is first else 1):.5g}"}

    found = evaluate(truth.plan, [write_wells(tmp_path / "x.csv", truth, extra=doses)])
    assert of(found, "another concentration").wells == (first.place.name,)
    assert found.wells_kept == found.wells_planned - 1


def test_a_plate_that_is_not_in_the_file_is_told(tmp_path: Path) -> None:
    truth = make_truth(20, plate=96, points=6, replicates=1)
    first = truth.plan.plates[0]
    own = {first: truth.signals[first]}
    found = evaluate(truth.plan, [write_wells(tmp_path / "x.csv", truth, own)])
    assert of(found, "plate not in the file").plate == ", ".join(truth.plan.plates[1:])
