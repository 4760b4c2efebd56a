from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from distributed import Client

from chem.errors import InputError
from chem.features.graphs import featurizer_spec
from chem.library.read import open_library
from chem.structure.standardize import Standardized, standardize
from gnn.bundle.bundle import Bundle
from gnn.bundle.column_names import predicted_columns
from gnn.bundle.predict import Predictor
from gnn.features.graph_arrays import collect
from screening.errors import StoreError
from screening.prepare.prepare import Progress, prepare_library
from screening.prepare.prepared import DUPLICATES, Prepared, read_accepted
from screening.rank.library_records import IDENTITY, duplicates, rejects, with_identity
from screening.rank.scored_frames import scored_frames
from screening.score.score import (
    SCORED,
    Scoring,
    WorkItem,
    chosen_items,
    partition_items,
    score_item,
    score_items,
    spans,
)
from screening.score.scoring_purpose import scoring_purpose
from screening.score.worker_models import load_bundles_once, model_refs
from screening.storage.ledger import Ledger
from screening.storage.schema import GRAPH
from screening.storage.store import Store
from tests.graphs import graph_of

HALF = False
"""Precision of the networks; what is tested here holds for both."""
MakeBundle = Callable[..., Bundle]
Mixed = list[tuple[str, str]]


class Fate(NamedTuple):
    """What must become of a record."""

    row: int
    compound_id: str
    structure: str
    smiles: str | None
    first: int


class Scored(NamedTuple):
    """A small library that was prepared and scored, with what it must have become."""

    prepared: Prepared
    bundle: Bundle
    folder: Path
    units: list[WorkItem]
    fates: list[Fate]

    @property
    def scores(self) -> list[Path]:
        return [self.folder / unit.file for unit in self.units]

    @property
    def accepted(self) -> list[Fate]:
        """The records that must have a score."""
        return [fate for fate in self.fates if fate.smiles and fate.first == fate.row]


def score(
    prepared: Prepared,
    bundle: Bundle,
    units: Sequence[WorkItem],
    folder: Path,
    client: Client,
    progress: Progress | None = None,
) -> None:
    known = model_refs([bundle], prepared.featurizer, HALF)
    work = Scoring(prepared.source, Store(folder), known, tuple(predicted_columns([bundle])))
    purpose = scoring_purpose(prepared.sha256, prepared.key, [bundle], HALF)
    with Ledger(folder, purpose) as ledger:
        score_items(units, work, ledger, client, progress)


@pytest.fixture(scope="module")
def scored(
    tmp_path_factory: pytest.TempPathFactory,
    write_library: Callable[[Path, Sequence[tuple[str, str]]], Path],
    make_bundle: MakeBundle,
    mixed: Mixed,
    lone: Client,
) -> Scored:
    folder = tmp_path_factory.mktemp("scored")
    # The last partition holds nothing but mistakes.
    rows = [*mixed, *[(f"bad{n}", "CCQ") for n in range(11)]]
    library = open_library(write_library(folder / "library.csv", rows))
    prepared = prepare_library(library, folder / "prepared", lone, 8)
    bundle = make_bundle(folder / "bundle")
    units = partition_items(prepared)
    score(prepared, bundle, units, folder / "scores", lone)
    firsts: dict[str, int] = {}
    fates = []
    for row, (name, text) in enumerate(rows, 1):
        found = standardize(text, "smiles")
        smiles = found.smiles if isinstance(found, Standardized) else None
        fates.append(Fate(row, name, text, smiles, firsts.setdefault(smiles, row) if smiles else 0))
    return Scored(prepared, bundle, folder / "scores", units, fates)


def test_a_score_exists_if_and_only_if_a_record_was_accepted(scored: Scored) -> None:
    """Law 3, and law 4's score that no batch-mate changes: the oracle predicts in one go."""
    table = pa.concat_tables([pq.read_table(path) for path in scored.scores])
    predictor = Predictor([scored.bundle], bfloat16=HALF)
    assert table.column_names == [*SCORED, *predictor.columns]
    assert table["smiles"].to_pylist() == [fate.smiles for fate in scored.accepted]
    assert table["row"].to_pylist() == [fate.row for fate in scored.accepted]
    results = [standardize(fate.structure, "smiles") for fate in scored.accepted]
    mols = [one.mol for one in results if isinstance(one, Standardized)]
    expected = predictor.predict(collect([graph_of(mol) for mol in mols]))
    for name, values in expected.items():
        found = table[name].to_numpy()
        assert np.isfinite(found).all()
        assert found.tobytes() == values.tobytes(), name


