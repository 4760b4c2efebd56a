"""Runs that are over: ranked by another objective, and asked about one compound."""

import csv
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from chem.errors import InputError
from gnn.bundle import Bundle
from screening.dossier import find_rows, id_of, open_dossier
from screening.dossier_page import render_dossier, sections
from screening.handover.cells import unescape_cell
from screening.handover.manifest import AccountingError
from screening.ledger import Lock
from screening.meter import Clock
from screening.past import open_run
from screening.plan import plan_run
from screening.publish import Outcome, publish
from screening.rerank import check_rerank, rank_again, rerank
from screening.run import run_screen
from screening.runfolder import WHERE
from screening.screen import Screen
from screening.selection import Selection

FILES = Path(__file__).parents[1] / "files"


@pytest.fixture(scope="module")
def bundle(
    make_bundle: Callable[..., Bundle],
    give_surrogate: Callable[..., Bundle],
    tmp_path_factory: pytest.TempPathFactory,
) -> Bundle:
    tasks = (("EGFR", "r"), ("CDK2", "r"), ("herg", "c"))
    return give_surrogate(make_bundle(tmp_path_factory.mktemp("bundle"), "small", tasks))


@pytest.fixture(scope="module")
def library(
    tmp_path_factory: pytest.TempPathFactory,
    write_library: Callable[[Path, Sequence[tuple[str, str]]], Path],
    mixed: list[tuple[str, str]],
) -> Path:
    with (FILES / "chem/approved_sample.smi").open(newline="") as file:
        drugs = [(row["chembl_id"], row["smiles"]) for row in csv.DictReader(file, delimiter="\t")]
    rows = [*drugs[:14], *mixed, ("=1+1", "CCOc1ccccc1.Cl")]
    return write_library(tmp_path_factory.mktemp("library") / "library.csv", rows)


def objective(library: Path, bundle: Bundle, task: str, hits: int, **filters: float) -> Screen:
    found = {
        "name": task,
        "title": task,
        "library": str(library),
        "bundles": [str(bundle.path)],
        "hits": hits,
        "primary": [{"task": f"small_{task}", "zero": 5.0, "full": 8.0}],
        "liabilities": [{"task": "small_herg", "zero": 1.0, "full": 0.2}],
        "filters": filters,
    }
    return Screen.model_validate(found)


@pytest.fixture(scope="module")
def run(
    library: Path, bundle: Bundle, lone: Client, tmp_path_factory: pytest.TempPathFactory
) -> Outcome:
    folder = tmp_path_factory.mktemp("run")
    screen = objective(library, bundle, "EGFR", 12, min_heavy_atoms=8.0)
    return run_screen(plan_run(screen, folder / "run", prepared=folder / "prepared"), lone)


def hits_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "hits.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [{name: unescape_cell(value) for name, value in row.items()} for row in rows]


@pytest.mark.parametrize("chosen", [False, True])
def test_another_objective_gives_what_its_own_run_gives(
    run: Outcome, library: Path, bundle: Bundle, lone: Client, tmp_path: Path, chosen: bool
) -> None:
    other = objective(library, bundle, "CDK2", 9, min_heavy_atoms=5.0)
    if chosen:
        taken = hits_of(run.folder)[0]["compound_id"]
        selection = Selection(diversity="clusters", exclude=(taken,), explore=0.2)
        other = other.model_copy(update={"selection": selection})
    past = open_run(run.folder)
    again = rank_again(past, check_rerank(past, other, tmp_path / "b"), tmp_path / "b", lone)
    fresh = run_screen(plan_run(other, tmp_path / "c", prepared=past.prepared.folder), lone)
    for name in ("hits.csv", "hits.sdf", "columns.csv", "screen.toml", "lab/plates.csv"):
        assert (tmp_path / "b" / name).read_bytes() == (tmp_path / "c" / name).read_bytes(), name
    assert again.manifest["counts"] == fresh.manifest["counts"]
    assert "score" not in again.manifest["seconds"]

    back = open_run(tmp_path / "b")  # what was ranked again can be ranked again
    screen = check_rerank(back, past.screen, tmp_path / "d")
    rank_again(back, screen, tmp_path / "d", lone)
    assert (tmp_path / "d/hits.csv").read_bytes() == (run.folder / "hits.csv").read_bytes()


