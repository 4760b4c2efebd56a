"""Hits are held to the library's bytes and to the models: every single change is found."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from distributed import Client

from chem.disk.ssh_signatures import STATEMENT, sign_folder
from chem.errors import InputError
from gnn.bundle.find_bundle import find_bundle
from gnn.errors import ModelError
from screening.errors import AlteredError
from screening.evidence.recheck import compare_records
from screening.hits.derived_columns import LATER
from screening.prepare.quarantine import STAGE
from screening.rank.structure_columns import key_text
from screening.runs.past_run import PastRun, open_run
from screening.runs.rerank import evidence_stage, rank_stage
from screening.runs.runfolder import MANIFEST, WHERE
from screening.runs.write_run import Outcome
from screening.storage.ledger import LEDGER
from screening.verify.verify import verify_run
from screening.verify.verify_files import Check, check_signature

Change = Callable[[pa.Table, int], pa.Table]


def put(table: pa.Table, row: int, column: str, value: object) -> pa.Table:
    """Change one cell of the record in a row."""
    values = table[column].to_pylist()
    values[table["row"].to_pylist().index(row)] = value
    at = table.column_names.index(column)
    return table.set_column(at, table.schema.field(column), pa.array(values, table[column].type))


def swap(table: pa.Table, row: int, column: str) -> pa.Table:
    """Give a record the value of another accepted one, and the other one its own."""
    rows, values = table["row"].to_pylist(), table[column].to_pylist()
    at = rows.index(row)
    for other, one in enumerate(values):
        if other != at and one and one != values[at]:
            values[at], values[other] = values[other], values[at]
            break
    place = table.column_names.index(column)
    return table.set_column(place, table.schema.field(column), pa.array(values, table[column].type))


def forge(folder: Path, row: int, change: Change) -> None:
    """Change a record and the hash in the ledger beside it, as a writer of the folder can."""
    ledger = folder / LEDGER
    text, done = ledger.read_text(), False
    for path in sorted(folder.glob("*.parquet")):
        table = pq.read_table(path)
        if "smiles" not in table.column_names or row not in table["row"].to_pylist():
            continue
        before = sha256(path.read_bytes()).hexdigest()
        pq.write_table(change(table, row), path)
        text, done = text.replace(before, sha256(path.read_bytes()).hexdigest()), True
    assert done
    ledger.write_text(text)


@pytest.fixture
def forged(drug_run: Outcome, tmp_path: Path) -> tuple[Path, Path, int]:
    """Copies of a run and of its prepared library, and the row of its second hit."""
    run = shutil.copytree(drug_run.folder, tmp_path / "run")
    prepared = shutil.copytree(drug_run.folder.parent / "prepared", tmp_path / "prepared")
    where = json.loads((run / WHERE).read_text())
    where["prepared"] = str(prepared)
    (run / WHERE).write_text(json.dumps(where))
    return run, prepared, int(drug_run.table.records()[1]["row"])


def verified(past: PastRun, client: Client) -> dict[str, Check]:
    return {check.what: check for check in verify_run(past, past.library, client)}


PREPARED: dict[str, Change] = {
    "id": lambda table, row: swap(table, row, "compound_id"),
    "structure": lambda table, row: swap(table, row, "smiles"),
    "input": lambda table, row: swap(table, row, "input_smiles"),
    "name": lambda table, row: put(table, row, "name", "imatinib"),
    "price": lambda table, row: put(table, row, "extra", '{"Price": "1"}'),
    "property": lambda table, row: put(table, row, "heavy_atoms", 1.0),
    "reason": lambda table, row: put(table, row, "code", "killed"),
    "stereo": lambda table, row: put(table, row, "changes", ["racemate"]),
}
SCORES: dict[str, Change] = {
    "value": lambda table, row: put(table, row, "small_EGFR", 11.5),
    "a little more": lambda table, row: put(table, row, "small_EGFR", more(table, row)),
    "certain": lambda table, row: put(table, row, "small_EGFR_std", 0.01),
    "a little more certain": lambda table, row: put(table, row, "small_EGFR_std", less(table, row)),
    "property": lambda table, row: put(table, row, "heavy_atoms", 1.0),
    "bound": lambda table, row: put(table, row, "small_EGFR_lo", 11.0),
}


def more(table: pa.Table, row: int) -> float:
    at = table["row"].to_pylist().index(row)
    return float(table["small_EGFR"][at].as_py() + 0.3 * table["small_EGFR_std"][at].as_py())


def less(table: pa.Table, row: int) -> float:
    return 0.99 * float(table["small_EGFR_std"][table["row"].to_pylist().index(row)].as_py())


def test_an_honest_run_is_verified(drug_run: Outcome, lone: Client) -> None:
    checks = verified(open_run(drug_run.folder), lone)
    assert [check.what for check in checks.values() if check.faults or check.skipped] == []
    assert set(checks) == {
        *("files", "partitions and scores", "counts", "records", "scores"),
        "hits, plates and volumes",
    }


@pytest.mark.parametrize("column", ["reason", "score", "structure"])
def test_a_run_that_another_version_worded_is_held_to_its_numbers(
    column: str, drug_run: Outcome, tmp_path: Path, lone: Client
) -> None:
    folder = shutil.copytree(drug_run.folder, tmp_path / "old")
    hits = pd.read_csv(folder / "hits.csv", dtype=str, keep_default_na=False)
    old = "worded by an older version"
    sdf = (folder / "hits.sdf").read_text().replace(hits["reason"][0], old, 1)
    changed = {"reason": "", "score": "hits.csv", "structure": "hits.sdf"}[column]
    hits.loc[0, ["reason", "score"]] = old, "0.999" if column == "score" else hits["score"][0]
    hits.to_csv(folder / "hits.csv", index=False)
    (folder / "hits.sdf").write_text(
        sdf.replace("M  END", "M  END ", 1) if column == "structure" else sdf
    )
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["texts"]  # runs of earlier versions lack it
    for name in ("hits.csv", "hits.sdf"):
        manifest["files"][name] = sha256((folder / name).read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    check = verified(open_run(folder), lone)["hits, plates and volumes"]
    assert "worded by another version of hitlist, only the hash is checked" in check.looked_at
    expected = f"{changed} does not follow from the scores and the screen"
    assert check.faults == ([expected] if changed else [])


@pytest.mark.parametrize("cell", ["small_EGFR_nM", "alerts", ""])
def test_a_run_without_later_columns_is_verified(
    cell: str, drug_run: Outcome, tmp_path: Path, lone: Client
) -> None:
    """Without the columns of today it passes; a column that it has must hold, and none may go."""
    folder = shutil.copytree(drug_run.folder, tmp_path / "old")
    table = drug_run.table
    later = [c.name for c in table.columns if c.group in LATER or c.figures is not None]
    assert len(later) >= 7
    lacked = {"small_EGFR_nM": later[3:], "alerts": [*later, "alerts"], "": later}[cell]
    hits = pd.read_csv(folder / "hits.csv", dtype=str, keep_default_na=False)
    hits = hits.drop(columns=lacked)
    if cell == "small_EGFR_nM":
        hits.loc[0, cell] = "0.001"
    hits.to_csv(folder / "hits.csv", index=False)
    order = pd.read_csv(folder / "lab/order.csv", dtype=str, keep_default_na=False)
    order.drop(columns=["reason", "domain"]).to_csv(folder / "lab/order.csv", index=False)
    sdf = (folder / "hits.sdf").read_text()
    for name in later:
        sdf = re.sub(rf">  <{re.escape(name)}>\n[^\n]*\n\n", "", sdf)
    (folder / "hits.sdf").write_text(sdf)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["texts"] = "0" * 12
    for name in ("hits.csv", "hits.sdf", "lab/order.csv"):
        manifest["files"][name] = sha256((folder / name).read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    check = verified(open_run(folder), lone)["hits, plates and volumes"]
    wrong = "hits.csv does not follow from the scores and the screen"
    assert check.faults == ([wrong] if cell else [])


@pytest.mark.parametrize("name", PREPARED)
def test_a_changed_record_is_found(forged: tuple[Path, Path, int], name: str, lone: Client) -> None:
    run, prepared, row = forged
    forge(prepared, row, PREPARED[name])
    past = open_run(run)
    checks = verified(past, lone)
    assert checks["records"].faults or checks["hits, plates and volumes"].faults
    if name in ("structure", "property", "reason"):
        return  # a list made of the scores shows nothing of it
    with pytest.raises(AlteredError, match=r"^the prepared records were altered[^\n]*$"):
        evidence_stage(past, past.screen, rank_stage(past, past.screen, lone), lone)


@pytest.mark.parametrize("name", SCORES)
def test_a_changed_score_is_found(forged: tuple[Path, Path, int], name: str, lone: Client) -> None:
    run, _, row = forged
    forge(run / "scores", row, SCORES[name])
    past = open_run(run)
    checks = verified(past, lone)
    assert checks["scores"].faults
    if name == "property":
        return
    assert checks["hits, plates and volumes"].faults
    ranking = rank_stage(past, past.screen, lone)
    if row in set(ranking.hits["row"]):
        with pytest.raises(AlteredError, match=r"^the scores were altered[^\n]*$"):
            evidence_stage(past, past.screen, ranking, lone)


@pytest.mark.parametrize("honest", [False, True])
def test_altered_scores_are_told_before_any_other_error(
    forged: tuple[Path, Path, int], lone: Client, monkeypatch: pytest.MonkeyPatch, honest: bool
) -> None:
    """Neighbours are searched while the hits are predicted again."""

    def fail(*_: object) -> None:
        raise ModelError("the measured compounds are damaged")

    monkeypatch.setattr("screening.evidence.collect_evidence.nearest_measured", fail)
    run, _, row = forged
    if not honest:
        forge(run / "scores", row, SCORES["value"])
    past = open_run(run)
    ranking = rank_stage(past, past.screen, lone)
    with pytest.raises(ModelError if honest else AlteredError):
        evidence_stage(past, past.screen, ranking, lone)


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("lab/picklist_echo.csv", "50", "500"),
        ("lab/order.csv", "CHEMBL", "CHEMBX"),
        ("hits.csv", "CHEMBL", "CHEMBX"),
        ("hits.sdf", "M  END", "M  END "),
        ("report.html", "CHEMBL", "CHEMBX"),
        ("columns.csv", ",", ";"),
    ],
)
@pytest.mark.parametrize("hidden", [False, True])
def test_a_changed_file_is_found(
    forged: tuple[Path, Path, int], lone: Client, file: str, before: str, after: str, hidden: bool
) -> None:
    """Also where the manifest was given the hash of the changed file."""
    run, _, _ = forged
    path = run / file
    content = path.read_bytes()
    changed = content.replace(before.encode(), after.encode(), 1)
    assert changed != content
    path.write_bytes(changed)
    if hidden:
        text = (run / MANIFEST).read_text()
        old, new = (sha256(one).hexdigest() for one in (content, changed))
        assert old in text
        (run / MANIFEST).write_text(text.replace(old, new))
    checks = verified(open_run(run), lone)
    assert bool(checks["files"].faults) is not hidden
    assert any(file in fault for fault in checks["hits, plates and volumes"].faults)


def test_a_file_that_the_run_did_not_write_is_found(
    forged: tuple[Path, Path, int], lone: Client
) -> None:
    run, _, _ = forged
    (run / "lab/picklist_echo_2.csv").write_text("x")
    past = open_run(run)
    (check,) = [one for one in verify_run(past, None, lone) if one.what == "files"]
    assert check.faults == ["lab/picklist_echo_2.csv was not written by the run"]


def test_another_library_is_no_witness(
    drug_run: Outcome, forged: tuple[Path, Path, int], lone: Client, tmp_path: Path
) -> None:
    run, _, _ = forged
    past = open_run(run)
    assert past.library is not None
    other = tmp_path / "other.csv"
    other.write_bytes(past.library.path.read_bytes() + b"\n")
    checks = {
        check.what: check for check in verify_run(past, past.open_library(other), lone, sample=5)
    }
    assert "is not the file that was screened" in checks["records"].faults[0]
    gone = replace(past, where=past.where.model_copy(update={"library": None}))
    assert gone.library is None
    checks = {check.what: check for check in verify_run(gone, None, lone, sample=5)}
    assert "--library" in checks["records"].skipped


def test_a_hit_hidden_as_a_duplicate_or_a_reject_is_found(
    forged: tuple[Path, Path, int], lone: Client
) -> None:
    run, prepared, row = forged
    forge(prepared, row, lambda table, row: put(table, row, "status", "rejected"))
    checks = verified(open_run(run), lone)
    assert checks["counts"].faults
    assert checks["records"].faults


@pytest.mark.parametrize("status", ["accepted", "rejected"])
def test_a_record_that_is_scored_is_read_again_whatever_its_stage_says(
    status: str, drug_run: Outcome, forged: tuple[Path, Path, int], lone: Client
) -> None:
    """Only a reject can have ended its process: another's structure is not taken as it is."""
    run, prepared, _ = forged
    past = open_run(run)
    hits = {int(one["row"]) for one in drug_run.table.records()}
    scored = past.scores.folder.read_table(past.scores.items[0].file, ["row", "smiles"])
    row, smiles = next(
        (one["row"], one["smiles"]) for one in scored.to_pylist() if one["row"] not in hits
    )

    def hide(table: pa.Table, row: int) -> pa.Table:
        for column, value in {"smiles": "C" + smiles, "stage": STAGE, "status": status}.items():
            if column in table.column_names:
                table = put(table, row, column, value)
        return table

    for folder in (prepared, run / "scores"):
        forge(folder, row, hide)
    checks = verified(open_run(run), lone)
    assert any("smiles" in fault for fault in checks["records"].faults)


