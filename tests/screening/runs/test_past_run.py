"""Runs that are over, opened again: by reading alone, and only as they were written."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from distributed import Client

from chem.disk.allowed_roots import ROOTS
from chem.errors import InputError
from screening.errors import OtherRunError
from screening.objective.screen_settings import Screen
from screening.prepare.prepared import SUMMARY
from screening.runs.dossier import open_dossier
from screening.runs.past_run import open_records, open_run
from screening.runs.plan import RunOptions, plan_run
from screening.runs.rerank import rank_again, rerank
from screening.runs.run import run_screen
from screening.runs.runfolder import WHERE
from screening.runs.write_run import Outcome
from screening.score.scoring_purpose import rules_of
from screening.storage.in_use import claim, is_marked, marking
from screening.storage.ledger import LEDGER, check_purpose
from screening.storage.lock import Lock

Objective = Callable[..., Screen]
HitsOf = Callable[[Path], list[dict[str, str]]]


def stamps(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in (folder, *folder.rglob("*"))}


def test_a_run_that_moved_can_be_opened(drug_run: Outcome, lone: Client, tmp_path: Path) -> None:
    first = shutil.copytree(drug_run.folder, tmp_path / "first")
    past = open_run(first)
    rank_again(past, past.screen, tmp_path / "again", lone)
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in ("first", "again"):
        shutil.move(tmp_path / name, moved / name)
    assert open_run(moved / "again").scored_in == (moved / "first").resolve()
    assert open_run(moved / "first").scores.folder.folder == moved / "first" / "scores"
    assert not first.exists()


@pytest.mark.parametrize(
    "spoilt", ["manifest.json", WHERE, "prepared", "scores", "bundle", "address"]
)
def test_a_run_that_cannot_be_opened_says_why(
    drug_run: Outcome, tmp_path: Path, spoilt: str
) -> None:
    folder = shutil.copytree(drug_run.folder, tmp_path / "copy")
    where = json.loads((folder / WHERE).read_text())
    where["scores"] = str(folder / "scores")
    if spoilt == "prepared":
        where["prepared"] = str(tmp_path / "gone")
    if spoilt == "address":
        where["scores"] = "s3://KEY:SECRET@bucket/x"
    (folder / WHERE).write_text(json.dumps(where))
    if spoilt in ("manifest.json", WHERE):
        (folder / spoilt).unlink()
    if spoilt == "scores":
        next((folder / "scores").glob("part-*")).unlink()
    if spoilt == "bundle":
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["bundles"][0]["sha256"] = "0" * 64
        (folder / "manifest.json").write_text(json.dumps(manifest))
    words = {
        "manifest.json": r"a run that is not finished .*the same `hitlist screen` command.* again",
        WHERE: "where its scores are",
        "prepared": "the prepared library",
        "scores": "missing or was altered",
        "bundle": "another version of the bundle small",
        "address": "a user or a key before '@'",
    }
    with pytest.raises(InputError, match=rf"^[^\n]*{words[spoilt]}[^\n]*$") as told:
        _ = open_run(folder).scores
    assert "SECRET" not in str(told.value)


@pytest.mark.parametrize("what", ["nothing", "prepared", "scores", "run", "library", "apart"])
def test_what_a_run_folder_names_is_held_to_the_roots(
    drug_run: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """A folder below a root may be forged: it leads a deployed flow nowhere else."""
    inside = tmp_path / "inside"
    inside.mkdir()
    folder = shutil.copytree(drug_run.folder, inside / "run")
    shutil.copytree(drug_run.folder.parent / "prepared", inside / "prepared")
    where = json.loads((folder / WHERE).read_text())
    where |= {"prepared": str(inside / "prepared"), "scores": str(folder / "scores")}
    library = shutil.copy(where["library"]["path"], inside / "library.csv")
    where["library"]["path"] = str(library)
    if what in ("prepared", "scores"):
        where[what] = str(shutil.copytree(where[what], tmp_path / "outside"))
        if what == "scores":
            where[what] = f"file://localhost{where[what]}"
    if what == "run":
        where = {"run": str(drug_run.folder), "fingerprint": ""}
    if what == "library":
        where["library"]["path"] = str(shutil.copy(library, tmp_path / "outside.csv"))
    if what == "apart":
        summary = json.loads((inside / "prepared" / SUMMARY).read_text())
        (inside / "prepared" / SUMMARY).write_text(json.dumps({**summary, "store": "/etc"}))
    (folder / WHERE).write_text(json.dumps(where))
    bundles = open_run(drug_run.folder).screen.bundles  # they have to be below a root themselves
    monkeypatch.setenv(ROOTS, os.pathsep.join([str(inside), *bundles]))
    if what in ("nothing", "library"):
        assert (open_run(folder).library is None) == (what == "library")
        return
    with pytest.raises(InputError, match=r"^[^\n]*lies outside the folders[^\n]*$"):
        open_run(folder)


def test_the_cache_need_not_be_named_among_the_roots(
    drug_run: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(drug_run.folder, tmp_path / "run")
    bundles = open_run(drug_run.folder).screen.bundles
    monkeypatch.setenv(ROOTS, os.pathsep.join([str(tmp_path), *bundles]))
    monkeypatch.setenv("HITLIST_CACHE", str(drug_run.folder.parent))
    assert open_run(folder).prepared.folder == drug_run.folder.parent / "prepared"


@pytest.mark.parametrize("name", ["manifest.json", WHERE, "screen.toml", "scores/ledger.jsonl"])
def test_a_file_that_cannot_be_read_is_named(drug_run: Outcome, tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(drug_run.folder, tmp_path / "copy")
    (folder / name).unlink()
    (folder / name).mkdir()  # no user may read that as a file, not even root
    with pytest.raises(InputError, match=r"^[^\n]*$") as told:
        open_run(folder)
    assert f"{folder / name} cannot be read (" in str(told.value)


def test_a_manifest_of_random_bytes_is_told_in_one_line(drug_run: Outcome, tmp_path: Path) -> None:
    folder = shutil.copytree(drug_run.folder, tmp_path / "copy")
    (folder / "manifest.json").write_bytes(bytes(range(128, 256)) * 20)
    with pytest.raises(InputError, match=r"^[^\n]*is damaged \(UnicodeDecodeError") as told:
        open_run(folder)
    assert len(str(told.value)) < 500


def test_a_run_is_opened_without_a_trace_also_while_others_have_it(
    drug_run: Outcome, tmp_path: Path, hits_of: HitsOf
) -> None:
    """A colleague's run may be read only, and two may ask at once."""
    folder = shutil.copytree(drug_run.folder, tmp_path / "copy")
    prepared = open_run(drug_run.folder).prepared.folder
    with Lock(folder), Lock(folder / "scores"), Lock(prepared):
        before = stamps(folder), stamps(prepared)
        past = open_run(folder)
        assert past.scores.items
        assert open_dossier(past, int(hits_of(folder)[0]["row"])).outcome == "hit 1"
        assert (stamps(folder), stamps(prepared)) == before


