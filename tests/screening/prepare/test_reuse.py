"""A preparation that copies structures writes the same bytes as one that standardizes them all."""

import csv
import random
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from distributed import Client

from chem.library.read import Library, open_library
from chem.records.records import Failure, Record
from screening.prepare.prepare import prepare_library
from screening.prepare.prepared import Prepared, hashes_file, index_file
from screening.prepare.prepared_location import Limits, prepare_purpose
from screening.prepare.prepared_rows import prepare_records
from screening.prepare.quarantine import STAGE, prepare_apart
from screening.prepare.record_columns import to_columns
from screening.prepare.reuse import find_donors, hash_rows, hash_texts
from screening.storage.ledger import Ledger

Row = tuple[str, str, str]
FILES = Path(__file__).parents[2] / "files/chem"


@pytest.fixture(autouse=True)
def small_partitions_are_worth_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screening.prepare.reuse._LEAST", 0)
    monkeypatch.setattr("screening.prepare.reuse._SHARE", 10**6)
    monkeypatch.setattr("screening.prepare.reuse._WHOLE", 1)


@pytest.fixture(scope="module")
def drugs(mixed: list[tuple[str, str]]) -> list[Row]:
    """Real drugs between records with repeats, salts and mistakes: id, SMILES, price."""
    with (FILES / "approved_sample.smi").open(newline="") as file:
        found = [(row["chembl_id"], row["smiles"]) for row in csv.DictReader(file, delimiter="\t")]
    rows = [*found[:120], *mixed]
    random.Random(5).shuffle(rows)
    return [(name, text, f"{at}.5") for at, (name, text) in enumerate(rows)]


def library(path: Path, rows: Sequence[Row]) -> Library:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerows([("compound_id", "smiles", "Price"), *rows])
    return open_library(path)


def prepare(path: Path, rows: Sequence[Row], folder: Path, client: Client, size: int) -> Prepared:
    return prepare_library(library(path, rows), folder, client, partition_rows=size)


def content(prepared: Prepared) -> dict[str, bytes]:
    parts = prepared.partitions
    names = ["duplicates.parquet", *parts, *map(hashes_file, parts), *map(index_file, parts)]
    return {name: (prepared.folder / name).read_bytes() for name in names}


def copied(prepared: Prepared) -> int:
    entries = Ledger.read(prepared.folder).entries
    return sum(entries[name].count("copied") for name in prepared.partitions)


def edit(rows: list[Row], seed: int) -> list[Row]:
    """A day's changes: prices, withdrawals, new and moved records, another spelling."""
    draw = random.Random(seed)
    kept = [(name, text, f"{draw.random():.2f}") for name, text, _ in rows if draw.random() > 0.1]
    new = [
        (f"n{seed}-{n}", f"{'C' * (n + 9)}N{'C' * seed}", "1") for n in range(draw.randint(0, 9))
    ]
    for row in new:
        kept.insert(draw.randrange(len(kept) + 1), row)
    if seed % 3 == 0:
        draw.shuffle(kept)
    at = draw.randrange(len(kept))
    kept[at] = (kept[at][0], f"{kept[at][1].strip()}.Cl", kept[at][2])
    return kept


def test_days_of_edits_are_the_bytes_of_whole_preparations(
    drugs: list[Row], tmp_path: Path, lone: Client
) -> None:
    rows = drugs
    prepare(tmp_path / "day0.csv", rows, tmp_path / "cache/0", lone, 50)
    for day in range(1, 8):
        rows, size = edit(rows, day), (50, 37, 200)[day % 3]
        name = tmp_path / f"day{day}.csv"
        made = prepare(name, rows, tmp_path / f"cache/{day}", lone, size)
        whole = prepare(name, rows, tmp_path / f"alone{day}/x", lone, size)
        assert content(made) == content(whole)
        assert copied(whole) == 0
        assert made.rows > copied(made) > 0.8 * made.rows


def test_only_what_is_new_goes_through_chemistry(
    drugs: list[Row], tmp_path: Path, lone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(tmp_path / "a.csv", drugs, tmp_path / "cache/a", lone, 60)
    seen: list[int] = []

    def count(slices: Sequence[bytes], limits: Limits) -> pa.Table:
        table = prepare_apart(slices, limits)
        seen.append(table.num_rows)
        return table

    monkeypatch.setattr("screening.prepare.partition.prepare_apart", count)
    changed = [(name, text, "9.99") for name, text, _ in drugs]
    changed.insert(40, ("new", "CCCCCCCCCCCOC", "1"))
    made = prepare(tmp_path / "b.csv", changed, tmp_path / "cache/b", lone, 60)
    unreadable = sum(one.problem is not None for one in library(tmp_path / "b.csv", changed))
    assert sum(seen) == 1 + unreadable
    assert made.rows == len(changed)


def test_a_donor_that_was_altered_or_removed_is_not_used(
    drugs: list[Row], tmp_path: Path, lone: Client
) -> None:
    first = prepare(tmp_path / "a.csv", drugs, tmp_path / "cache/a", lone, 60)
    parts = [tmp_path / "cache/a" / name for name in first.partitions]
    parts[0].unlink()
    parts[1].write_bytes(parts[1].read_bytes()[:-9])
    (tmp_path / "cache/a" / hashes_file(first.partitions[2])).write_bytes(b"PAR1")
    changed = [(name, text, "9.99") for name, text, _ in drugs]
    made = prepare(tmp_path / "b.csv", changed, tmp_path / "cache/b", lone, 60)
    whole = prepare(tmp_path / "b.csv", changed, tmp_path / "alone/b", lone, 60)
    assert content(made) == content(whole)
    assert copied(made) < 0.3 * made.rows


@pytest.mark.parametrize("rule", ["limits", "featurizer", "standardizer", "rdkit", "hitlist"])
def test_other_rules_are_no_donor(
    rule: str, drugs: list[Row], tmp_path: Path, lone: Client
) -> None:
    made = prepare(tmp_path / "a.csv", drugs[:20], tmp_path / "cache/a", lone, 60)
    purpose = prepare_purpose(library(tmp_path / "b.csv", drugs[:10]), 60)
    assert [donor.url for donor in find_donors(tmp_path / "cache/b", purpose)] == [made.store.url]
    other = {"limits": Limits(9.0)._asdict()}.get(rule, "other")
    assert find_donors(tmp_path / "cache/b", {**purpose, rule: other}) == ()


def test_what_a_machine_decided_is_not_copied() -> None:
    record = Record(1, "a", "", "CCO", "smiles", {})
    apart = record._replace(row=2, problem=Failure(STAGE, "timed_out", "x"))
    unreadable = record._replace(row=3, problem=Failure("read", "bad_row", "x"))
    records = [record, apart, unreadable]
    hashes = hash_rows(hash_texts(to_columns(records)), prepare_records(records))[
        "text_hash"
    ].to_pylist()
    assert [any(one) for one in hashes] == [True, False, False]
    stopped = prepare_records([apart])
    assert hash_rows(hash_texts(to_columns([record])), stopped)["text_hash"].to_pylist() == [
        bytes(16)
    ]