def test_a_check_that_cannot_be_made_is_a_fault_and_hides_no_other(
    forged: tuple[Path, Path, int], lone: Client
) -> None:
    """A row was taken out of the scores, and a number in the list was changed."""
    run, _, row = forged
    forge(run / "scores", row, lambda table, row: table.filter(pc.not_equal(table["row"], row)))
    (run / "hits.csv").write_bytes((run / "hits.csv").read_bytes().replace(b"CHEMBL", b"CHEMBX", 1))
    checks = verified(open_run(run), lone)
    assert checks["files"].faults == ["hits.csv is not what the run wrote"]
    assert "cannot be made again" in checks["hits, plates and volumes"].faults[0]
    assert any("were accepted" in fault for fault in checks["scores"].faults)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="OpenSSH's client is not there")
def test_a_run_is_held_to_its_signature_where_signers_are_named(
    forged: tuple[Path, Path, int], lone: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signature finds what hides from every other check: a manifest that says less."""
    run, _, _ = forged
    key, past = tmp_path / "key", open_run(run)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    sign_folder(run, key)
    (tmp_path / "signers").write_text(f"ann {key.with_suffix('.pub').read_text()}")
    monkeypatch.setenv("HITLIST_SIGNERS", str(tmp_path / "signers"))
    (check,) = [one for one in verify_run(past, None, lone, 5) if one.what == "signature"]
    assert check.looked_at == "signed by ann"
    assert not check.faults
    ranked = tmp_path / "ranked"  # of the scores in an unsigned folder
    ranked.mkdir()
    (ranked / MANIFEST).write_text("{}")
    sign_folder(ranked, key)
    unsigned = shutil.copytree(run, tmp_path / "unsigned")
    (unsigned / STATEMENT).unlink()
    for folder, faults in ((run, 0), (unsigned, 1)):
        scorer = replace(past.scorer, folder=folder)
        again = replace(past, run=replace(past.run, folder=ranked), scorer=scorer)
        assert len(check_signature(again).faults) == faults
    (run / MANIFEST).write_text((run / MANIFEST).read_text().replace('"seconds"', '"minutes"'))
    checks = verified(past, lone)
    assert f"{MANIFEST} was altered" in checks["signature"].faults[0]
    assert [one.what for one in checks.values() if one.faults] == ["signature"]
    with pytest.raises(InputError, match=r"^[^\n]*tiny[^\n]* is not signed[^\n]*$"):
        find_bundle(str(shutil.copytree(past.bundles[0].path, tmp_path / "tiny")))


def test_a_run_whose_files_were_changed_is_not_signed(
    forged: tuple[Path, Path, int], tmp_path: Path
) -> None:
    run, _, _ = forged
    (run / "hits.csv").write_bytes((run / "hits.csv").read_bytes() + b"\n")
    code = "import sys; from flows.cli import main; main()"
    words = ["sign", str(run), "--key", str(tmp_path / "key")]
    answer = subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert answer.returncode == 2
    (line,) = answer.stderr.strip().splitlines()
    assert "is not signed: hits.csv is not what the run wrote" in line


def test_a_record_that_is_asked_for_twice_is_compared_twice(
    forged: tuple[Path, Path, int],
) -> None:
    run, prepared, _ = forged
    library = open_run(run).library
    assert library is not None
    frame = pq.read_table(min(prepared.glob("part-*.parquet"))).to_pandas().head(5)
    frame["key"] = [key_text(key) for key in frame["key"]]
    assert compare_records(pd.concat([frame, frame]), library) == []
    frame["smiles"] = "C"
    assert len(compare_records(pd.concat([frame, frame]), library)) == 2 * len(frame)
