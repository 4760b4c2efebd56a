"""The words on stereochemistry in a prediction file: in the rows' order, a few ahead of writing."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from chem.library.read import open_library
from screening.dask_cluster.cluster import run_window
from screening.prepare.prepare import prepare_library
from screening.rank.structure_columns import stereo_word
from screening.runs import predict


def test_words_come_in_order_and_not_all_at_once(
    write_library: Callable[[Path, Sequence[tuple[str, str]]], Path],
    mixed: list[tuple[str, str]],
    lone: Client,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [*mixed[:20], ("R", "C[C@H](N)c1ccccc1"), ("flat", "CC(N)c1ccccc1")]
    library = open_library(write_library(tmp_path / "library.csv", rows))
    prepared = prepare_library(library, tmp_path / "prepared", lone, 4)
    asked: list[str] = []

    def spy(client: Client, work: Callable[[str], Any], items: Iterable[str]) -> Iterator[Any]:
        names = list(items)
        asked.extend(names)
        return iter(list(run_window(client, work, names))[::-1])  # results come in any order

    monkeypatch.setattr(predict, "run_window", spy)
    monkeypatch.setattr(predict, "AHEAD", 2)
    told: list[int] = []
    found = predict.stereo_words(prepared, lone, lambda stage, done, whole: told.append(done))
    words = [next(found)]
    assert len(asked) == 2 < len(prepared.partitions)
    words += found
    smiles = [
        prepared.store.read_table(name, ["smiles"])["smiles"].to_pylist()
        for name in prepared.partitions
    ]
    assert words == [[stereo_word(text) for text in some] for some in smiles]
    assert words[-1][-2:] == ["single", "undefined"]
    assert asked == list(prepared.partitions)
    assert told == sorted(told)
    assert told[-1] == prepared.rows == len(rows)