def test_each_partition_has_its_scores(scored: Scored) -> None:
    assert [path.name for path in scored.scores] == list(scored.prepared.partitions)
    counts = [pq.read_metadata(path).num_rows for path in scored.scores]
    assert sum(counts) == scored.prepared.accepted
    assert counts[-1] == 0


def test_accepted_rows_are_read_in_order_without_repeats(scored: Scored) -> None:
    rows = []
    for name in scored.prepared.partitions:
        table = read_accepted(scored.prepared.source, name, ["row", "smiles", *GRAPH])
        assert table.column_names == ["row", "smiles", *GRAPH]
        rows += list(zip(table["row"].to_pylist(), table["smiles"].to_pylist(), strict=True))
    assert rows == [(fate.row, fate.smiles) for fate in scored.accepted]


def test_other_duplicates_than_a_run_began_with_are_noticed(scored: Scored) -> None:
    """Law 5: no record is scored twice, and none is lost, by a file that was made again."""
    other = scored.prepared.source._replace(duplicates="0" * 64)
    with pytest.raises(StoreError, match=r"^[^\n]*duplicates\.parquet is not the file[^\n]*$"):
        read_accepted(other, scored.prepared.partitions[0], ["row"])


def test_the_rows_of_partitions_are_known(scored: Scored) -> None:
    found = [
        (name, rows[0].as_py(), rows[-1].as_py())
        for name in scored.prepared.partitions
        for rows in [scored.prepared.store.read_table(name, ["row"])["row"]]
    ]
    assert list(spans(scored.prepared)) == found
    assert found[-1][2] - found[-1][1] + 1 < scored.prepared.partition_rows


def test_frames_hold_the_accepted_with_their_scores(scored: Scored) -> None:
    columns = ["small_EGFR", "small_herg_hi"]
    frames = list(scored_frames(scored.prepared, Store(scored.folder), scored.units, columns))
    rows = [row for frame in frames for row in frame.itertuples()]
    assert [row.row for row in rows] == [fate.row for fate in scored.accepted]
    assert [row.smiles for row in rows] == [fate.smiles for fate in scored.accepted]
    for frame in frames:
        assert not frame.isna().any(axis=None)
        assert list(frame.columns)[-2:] == columns
    together = pa.concat_tables([pq.read_table(path) for path in scored.scores])
    found = np.concatenate([frame["small_EGFR"].to_numpy() for frame in frames])
    assert found.tobytes() == together["small_EGFR"].to_numpy().tobytes()


def test_rejects_and_duplicates_are_told_in_order(scored: Scored) -> None:
    told = list(rejects(scored.prepared))
    expected = [fate for fate in scored.fates if fate.smiles is None]
    assert [(r.row, r.compound_id, r.input_smiles) for r in told] == [
        (fate.row, fate.compound_id, fate.structure) for fate in expected
    ]
    assert all(r.stage and r.code and r.detail for r in told)
    repeats = [fate for fate in scored.fates if fate.smiles and fate.first != fate.row]
    by_row = {fate.row: fate for fate in scored.fates}
    assert repeats
    assert {d.why for d in duplicates(scored.prepared)} == {"same structure", "other salt"}
    assert [tuple(d)[:-1] for d in duplicates(scored.prepared)] == [
        (f.row, f.compound_id, f.structure, f.first, by_row[f.first].compound_id) for f in repeats
    ]
    assert len(scored.fates) == len(scored.accepted) + len(told) + len(repeats)


def test_scores_of_another_partition_are_refused(scored: Scored) -> None:
    first, second, *_ = scored.units
    swapped = [first._replace(file=second.file), second._replace(file=first.file)]
    with pytest.raises(StoreError, match=r"does not belong to"):
        list(scored_frames(scored.prepared, Store(scored.folder), swapped, ["small_EGFR"]))


def test_hits_get_their_identity(scored: Scored) -> None:
    some = [scored.accepted[at] for at in (4, 0, 5)]
    hits = pd.DataFrame({"rank": [1, 2, 3], "row": [fate.row for fate in some]})
    found = with_identity(scored.prepared, hits)
    assert list(found.columns) == ["rank", "row", *IDENTITY]
    assert list(found["rank"]) == [1, 2, 3]
    assert list(found["compound_id"]) == [fate.compound_id for fate in some]
    assert list(found["input_smiles"]) == [fate.structure for fate in some]
    assert list(with_identity(scored.prepared, hits.head(0)).columns) == list(found.columns)


