"""The hand-over as a whole: every file, in agreement, and nothing when the books do not balance."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from distributed import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from chem.errors import InputError
from screening.dask_cluster.stage_costs import Clock
from screening.errors import AccountingError
from screening.hits.hit_files import write_hits_sdf
from screening.hits.table import hit_table
from screening.hits.top import top_table
from screening.objective.screen_file import hash_screen, load_screen
from screening.objective.screen_settings import Screen
from screening.rank.costly_filters import rank_with_costly_filters
from screening.rank.library_records import Duplicate, Reject
from screening.rank.rank import Ranking, merge_top
from screening.report.manifest import Artefact, RunFacts, check_accounts, versions
from screening.runs.past_run import open_run
from screening.runs.plan import plan_run
from screening.runs.rerank import rank_again, rerank
from screening.runs.run import run_screen
from screening.runs.runfolder import WHERE
from screening.runs.write_run import Outcome, Results, hand_over, publish
from screening.storage.lock import Lock
from screening.text.words import describe_objective

HOSTILE = st.text(st.sampled_from('<>$$$$\n\r\v\x85 a"=-')) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=20
)
Scored = Callable[..., pd.DataFrame]
REJECTS = [
    Reject(3, "007", "C(C)(C)(C)(C)C", "parse", "invalid_valence", "carbon 1 has 5 bonds"),
    Reject(9, "=cmd|'/c calc'!A1", "", "read", "empty", "no structure,\nat all"),
]
DUPLICATES = [Duplicate(5, "NA", "OCC", 1, "000", "same structure")]
FILES = {
    *("hits.csv", "columns.csv", "hits.xlsx", "hits.sdf", "report.html"),
    *("rejects.csv", "duplicates.csv", "screen.toml", "manifest.json"),
    *("lab/order.csv", "lab/plates.csv", "lab/source_plates.csv", "lab/picklist_echo.csv"),
    "lab/picklist.csv",
}
PLATE = {"lab/plate_1.csv"}
"""Only where there are hits."""


def written(folder: Path) -> set[str]:
    """Return the files of a run, by their path in it."""
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def test_every_file_is_there_and_agrees(
    ranking: Ranking, kinase: Screen, facts: RunFacts, tmp_path: Path
) -> None:
    table, manifest = hand_over(tmp_path, ranking, kinase, facts, REJECTS, DUPLICATES)
    assert written(tmp_path) == FILES | PLATE
    hits = pd.read_csv(tmp_path / "hits.csv", dtype=str, keep_default_na=False)
    assert hits["compound_id"].tolist() == ranking.hits["compound_id"].tolist()
    sdf = list(Chem.ForwardSDMolSupplier(str(tmp_path / "hits.sdf")))
    assert [mol.GetProp("_Name") for mol in sdf] == hits["compound_id"].tolist()
    for mol, cells in zip(sdf, table.records(), strict=True):
        assert Chem.MolToSmiles(mol) == Chem.CanonSmiles(cells["smiles"])
        assert {
            k: v for k, v in mol.GetPropsAsDict(autoConvertStrings=False).items() if k in cells
        } == {name: text for name, text in cells.items() if name}
    assert load_screen(tmp_path / "screen.toml") == kinase.changed(schedule=None)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    for compound_id in hits["compound_id"]:
        assert f"<bdi>{compound_id}</bdi>" in page
    told = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert told == manifest.as_dict()


@settings(max_examples=20)
@given(entries=st.lists(st.tuples(HOSTILE, HOSTILE, HOSTILE), min_size=1, max_size=4))
def test_hostile_texts_lose_no_record_of_the_sd_file(
    entries: list[tuple[str, str, str]],
    kinase: Screen,
    scored: Scored,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    who = [(compound_id, "", {key: value}) for compound_id, key, value in entries]
    hits = merge_top([scored(who)], kinase).hits
    path = tmp_path_factory.getbasetemp() / "hostile.sdf"
    write_hits_sdf(path, hit_table(hits, kinase, {}))
    mols = list(Chem.ForwardSDMolSupplier(str(path)))
    assert [Chem.MolToSmiles(mol) for mol in mols] == [Chem.CanonSmiles(s) for s in hits["smiles"]]
    assert [mol.GetProp("rank") for mol in mols] == [str(rank) for rank in hits["rank"]]


def test_the_manifest_counts_and_names_by_hash(
    ranking: Ranking, kinase: Screen, facts: RunFacts, tmp_path: Path
) -> None:
    _, manifest = hand_over(tmp_path, ranking, kinase, facts, REJECTS, DUPLICATES)
    assert manifest.counts._asdict() == {
        "rows": 11,
        "accepted": 8,
        "rejected": 2,
        "duplicates": 1,
        "scored": 8,
        "filtered": 1,
        "set_aside": 0,
        "passed": 7,
        "examined": 7,
        "hits": 7,
    }
    assert manifest.filtered_by_filter == {"min_heavy_atoms": 1, "max_mw": 0}  # aspirin
    assert manifest.rejected_by_code == {"parse/invalid_valence": 1, "read/empty": 1}
    assert manifest.library == Artefact("drugs.csv", "a" * 64)
    assert manifest.bundles[1] == Artefact("toxicity", "c" * 64)
    assert manifest.screen.sha256 == hash_screen(kinase)
    assert manifest.seconds["prepare"] == 1.235
    assert manifest.seconds["hand_over"] > 0
    for name, digest in manifest.files.items():
        assert sha256((tmp_path / name).read_bytes()).hexdigest() == digest
    assert set(manifest.files) == (FILES | PLATE) - {"manifest.json"}


def test_the_manifest_tells_peak_memory_measured_up_to_its_writing(
    ranking: Ranking, kinase: Screen, facts: RunFacts, tmp_path: Path
) -> None:
    clock = Clock()
    measured = replace(facts, peak_memory_mb=clock.peak_memory_mb)
    clock.time("prepare", lambda: None)
    _, manifest = clock.time(
        "hand_over",
        lambda: hand_over(tmp_path, ranking, kinase, measured, REJECTS, DUPLICATES),
    )
    peaks = manifest.peak_memory_mb
    assert list(peaks) == ["prepare", "hand_over"]
    assert all(peak > 50 for peak in peaks.values())  # Python with RDKit holds more
    assert peaks["hand_over"] <= clock.peak_memory_mb["hand_over"] + 0.1


def test_versions_come_from_what_is_installed() -> None:
    found = versions()
    assert found["python"].startswith("3.")
    assert found["hitlist"][0].isdigit()
    assert found["rdkit"][:4].isdigit()


def test_rejects_and_duplicates_are_texts(
    ranking: Ranking, kinase: Screen, facts: RunFacts, tmp_path: Path
) -> None:
    hand_over(tmp_path, ranking, kinase, facts, REJECTS, DUPLICATES)
    rejects = pd.read_csv(tmp_path / "rejects.csv", dtype=str, keep_default_na=False)
    assert ",".join(rejects.columns) == "row,compound_id,input_smiles,stage,code,detail"
    assert rejects.iloc[0].tolist() == ["3", *REJECTS[0][1:]]
    assert rejects.loc[1, "compound_id"] == "'=cmd|'/c calc'!A1"
    assert rejects.loc[1, "detail"] == "no structure,\nat all"
    duplicates = (tmp_path / "duplicates.csv").read_text()
    assert duplicates == (
        "row,compound_id,input_smiles,first_row,first_compound_id,why\n"
        "5,NA,OCC,1,000,same structure\n"
    )


@pytest.mark.parametrize(
    ("change", "law"),
    [
        ({"rows": 12}, "rows = accepted"),
        ({"duplicates": 2}, "rows = accepted"),
        ({"rejected": 1, "duplicates": 2}, "reject codes"),
        ({"accepted": 7, "rows": 10}, "scored = accepted"),
    ],
)
def test_books_that_do_not_balance_publish_nothing(
    change: dict[str, Any],
    law: str,
    ranking: Ranking,
    kinase: Screen,
    facts: RunFacts,
    tmp_path: Path,
) -> None:
    with pytest.raises(AccountingError, match=law):
        hand_over(tmp_path, ranking, kinase, replace(facts, **change), REJECTS, DUPLICATES)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "change",
    [{"scored": 9}, {"passed": 6}, {"filtered": {"max_mw": 3}}, {"examined": 6}],
)
def test_a_ranking_that_lost_molecules_is_refused(
    change: dict[str, Any], ranking: Ranking, kinase: Screen, facts: RunFacts
) -> None:
    check_accounts(facts, ranking, kinase)
    with pytest.raises(AccountingError):
        check_accounts(facts, ranking._replace(**change), kinase)
    with pytest.raises(AccountingError, match="hits"):
        check_accounts(facts, ranking._replace(hits=ranking.hits[:-1]), kinase)


def test_a_list_that_ended_too_early_is_refused(
    scored: Scored, kinase: Screen, facts: RunFacts
) -> None:
    """Late filters took some and nobody looked further down: there was more that may pass."""
    screen = kinase.changed(hits=3, filters={"max_alerts": 1.0})
    ranking = rank_with_costly_filters(
        lambda: [scored([(str(n), "", {}) for n in range(8)])], screen
    )
    check_accounts(facts, ranking, screen)
    taken = ranking.filtered["max_alerts"]
    assert (len(ranking.hits), ranking.examined) == (3, 3 + taken)
    assert taken > 0
    short = ranking._replace(hits=ranking.hits[:2], examined=2 + taken)
    with pytest.raises(AccountingError, match="hits = the smaller"):
        check_accounts(facts, short, screen)
    with pytest.raises(AccountingError, match="examined"):
        check_accounts(facts, ranking._replace(examined=3), screen)


@pytest.mark.parametrize(
    ("rejects", "duplicates"), [(REJECTS[:1], DUPLICATES), (REJECTS, DUPLICATES * 2)]
)
def test_rows_that_were_counted_must_be_handed_over(
    rejects: list[Reject],
    duplicates: list[Duplicate],
    ranking: Ranking,
    kinase: Screen,
    facts: RunFacts,
    tmp_path: Path,
) -> None:
    (tmp_path / "manifest.json").write_text("of an earlier run")
    with pytest.raises(AccountingError, match="were counted but"):
        hand_over(tmp_path, ranking, kinase, facts, rejects, duplicates)
    assert not (tmp_path / "manifest.json").exists()
    assert not (tmp_path / "hits.csv").exists()


def test_a_screen_without_hits_still_writes_every_file(
    scored: Scored, kinase: Screen, facts: RunFacts, tmp_path: Path
) -> None:
    strict = kinase.changed(filters={"min_mw": 5000.0})
    frame = scored([(str(n), "", {}) for n in range(8)])
    ranking = rank_with_costly_filters(lambda: [frame], strict)
    table, manifest = hand_over(tmp_path, ranking, strict, facts, REJECTS, DUPLICATES)
    assert written(tmp_path) == FILES
    assert (manifest.counts.hits, manifest.filtered_by_filter) == (0, {"min_mw": 8})
    assert (tmp_path / "hits.sdf").read_text() == ""
    assert "No compound passed the filters" in (tmp_path / "report.html").read_text()
    assert top_table(table, strict)[1] == []


def test_the_same_run_gives_the_same_bytes(
    ranking: Ranking, kinase: Screen, facts: RunFacts, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        hand_over(tmp_path / name, ranking, kinase, facts, REJECTS, DUPLICATES)
    for name in (FILES | PLATE) - {"manifest.json"}:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_the_terminal_table_is_short_and_safe(
    scored: Scored, kinase: Screen, units: dict[str, str], facts: RunFacts, tmp_path: Path
) -> None:
    frame = scored([(f"{n}\x1b[31m", "x" * 200, {}) for n in range(8)])
    ranking = rank_with_costly_filters(lambda: [frame], kinase)
    table, _ = hand_over(tmp_path, ranking, kinase, facts, REJECTS, DUPLICATES)
    headers, rows = top_table(table, kinase, size=3)
    assert headers[:5] == ["rank", "compound_id", "name", "score", "EGFR"]
    assert len(rows) == 3
    assert {len(row) for row in rows} == {len(headers)}
    for row in rows:
        assert all(cell.isprintable() and len(cell) <= 40 for cell in row)
        assert "±" in row[4]


def test_the_objective_in_words(kinase: Screen) -> None:
    words = {part.column: part for part in describe_objective(kinase)}
    assert words["d_EGFR"].wanted == (
        "predicted EGFR minus 1 standard deviation: full score at 8.5, zero at 5"
    )
    assert words["d_selectivity_CDK2"].label == "not CDK2"
    assert words["d_selectivity_CDK2"].wanted == (
        "selectivity over CDK2, EGFR minus CDK2: full score at 1.5, zero at 0"
    )
    (egfr,), aurka = kinase.objective.primary, kinase.objective.off_targets[0]
    two = egfr.model_copy(update={"task": aurka.task, "label": "other"})
    objective = kinase.objective.model_copy(update={"primary": (egfr, two)})
    of_two = describe_objective(kinase.model_copy(update={"objective": objective}))
    (spared,) = (part.wanted for part in of_two if part.label == "not CDK2")
    assert spared.startswith("selectivity over CDK2, the margin of the best primary prediction")
    assert words["d_herg"].wanted == (
        "predicted hERG (blocks the hERG potassium channel; can cause arrhythmia of the heart): "
        "full score at 0.3, zero at 1"
    )
    assert words["d_mw"].wanted == "MW: full score from 300 up to 600, zero below 200 or above 750"
    assert words["d_tpsa"].wanted == "TPSA: full score up to 130, zero above 180"
    assert sum(part.share for part in words.values()) == pytest.approx(1)


def contents(folder: Path) -> dict[Path, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]
    return {path: path.read_bytes() for path in files}


def test_a_run_that_cannot_be_written_anew_stays_as_it_is(
    drug_run: Outcome, lone: Client, tmp_path: Path
) -> None:
    folder = shutil.copytree(drug_run.folder, tmp_path / "a")
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
    results = Results(past.screen, past.bundles, past.prepared, wrong, ())
    with pytest.raises(AccountingError):
        publish(folder, results, Clock(), {})
    assert contents(folder) == before
