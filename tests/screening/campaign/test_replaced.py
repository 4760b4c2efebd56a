"""What a new evaluation replaces is said exactly, and nothing else stops counting."""

from dataclasses import replace
from pathlib import Path

import pytest

from chem.errors import InputError
from screening.campaign.campaign import open_campaign
from screening.campaign.keep import Kept, keep
from screening.results.evaluate import Options, evaluate
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


def test_a_refused_plate_is_kept_by_the_same_file_with_accept(
    campaign: Path, truth: Truth, tmp_path: Path
) -> None:
    path = write_wells(tmp_path / "1.csv", truth)
    first = keep(campaign, evaluate(truth.plan, [path]))
    accepting = Options(accepted=(truth.plan.plates[0],))
    second = keep(campaign, evaluate(truth.plan, [path], accepting))
    assert second.event.supersedes == ["001"]
    assert (second.event.withdraws, second.event.options.accepted) == ([], first.event.plates)
    with pytest.raises(InputError, match=r"as event 002 of .* target and options are the same"):
        keep(campaign, evaluate(truth.plan, [path], accepting))


def test_a_corrected_target_withdraws_the_older_event(
    campaign: Path, truth: Truth, tmp_path: Path
) -> None:
    path = write_wells(tmp_path / "1.csv", truth)
    wrong = replace(truth.plan, task="small_KDR", target="KDR")
    keep(campaign, evaluate(wrong, [path]))
    second = keep(campaign, evaluate(truth.plan, [path]))
    assert second.event.supersedes == second.event.withdraws == ["001"]
    assert second.told[0].startswith("replaces all of event 001 of ")
    assert "read otherwise, for KDR" in second.told[0]
    found = open_campaign(campaign)
    assert {event.target for event, _ in found.current_values()} == {"EGFR"}
    assert {event.target for event, _ in found.current_wells()} == {"EGFR"}


def test_a_second_readout_of_the_same_file_stays_beside_the_first(
    campaign: Path, truth: Truth, tmp_path: Path
) -> None:
    path = write_wells(tmp_path / "1.csv", truth, extra=lambda _: {"Second": "7"})
    rows = path.read_text().splitlines()
    rows[1:] = [f"{row.rpartition(',')[0]},{row.split(',')[2]}" for row in rows[1:]]
    path.write_text("\n".join(rows))
    other = replace(truth.plan, task="small_KDR", target="KDR")
    keep(campaign, evaluate(truth.plan, [path], Options(value_column="Signal")))
    second = keep(campaign, evaluate(other, [path], Options(value_column="Second")))
    assert second.event.supersedes == []
    assert "has a file with the same bytes, for EGFR" in second.told[0]
    targets = {event.target for event, _ in open_campaign(campaign).current_values()}
    assert targets == {"EGFR", "KDR"}


def test_values_of_a_wrong_column_count_no_more(
    campaign: Path, truth: Truth, tmp_path: Path
) -> None:
    path = tmp_path / "1.csv"
    names = [truth.plan.compounds[rank].compound_id for rank in (1, 2)]
    path.write_text(f"compound_id,A pIC50,B pIC50\n{names[0]},5.0,6.0\n{names[1]},5.5,\n")
    keep(campaign, evaluate(truth.plan, [path], Options(value_column="A pIC50")))
    keep(campaign, evaluate(truth.plan, [path], Options(value_column="B pIC50")))
    found = open_campaign(campaign).current_values()
    assert [(row.rank, row.value) for _, row in found] == [(1, 6.0)]


def test_a_file_of_another_run_with_the_same_plates_is_refused(
    campaign: Path, truth: Truth, tmp_path: Path
) -> None:
    """Plates of all runs of a screen have the same names, so a mixed-up file would fit."""
    path = write_wells(tmp_path / "1.csv", truth)
    keep(campaign, evaluate(truth.plan, [path]))
    other = replace(truth.plan, run=replace(truth.plan.run, fingerprint="another"))
    copied = tmp_path / "copy.csv"
    copied.write_bytes(path.read_bytes())
    with pytest.raises(InputError, match=r"as event 001 .* plates of the same names"):
        keep(campaign, evaluate(other, [copied]))
    renamed = {at: value * 1.01 for at, value in truth.signals[truth.plan.plates[0]].items()}
    signals = {truth.plan.plates[0]: renamed}
    new = write_wells(tmp_path / "2.csv", truth, signals)
    assert keep(campaign, evaluate(other, [new])).event.number == "002"