def test_after_a_triage_the_rest_counts_as_set_aside(
    library: Path, bundle: Bundle, lone: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screening.triage.SHARE", 0.1)
    monkeypatch.setattr("screening.triage.PER_HIT", 2)
    monkeypatch.setattr("screening.triage.AUDIT_SHARE", 0.3)
    screen = objective(library, bundle, "EGFR", 5, min_heavy_atoms=8.0)
    planned = plan_run(screen, tmp_path / "a", prepared=tmp_path / "prepared", triage_from=1)
    first = run_screen(planned, lone)
    assert first.manifest["triage"]["exhaustive"] is False
    past = open_run(tmp_path / "a")
    other = check_rerank(past, objective(library, bundle, "CDK2", 3), tmp_path / "b")
    everything = other.model_copy(update={"exhaustive": True})
    with pytest.raises(InputError, match=r"^[^\n]*exhaustive = true, but in [^\n]* a triage"):
        check_rerank(past, everything, tmp_path / "b")
    counts = rank_again(past, other, tmp_path / "b", lone).manifest["counts"]
    assert counts["scored"] == first.manifest["counts"]["scored"]
    assert past.scores.triage is not None
    assert counts["set_aside"] == counts["scored"] - len(past.scores.triage.rows)
    assert counts["filtered"] == 0
    assert any("set aside" in open_dossier(past, row).fate for row in range(1, 15))


def test_a_run_that_moved_can_be_opened(run: Outcome, lone: Client, tmp_path: Path) -> None:
    first = shutil.copytree(run.folder, tmp_path / "first")
    past = open_run(first)
    rank_again(past, past.screen, tmp_path / "again", lone)
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in ("first", "again"):
        shutil.move(tmp_path / name, moved / name)
    assert open_run(moved / "again").scored_in == (moved / "first").resolve()
    assert open_run(moved / "first").scores.folder.folder == moved / "first" / "scores"
    assert not first.exists()


def test_a_ranking_that_was_cut_off_is_given_again(
    run: Outcome, lone: Client, tmp_path: Path
) -> None:
    past = open_run(run.folder)
    rank_again(past, past.screen, tmp_path / "b", lone)
    with pytest.raises(InputError, match="not empty"):
        check_rerank(past, past.screen, tmp_path / "b")
    (tmp_path / "b/manifest.json").unlink()
    check_rerank(past, past.screen, tmp_path / "b")
    (tmp_path / "c").mkdir()
    Lock(tmp_path / "c").acquire()  # as far as this
    check_rerank(past, past.screen, tmp_path / "c")


def test_a_control_that_no_triage_chose_is_there_in_a_re_ranking(
    library: Path, bundle: Bundle, lone: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screening.triage.SHARE", 0.05)
    monkeypatch.setattr("screening.triage.PER_HIT", 0)
    monkeypatch.setattr("screening.triage.AUDIT_SHARE", 0.05)
    screen = objective(library, bundle, "EGFR", 4)
    planned = plan_run(screen, tmp_path / "a", prepared=tmp_path / "prepared", triage_from=1)
    run_screen(planned, lone)
    past = open_run(tmp_path / "a")
    assert past.scores.triage is not None
    chosen = set(past.scores.triage.rows.tolist())
    row = next(row for row in range(1, 14) if row not in chosen)
    control = open_dossier(past, row).compound_id
    asked = screen.model_copy(update={"selection": Selection(include=(control,))})
    planned = plan_run(asked, tmp_path / "b", prepared=tmp_path / "prepared", triage_from=1)
    run_screen(planned, lone)
    past = open_run(tmp_path / "b")
    rank_again(past, check_rerank(past, asked, tmp_path / "c"), tmp_path / "c", lone)
    assert (tmp_path / "c/hits.csv").read_bytes() == (tmp_path / "b/hits.csv").read_bytes()
    assert control in [hit["compound_id"] for hit in hits_of(tmp_path / "c")]


@pytest.mark.parametrize("spoilt", ["manifest.json", WHERE, "prepared", "scores", "bundle"])
def test_a_run_that_cannot_be_opened_says_why(
    run: Outcome, bundle: Bundle, tmp_path: Path, spoilt: str
) -> None:
    folder = shutil.copytree(run.folder, tmp_path / "copy")
    where = json.loads((folder / WHERE).read_text())
    where["scores"] = str(folder / "scores")
    if spoilt == "prepared":
        where["prepared"] = str(tmp_path / "gone")
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
        "manifest.json": "holds no finished run",
        WHERE: "where its scores are",
        "prepared": "the prepared library",
        "scores": "missing or was altered",
        "bundle": "another version of the bundle small",
    }
    with pytest.raises(InputError, match=rf"^[^\n]*{words[spoilt]}[^\n]*$"):
        _ = open_run(folder).scores


def stamps(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in (folder, *folder.rglob("*"))}


def test_a_run_is_opened_without_a_trace_also_while_others_have_it(
    run: Outcome, tmp_path: Path
) -> None:
    """A colleague's run may be read only, and two may ask at once."""
    folder = shutil.copytree(run.folder, tmp_path / "copy")
    prepared = open_run(run.folder).prepared.folder
    before = stamps(folder), stamps(prepared)
    with Lock(folder), Lock(folder / "scores"), Lock(prepared):
        past = open_run(folder)
        assert past.scores.units
        assert open_dossier(past, int(hits_of(folder)[0]["row"])).fate == "hit 1"
    assert (stamps(folder), stamps(prepared)) == before


def test_only_what_is_read_is_held_to_its_hash(run: Outcome, tmp_path: Path) -> None:
    folder = shutil.copytree(run.folder, tmp_path / "copy")
    row = int(hits_of(folder)[0]["row"])
    file = next((folder / "scores").glob("part-*"))
    file.write_bytes(file.read_bytes() + b"\0")
    past = open_run(folder)
    assert open_dossier(past, row).fate == "hit 1"
    with pytest.raises(InputError, match=r"^[^\n]*was altered; run the screen again with --out"):
        rerank(past, past.screen)
    prepared = shutil.copytree(past.prepared.folder, tmp_path / "prepared")
    where = json.loads((folder / WHERE).read_text())
    (folder / WHERE).write_text(json.dumps({**where, "prepared": str(prepared)}))
    assert open_dossier(open_run(folder), row).fate == "hit 1"
    file = next(prepared.glob("part-*"))
    file.write_bytes(file.read_bytes() + b"\0")
    with pytest.raises(InputError, match=r"^[^\n]*was altered; run the screen again$"):
        open_dossier(open_run(folder), row)


def test_a_run_that_is_written_meanwhile_is_refused(
    run: Outcome, lone: Client, tmp_path: Path
) -> None:
    folder = shutil.copytree(run.folder, tmp_path / "copy")
    past = open_run(folder)
    (folder / "manifest.json").write_text(json.dumps({**run.manifest, "finished": "later"}))
    with pytest.raises(InputError, match=r"^[^\n]*is being written by another run[^\n]*$"):
        open_dossier(past, 1)
    with pytest.raises(InputError, match="is being written by another run"):
        rank_again(past, past.screen, tmp_path / "again", lone)
    assert not (tmp_path / "again").exists()
    assert open_dossier(open_run(folder), 1).row == 1  # opened anew, it is that run


def test_a_run_whose_screen_or_place_was_changed_is_refused(
    run: Outcome, tmp_path: Path, lone: Client, library: Path, bundle: Bundle
) -> None:
    folder = shutil.copytree(run.folder, tmp_path / "copy")
    with (folder / "screen.toml").open("a") as file:
        file.write("# mine\n")
    with pytest.raises(InputError, match=r"^[^\n]*screen\.toml was changed since the run[^\n]*$"):
        open_run(folder)
    folder = shutil.copytree(run.folder, tmp_path / "other")
    screen = objective(library, bundle, "EGFR", 2)
    run_screen(plan_run(screen, tmp_path / "c", None, tmp_path / "p", partition_rows=50), lone)
    where = json.loads((folder / WHERE).read_text())
    (folder / WHERE).write_text(json.dumps({**where, "prepared": str(tmp_path / "p")}))
    with pytest.raises(InputError, match=r"^[^\n]*does not fit the scores[^\n]*prepared differs"):
        open_run(folder)


def test_a_ranking_knows_the_run_that_it_ranks(
    library: Path, bundle: Bundle, lone: Client, tmp_path: Path
) -> None:
    screen = objective(library, bundle, "EGFR", 5)
    planned = plan_run(screen, tmp_path / "a", prepared=tmp_path / "prepared")
    run_screen(planned, lone)
    past = open_run(tmp_path / "a")
    rank_again(past, past.screen, tmp_path / "b", lone)
    run_screen(planned, lone)  # the same again: other seconds, the same run
    assert open_run(tmp_path / "b").scored_in == (tmp_path / "a").resolve()
    shutil.rmtree(tmp_path / "a")
    other = objective(library, bundle, "CDK2", 5)
    run_screen(plan_run(other, tmp_path / "a", prepared=tmp_path / "prepared"), lone)
    with pytest.raises(InputError, match=r"^[^\n]*another run scored than is in [^\n]*/a now;"):
        open_run(tmp_path / "b")


def test_an_objective_that_the_bundles_do_not_know_is_refused(
    run: Outcome, library: Path, bundle: Bundle, tmp_path: Path
) -> None:
    past = open_run(run.folder)
    with pytest.raises(InputError, match="small_XYZ"):
        check_rerank(past, objective(library, bundle, "XYZ", 3), tmp_path / "b")
    with pytest.raises(InputError, match="is not empty"):
        check_rerank(past, objective(library, bundle, "CDK2", 3), run.folder)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"exclude": ("owned.csv",)}, "owned.csv"),
        ({"include": ("controls.sdf",)}, "controls.sdf"),
        ({"budget": 9.0, "price_column": "Cost"}, 'no column "Cost"; its own are: Price'),
    ],
)
def test_lists_and_prices_are_looked_for_before_any_work(
    run: Outcome, tmp_path: Path, asked: dict[str, Any], words: str
) -> None:
    past = open_run(run.folder)
    screen = past.screen.model_copy(update={"selection": Selection(**asked)})
    with pytest.raises(InputError, match=rf"^[^\n]*{words}[^\n]*$"):
        check_rerank(past, screen, tmp_path / "b")