def test_only_what_is_read_is_held_to_its_hash(
    drug_run: Outcome, tmp_path: Path, hits_of: HitsOf
) -> None:
    folder = shutil.copytree(drug_run.folder, tmp_path / "copy")
    row = int(hits_of(folder)[0]["row"])
    file = next((folder / "scores").glob("part-*"))
    file.write_bytes(file.read_bytes() + b"\0")
    past = open_run(folder)
    assert open_dossier(past, row).outcome == "hit 1"
    with pytest.raises(InputError, match=r"^[^\n]*was altered; run the screen again with --out"):
        rerank(past, past.screen)
    prepared = shutil.copytree(past.prepared.folder, tmp_path / "prepared")
    where = json.loads((folder / WHERE).read_text())
    (folder / WHERE).write_text(json.dumps({**where, "prepared": str(prepared)}))
    assert open_dossier(open_run(folder), row).outcome == "hit 1"
    file = next(prepared.glob("part-*"))
    file.write_bytes(file.read_bytes() + b"\0")
    with pytest.raises(InputError, match=r"^[^\n]*was altered; run the screen again$"):
        open_dossier(open_run(folder), row)


def test_a_run_of_an_object_store_is_opened_without_its_scores(
    lone: Client, tmp_path: Path, objective: Objective, hits_of: HitsOf
) -> None:
    screen, options = objective("EGFR", 5), RunOptions(store=f"memory://{tmp_path.name}")
    planned = plan_run(screen, tmp_path / "a", prepared=tmp_path / "prepared", options=options)
    run_screen(planned, lone)
    past = open_run(tmp_path / "a")
    rank_again(past, screen, tmp_path / "b", lone)
    assert (tmp_path / "b/hits.csv").read_bytes() == (tmp_path / "a/hits.csv").read_bytes()
    for unit in past.scores.items:
        planned.scores_store.remove(unit.file)
    past = open_run(tmp_path / "a")
    assert open_dossier(past, int(hits_of(tmp_path / "a")[0]["row"])).outcome == "hit 1"
    with pytest.raises(InputError, match=rf"^{options.store}/[^\n]* is missing or was altered"):
        rerank(past, screen)


