"""What became of each record, by files of the run that may have been changed since."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from distributed import Client

from chem.errors import InputError
from screening.objective.selection import Selection
from screening.runs.dossier import open_dossier
from screening.runs.past_run import open_run
from screening.runs.rerank import check_rerank, rank_again
from screening.runs.write_run import Outcome

HitsOf = Callable[[Path], list[dict[str, str]]]


def test_every_record_has_a_fate(drug_run: Outcome) -> None:
    past = open_run(drug_run.folder)
    counts = drug_run.manifest.counts
    fates = [open_dossier(past, row).outcome for row in range(1, past.prepared.rows + 1)]

    def begin(text: str) -> int:
        return sum(fate.startswith(text) for fate in fates)

    assert begin("rejected: ") == counts.rejected
    assert begin("a duplicate of row ") == counts.duplicates
    assert begin("hit ") == counts.hits
    assert begin("removed by the filter min_heavy_atoms") == counts.filtered
    last = f"scored, and ranked after the last hit (rank {counts.hits}, score 0."
    assert begin(last) == counts.passed - counts.hits > 0
    with pytest.raises(InputError, match=r"is not in library\.csv"):
        open_dossier(past, past.prepared.rows + 1)


def test_a_hit_list_that_was_changed_is_not_believed(
    drug_run: Outcome, tmp_path: Path, hits_of: HitsOf
) -> None:
    """A chemist may have saved it from a spreadsheet: all else is told as before."""
    folder = shutil.copytree(drug_run.folder, tmp_path / "copy")
    path, whole = folder / "hits.csv", (folder / "hits.csv").read_bytes()
    past, row = open_run(folder), int(hits_of(folder)[0]["row"])
    path.write_bytes(whole.replace(b"\n1,", b"\n99,", 1))
    assert (
        open_dossier(past, row).outcome == "hit 1 (by hits.sdf: hits.csv was changed since the run)"
    )
    (folder / "hits.sdf").write_bytes((folder / "hits.sdf").read_bytes() + b"\n")
    dossier = open_dossier(past, row)
    assert dossier.outcome.startswith(
        "scored (hits.csv was changed since the run, so its place is "
    )
    assert f"hitlist rank --run {folder} --screen {folder}/screen.toml" in dossier.outcome
    assert dossier.evaluation is not None
    assert f"{dossier.evaluation.score:.4f}" == hits_of(drug_run.folder)[0]["score"]
    path.unlink()
    fates = [open_dossier(past, row).outcome for row in range(1, past.prepared.rows + 1)]
    assert sum(fate.startswith("scored (hits.csv is missing,") for fate in fates) == (
        drug_run.manifest.counts.passed
    )
    for begin in ("rejected: ", "a duplicate of row "):  # these need no hit list
        assert all("hits.csv" not in fate for fate in fates if fate.startswith(begin))
    path.write_bytes(whole)
    assert open_dossier(past, row).outcome == "hit 1"


@pytest.mark.timeout(60)
def test_a_pipe_in_the_place_of_a_hit_list_is_not_waited_for(
    drug_run: Outcome, tmp_path: Path, hits_of: HitsOf
) -> None:
    folder = shutil.copytree(drug_run.folder, tmp_path / "copy")
    past, row = open_run(folder), int(hits_of(folder)[0]["row"])
    for name in ("hits.csv", "hits.sdf"):
        (folder / name).unlink()
        os.mkfifo(folder / name)
    fate = open_dossier(past, row).outcome
    assert fate.startswith("scored (hits.csv (found a pipe, expected a regular file), so its place")


@pytest.mark.slow
def test_who_was_passed_over_is_told_by_the_run_alone(
    drug_run: Outcome, lone: Client, tmp_path: Path, hits_of: HitsOf
) -> None:
    past = open_run(drug_run.folder)
    best = hits_of(drug_run.folder)[0]
    selection = Selection(exclude=(best["compound_id"],), pool=4)
    screen = past.screen.changed(selection=selection, hits=3)
    rank_again(past, check_rerank(past, screen, tmp_path / "b"), tmp_path / "b", lone)
    ranked, row = open_run(tmp_path / "b"), int(best["row"])
    assert open_dossier(ranked, row).outcome == "passed over: excluded: ids of the screen"
    assert open_dossier(past, row).outcome == "hit 1"  # in the run that scored
    fates = [open_dossier(ranked, row).outcome for row in range(1, past.prepared.rows + 1)]
    behind = "scored, and ranked after the 4 from which the hits were chosen"
    assert fates.count(behind) == ranked.run.manifest.counts["passed"] - 4 > 0
    with (tmp_path / "b/passed_over.csv").open("a") as file:
        file.write("\n")
    fate = open_dossier(ranked, row).outcome
    assert fate.startswith("scored, and not among the hits (passed_over.csv was changed")
    assert open_dossier(ranked, int(hits_of(tmp_path / "b")[0]["row"])).outcome == "hit 1"
    stray = shutil.copytree(drug_run.folder, tmp_path / "c")
    shutil.copy(tmp_path / "b/passed_over.csv", stray)  # no file of that run
    assert open_dossier(open_run(stray), row).outcome == "hit 1"