def contents(folder: Path) -> dict[Path, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]
    return {path: path.read_bytes() for path in files}


def test_a_run_that_cannot_be_written_anew_stays_as_it_is(
    run: Outcome, lone: Client, tmp_path: Path
) -> None:
    folder = shutil.copytree(run.folder, tmp_path / "a")
    (folder / WHERE).write_text((folder / WHERE).read_text() + "\n")  # as no run writes it
    past = open_run(folder)
    planned = plan_run(past.screen, folder, prepared=past.prepared.folder)
    before = contents(folder)
    with Lock(folder), pytest.raises(InputError, match="in use by another run"):
        run_screen(planned, lone)
    assert contents(folder) == before
    with pytest.raises(InputError, match=r"written into [^\n]* meanwhile"):
        rank_again(past, past.screen, folder, lone)  # it was checked when it was empty
    wrong = rerank(past, past.screen)
    wrong = wrong._replace(scored=wrong.scored + 1)
    given = (folder, past.screen, past.bundles, past.prepared, wrong, (), Clock(), {})
    with pytest.raises(AccountingError):
        publish(*given)
    assert contents(folder) == before


def test_a_dossier_agrees_with_the_hit_list(run: Outcome) -> None:
    past = open_run(run.folder)
    hits = hits_of(run.folder)
    for hit in (hits[0], hits[-1]):
        row = int(hit["row"])
        assert row in find_rows(past, hit["compound_id"])
        dossier = open_dossier(past, row)
        assert dossier.fate == f"hit {hit['rank']}"
        assert dossier.smiles == hit["smiles"]
        judged = dossier.judged
        assert judged is not None
        assert f"{judged.score:.4f}" == hit["score"]
        assert f"{judged.predictions['small_EGFR']:.2f}" == hit["small_EGFR"]
        product = 1.0
        for part in judged.parts:
            product *= part.factor
        assert product == pytest.approx(judged.score, abs=1e-9)
        one = judged.evidence.contributions[0]
        assert one.total == pytest.approx(judged.predictions["small_EGFR"], abs=2e-3)
        assert {f"{flag.source} {flag.name}" for flag in judged.evidence.flags} == set(
            filter(None, hit["alerts"].split("; "))
        )