def test_a_run_that_is_written_meanwhile_is_refused(
    drug_run: Outcome, lone: Client, tmp_path: Path
) -> None:
    folder = shutil.copytree(drug_run.folder, tmp_path / "copy")
    past = open_run(folder)
    (folder / "manifest.json").write_text(
        json.dumps({**drug_run.manifest.as_dict(), "finished": "later"})
    )
    with pytest.raises(InputError, match=r"^[^\n]*is being written by another run[^\n]*$"):
        open_dossier(past, 1)
    with pytest.raises(InputError, match="is being written by another run"):
        rank_again(past, past.screen, tmp_path / "again", lone)
    assert not (tmp_path / "again").exists()
    assert open_dossier(open_run(folder), 1).row == 1  # opened anew, it is that run


def test_a_run_whose_screen_or_place_was_changed_is_refused(
    drug_run: Outcome, tmp_path: Path, lone: Client, objective: Objective
) -> None:
    folder = shutil.copytree(drug_run.folder, tmp_path / "copy")
    with (folder / "screen.toml").open("a") as file:
        file.write("# mine\n")
    with pytest.raises(InputError, match=r"^[^\n]*screen\.toml was changed since the run[^\n]*$"):
        open_run(folder)
    folder = shutil.copytree(drug_run.folder, tmp_path / "other")
    screen = objective("EGFR", 2)
    run_screen(plan_run(screen, tmp_path / "c", None, tmp_path / "p", partition_rows=50), lone)
    where = json.loads((folder / WHERE).read_text())
    (folder / WHERE).write_text(json.dumps({**where, "prepared": str(tmp_path / "p")}))
    with pytest.raises(InputError, match=r"^[^\n]*does not fit the scores[^\n]*prepared differs"):
        open_run(folder)


def test_scores_by_former_rules_of_the_columns_are_said_to_be_so(
    drug_run: Outcome, tmp_path: Path
) -> None:
    folder = shutil.copytree(drug_run.folder, tmp_path / "copy")
    ledger = folder / "scores" / LEDGER
    first, *others = ledger.read_text().splitlines(keepends=True)
    line = json.loads(first)
    assert line["purpose"].pop("rules of the predicted columns")
    ledger.write_text(json.dumps(line) + "\n" + "".join(others))
    with pytest.raises(InputError, match=r"^[^\n]*another version of hitlist[^\n]*$"):
        open_run(folder)
    assert rules_of(open_records(folder).ledger) == 1, "it can be compared with others"
    with pytest.raises(OtherRunError, match=r"^[^\n]*another version of hitlist[^\n]*$"):
        check_purpose(folder / "scores", open_run(drug_run.folder).ledger.purpose)


def test_a_ranking_knows_the_run_that_it_ranks(
    lone: Client, tmp_path: Path, objective: Objective
) -> None:
    screen = objective("EGFR", 5)
    planned = plan_run(screen, tmp_path / "a", prepared=tmp_path / "prepared")
    run_screen(planned, lone)
    past = open_run(tmp_path / "a")
    rank_again(past, past.screen, tmp_path / "b", lone)
    run_screen(planned, lone)  # the same again: other seconds, the same run
    assert open_run(tmp_path / "b").scored_in == (tmp_path / "a").resolve()
    shutil.rmtree(tmp_path / "a")
    other = objective("CDK2", 5)
    run_screen(plan_run(other, tmp_path / "a", prepared=tmp_path / "prepared"), lone)
    with pytest.raises(InputError, match=r"^[^\n]*another run than the one in [^\n]*/a now;"):
        open_run(tmp_path / "b")


def test_an_opened_run_is_in_use_until_its_block_ends(
    drug_run: Outcome, lone: Client, tmp_path: Path
) -> None:
    first = shutil.copytree(drug_run.folder, tmp_path / "first")
    past = open_run(first)
    rank_again(past, past.screen, tmp_path / "again", lone)
    (tmp_path / "link").symlink_to("again")
    with marking():
        open_run(tmp_path / "link")
        assert is_marked(first)
        assert is_marked(tmp_path / "again")
    assert not is_marked(first)
    for path in (first, tmp_path / "again"):
        told = f"^{path} is being removed by another process; name another run$"
        with marking(), claim(path), pytest.raises(InputError, match=told):
            open_run(tmp_path / "again")