@pytest.mark.parametrize("most", [1, 4, 1000])
def test_chosen_rows_score_as_they_do_in_whole_partitions(
    scored: Scored, tmp_path: Path, lone: Client, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Law 4: a choice of rows, in units of any size, changes no bit of their scores."""
    monkeypatch.setattr("screening.score.score.ITEM_ROWS", most)
    rows = np.array([fate.row for fate in scored.accepted][::2])
    units = chosen_items(scored.prepared, rows)
    assert sum(
        len(part) for unit in units for _, part in unit.partitions if part is not None
    ) == len(rows)
    score(scored.prepared, scored.bundle, units, tmp_path, lone)
    found = pa.concat_tables([pq.read_table(tmp_path / unit.file) for unit in units])
    whole = pa.concat_tables([pq.read_table(path) for path in scored.scores])
    assert found["row"].to_pylist() == rows.tolist()
    expected = whole.filter(pa.compute.is_in(whole["row"], pa.array(rows)))
    assert found.combine_chunks().equals(expected.combine_chunks())
    columns = ["small_EGFR"]
    frames = scored_frames(scored.prepared, Store(tmp_path), units, columns)
    assert [row for frame in frames for row in frame["row"]] == rows.tolist()


def test_a_row_that_is_not_there_is_never_left_out(scored: Scored, tmp_path: Path) -> None:
    rejected = next(fate.row for fate in scored.fates if fate.smiles is None)
    (unit,) = chosen_items(scored.prepared, np.array([rejected]))
    work = Scoring(
        scored.prepared.source, Store(tmp_path), model_refs([scored.bundle], "", HALF), ()
    )
    with pytest.raises(StoreError, match="lacks rows"):
        score_item(work, unit)


@pytest.mark.parametrize("harm", ["altered", "truncated", "missing"])
def test_harmed_scores_are_noticed_and_made_again(scored: Scored, lone: Client, harm: str) -> None:
    """Law 5. Only what was harmed is worked on."""
    path = scored.scores[2]
    before = {one: (one.read_bytes(), one.stat().st_mtime_ns) for one in scored.scores}
    if harm == "missing":
        path.unlink()
    elif harm == "truncated":
        path.write_bytes(path.read_bytes()[:-7])
    else:
        pq.write_table(pq.read_table(scored.scores[1]), path)
    seen: list[int] = []
    score(
        scored.prepared,
        scored.bundle,
        scored.units,
        path.parent,
        lone,
        lambda what, done, total: seen.append(done),
    )
    assert seen == [scored.prepared.accepted]
    for one, (content, time) in before.items():
        assert one.read_bytes() == content
        assert (one.stat().st_mtime_ns == time) == (one != path)


def test_scores_of_another_bundle_are_refused(
    scored: Scored, make_bundle: MakeBundle, tmp_path: Path, lone: Client
) -> None:
    other = make_bundle(tmp_path, seed=5)
    with pytest.raises(InputError, match=r"^[^\n]*its bundles differs[^\n]*$"):
        score(scored.prepared, other, scored.units, scored.folder, lone)


def test_a_bundle_that_changes_under_way_ends_the_run(
    scored: Scored, make_bundle: MakeBundle, tmp_path: Path
) -> None:
    bundle = make_bundle(tmp_path / "b")
    featurizer = featurizer_spec()["hash"]
    known = model_refs([bundle], featurizer, HALF)
    make_bundle(tmp_path / "b", seed=9)
    with pytest.raises(InputError, match=r"^[^\n]*not the one that the run was planned with"):
        load_bundles_once(known.bundles, featurizer)
    work = Scoring(scored.prepared.source, Store(tmp_path), known, ())
    with pytest.raises(InputError, match="not the one that"):
        score_item(work, scored.units[0])
    assert not (tmp_path / scored.units[0].file).exists()


def test_a_surrogate_that_changes_is_noticed_by_workers(
    make_bundle: MakeBundle, give_surrogate: MakeBundle, tmp_path: Path
) -> None:
    """Law 5: which compounds are chosen hangs on it, and the bundle's own hash leaves it out."""
    planned = give_surrogate(make_bundle(tmp_path), seed=1)
    featurizer = featurizer_spec()["hash"]
    known = model_refs([planned], featurizer, HALF)
    assert load_bundles_once(known.bundles, featurizer)[0].surrogate is not None
    other = give_surrogate(planned, seed=2)
    assert other.sha256 == planned.sha256
    changed = model_refs([other], featurizer, HALF)
    found = load_bundles_once(changed.bundles, featurizer)[0].surrogate
    assert found is not None
    assert other.surrogate is not None
    assert found.sha256 == other.surrogate.sha256
    with pytest.raises(InputError, match=r"the surrogate of bundle .* is not the one"):
        load_bundles_once.__wrapped__(known.bundles, featurizer)


def test_duplicates_hold_rows_alone(scored: Scored) -> None:
    table = pq.read_table(scored.prepared.folder / DUPLICATES)
    assert table.column_names == ["row", "first_row"]
    assert {str(field.type) for field in table.schema} == {"int64"}