def test_every_record_has_a_fate(run: Outcome) -> None:
    past = open_run(run.folder)
    counts = run.manifest["counts"]
    fates = [open_dossier(past, row).fate for row in range(1, past.prepared.rows + 1)]

    def begin(text: str) -> int:
        return sum(fate.startswith(text) for fate in fates)

    assert begin("rejected: ") == counts["rejected"]
    assert begin("a duplicate of row ") == counts["duplicates"]
    assert begin("hit ") == counts["hits"]
    assert begin("taken by the filter min_heavy_atoms") == counts["filtered"]
    assert begin("scored, and behind") == counts["passed"] - counts["hits"]
    with pytest.raises(InputError, match=r"is not in library\.csv"):
        open_dossier(past, past.prepared.rows + 1)


def test_a_hit_list_that_was_changed_is_not_believed(run: Outcome, tmp_path: Path) -> None:
    """A chemist may have saved it from a spreadsheet: all else is told as before."""
    folder = shutil.copytree(run.folder, tmp_path / "copy")
    path, whole = folder / "hits.csv", (folder / "hits.csv").read_bytes()
    past, row = open_run(folder), int(hits_of(folder)[0]["row"])
    path.write_bytes(whole.replace(b"\n1,", b"\n99,", 1))
    fate = open_dossier(past, row).fate
    assert fate.startswith("scored (hits.csv was changed since the run, so its place is not known;")
    assert f"hitlist rank --run {folder} --screen {folder}/screen.toml" in fate
    judged = open_dossier(past, row).judged
    assert judged is not None
    assert f"{judged.score:.4f}" == hits_of(run.folder)[0]["score"]
    path.unlink()
    fates = [open_dossier(past, row).fate for row in range(1, past.prepared.rows + 1)]
    assert (
        sum(fate.startswith("scored (hits.csv is missing,") for fate in fates)
        == (run.manifest["counts"]["passed"])
    )
    for begin in ("rejected: ", "a duplicate of row "):  # these need no hit list
        assert all("hits.csv" not in fate for fate in fates if fate.startswith(begin))
    path.write_bytes(whole)
    assert open_dossier(past, row).fate == "hit 1"


