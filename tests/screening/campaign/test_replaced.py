"""What a new evaluation replaces is said exactly, and nothing else stops counting."""

from pathlib import Path

from screening.campaign.campaign import open_campaign
from screening.campaign.keep import Kept, keep
from screening.results.evaluate import evaluate
from tests.screening.results.simulate import Truth, write_wells


def keep_values(folder: Path, truth: Truth, path: Path, values: dict[int, float]) -> Kept:
    """Keep a file of final values, by rank."""
    compounds = truth.plan.compounds
    lines = [f"{compounds[rank].compound_id},{value}" for rank, value in values.items()]
    path.write_text("\n".join(["compound_id,pIC50", *lines, ""]))
    return keep(folder, evaluate(truth.plan, [path]))


def test_a_compound_that_the_corrected_file_leaves_out_keeps_its_value(
    campaign: Path, truth: Truth, tmp_path: Path
) -> None:
    first = keep_values(campaign, truth, tmp_path / "1.csv", {1: 6.0, 2: 6.5, 3: 7.0})
    second = keep_values(campaign, truth, tmp_path / "2.csv", {1: 5.0, 4: 5.5})
    (told,) = second.told
    assert told.startswith("replaces the values of 1 compound of event 001 of ")
    assert told.endswith("; its 2 other values still count, and its files stay")
    found = {row.rank: row.value for _, row in open_campaign(campaign).current_values()}
    assert found == {1: 5.0, 2: 6.5, 3: 7.0, 4: 5.5}
    third = keep_values(campaign, truth, tmp_path / "3.csv", {1: 5.2})
    assert third.event.supersedes == ["002"]  # the value of 001 counted no more
    assert first.event.supersedes == []


def test_a_plate_of_which_no_well_is_kept_replaces_nothing(
    campaign: Path, truth: Truth, tmp_path: Path
) -> None:
    plate = truth.plan.plates[0]
    path = write_wells(tmp_path / "1.csv", truth)
    assert keep(campaign, evaluate(truth.plan, [path])).event.plates == [plate]
    own = {at: value * 1.1 for at, value in truth.signals[plate].items()}
    evaluation = evaluate(truth.plan, [write_wells(tmp_path / "2.csv", truth, {plate: own})])
    for well in evaluation.plates[plate].wells.values():
        well.left_out.append("not a number")
    second = keep(campaign, evaluation)  # its compounds have values all the same
    assert (second.event.plates, second.event.supersedes) == ([], [])
