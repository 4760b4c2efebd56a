"""JSON of runs, ledgers and prepared libraries: as it is written, or refused in one line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from screening.prepare.prepared import SUMMARY, read_summary
from screening.runs.runfolder import MANIFEST, WHERE
from screening.runs.write_run import Outcome
from screening.storage.json_shapes import (
    Line,
    Manifest,
    Shape,
    Summary,
    Where,
    WhereRanked,
    check_shape,
)
from screening.storage.ledger import LEDGER, Entry, Ledger


def load(path: Path) -> Any:
    return json.loads(path.read_text())


def test_what_a_run_writes_has_its_shape(drug_run: Outcome) -> None:
    where = load(drug_run.folder / WHERE)
    prepared = Path(where["prepared"])
    summary = load(prepared / SUMMARY)
    manifest = check_shape(Manifest, load(drug_run.folder / MANIFEST))
    assert manifest.files == drug_run.manifest.files
    assert manifest.counts == drug_run.manifest.counts._asdict()
    assert check_shape(Where, where).model_dump(by_alias=True) == where
    assert check_shape(Summary, summary).model_dump() == summary
    for folder in (prepared, drug_run.folder / "scores"):
        lines = (folder / LEDGER).read_text().splitlines()[1:]
        assert lines
        for line in lines:
            check_shape(Line, json.loads(line))
    check_shape(WhereRanked, {"run": "../a", "fingerprint": "0"})


CHANGES: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("manifest", lambda m: m["counts"].update(rows=-1), "counts.rows"),
    ("manifest", lambda m: m["counts"].update(rows="9"), "counts.rows"),
    ("manifest", lambda m: m["counts"].update(rows=10**30), "counts.rows"),
    ("manifest", lambda m: m["files"].update({"../../x": ""}), "lie in the run's folder"),
    ("manifest", lambda m: m["files"].update({"/etc/passwd": ""}), "lie in the run's folder"),
    ("manifest", lambda m: m["files"].update({"lab/../../x": ""}), "lie in the run's folder"),
    ("manifest", lambda m: m["files"].update({"x" * 300: ""}), "files"),
    ("manifest", lambda m: m.update(triage=[]), "triage"),
    ("manifest", lambda m: m.update(reading=3), "reading"),
    ("manifest", lambda m: m.pop("bundles"), "bundles"),
    ("manifest", lambda m: m.update(selection={"pool": "x"}), "selection"),
    ("where", lambda w: w.update(half=1), "half"),
    ("where", lambda w: w.update(prepared="a\0b"), "prepared"),
    ("where", lambda w: w.update(library={"path": 3}), "library"),
    ("summary", lambda s: s.update(partition_rows=0), "partition_rows"),
    ("summary", lambda s: s.update(rows=10**9), "partitions for"),
    ("summary", lambda s: s.update(rejected=10**9), "more rejects"),
    ("summary", lambda s: s.update(partitions=["../../x"]), "partitions"),
    ("summary", lambda s: s.update(partitions=["a\nb"]), "partitions"),
    ("summary", lambda s: s.update(reject_codes={"a": 0.5}), "reject_codes"),
]


@pytest.mark.parametrize(("what", "change", "why"), CHANGES)
def test_another_shape_is_told_in_one_line(
    drug_run: Outcome, what: str, change: Callable[[dict[str, Any]], object], why: str
) -> None:
    prepared = Path(load(drug_run.folder / WHERE)["prepared"])
    shapes: dict[str, tuple[Path, type[Shape]]] = {
        "manifest": (drug_run.folder / MANIFEST, Manifest),
        "where": (drug_run.folder / WHERE, Where),
        "summary": (prepared / SUMMARY, Summary),
    }
    path, shape = shapes[what]
    found = load(path)
    change(found)
    with pytest.raises(ValueError, match=rf"^[^\n]*{why}[^\n]*$"):
        check_shape(shape, found)


def test_a_line_of_a_ledger_that_tells_of_no_file_is_work_to_do(tmp_path: Path) -> None:
    with Ledger(tmp_path, {"a": 1}) as ledger:
        ledger.store.write("one", b"1")
        ledger.record("one", {"rows": 9})
    whole = (tmp_path / LEDGER).read_text()
    good = json.loads(whole.splitlines()[1])
    others: tuple[object, ...] = (
        {**good, "name": "../one"},
        {**good, "name": "/dev/zero"},
        {**good, "sha256": 1},
        {**good, "facts": {"rows": "9"}},
        {**good, "facts": {"reject_codes": {"a": -1}}},
        [good],
        {"purpose": {}},
        None,
    )
    for other in others:
        (tmp_path / LEDGER).write_text(whole.splitlines()[0] + "\n" + json.dumps(other) + "\n")
        with Ledger(tmp_path, {"a": 1}) as ledger:
            assert not ledger.entries
        assert not Ledger.read(tmp_path).entries
    assert Entry("", {"rows": 9, "filtered": {"a": 1}}).count("rows") == 9
    assert (Entry("", {}).count("rows"), Entry("", {}).counts("filtered")) == (0, {})


def test_a_summary_of_another_shape_is_none(drug_run: Outcome, tmp_path: Path) -> None:
    found = load(Path(load(drug_run.folder / WHERE)["prepared"]) / SUMMARY)
    changed = ({"more": 1}, {"rows": "9"}, {"notes": None})
    wrong: list[object] = [[], 3, *({**found, **change} for change in changed)]
    for told in wrong:
        (tmp_path / SUMMARY).write_text(json.dumps(told))
        assert read_summary(tmp_path) is None
    twice = {"partitions": found["partitions"] * 2, "rows": found["partition_rows"] * 2}
    (tmp_path / SUMMARY).write_text(json.dumps({**found, **twice}))
    assert read_summary(tmp_path) is None  # verify would look at its records twice, at others never
    (tmp_path / SUMMARY).write_text(json.dumps(found))
    assert read_summary(tmp_path) is not None