def test_who_was_passed_over_is_told_by_the_run_alone(
    run: Outcome, lone: Client, tmp_path: Path
) -> None:
    past = open_run(run.folder)
    best = hits_of(run.folder)[0]
    selection = Selection(exclude=(best["compound_id"],))
    screen = past.screen.model_copy(update={"selection": selection, "hits": 3})
    rank_again(past, check_rerank(past, screen, tmp_path / "b"), tmp_path / "b", lone)
    ranked, row = open_run(tmp_path / "b"), int(best["row"])
    assert open_dossier(ranked, row).fate == "passed over: excluded: ids of the screen"
    assert open_dossier(past, row).fate == "hit 1"  # in the run that scored
    with (tmp_path / "b/passed_over.csv").open("a") as file:
        file.write("\n")
    fate = open_dossier(ranked, row).fate
    assert fate.startswith("scored, and not among the hits (passed_over.csv was changed")
    assert open_dossier(ranked, int(hits_of(tmp_path / "b")[0]["row"])).fate == "hit 1"
    stray = shutil.copytree(run.folder, tmp_path / "c")
    shutil.copy(tmp_path / "b/passed_over.csv", stray)  # no file of that run
    assert open_dossier(open_run(stray), row).fate == "hit 1"


def test_an_id_is_read_from_its_row_alone(run: Outcome) -> None:
    past = open_run(run.folder)
    hit = hits_of(run.folder)[0]
    assert id_of(past, int(hit["row"])) == hit["compound_id"]
    with pytest.raises(InputError, match=r"row 9,999 is not in library\.csv, which has"):
        id_of(past, 9999)


def test_a_page_shows_steps_and_runs_nothing(run: Outcome) -> None:
    past = open_run(run.folder)
    (row,) = find_rows(past, "=1+1")
    dossier = open_dossier(past, row)
    assert dossier.steps == (("stripped_fragments", "CCOc1ccccc1"),)
    page = render_dossier(dossier, past)
    assert page == render_dossier(dossier, past)
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert page.count("<circle") == 9 * len(dossier.judged.evidence.contributions)  # type: ignore[union-attr]
    titles = [section.title for section in sections(dossier, past)]
    assert titles[:3] == ["Record", "Standardization", "Score"]
    hostile = dossier._replace(name="<script>alert(1)</script>", compound_id='"><img src=x>')
    page = render_dossier(hostile, past)
    assert "<script" not in page
    assert "<img" not in page
