"""Contributions point at toxicophores of real mutagens; the figures are what they are called."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rdkit import Chem

from benchmarks.shipped_models.explanations import (
    ANY,
    NOTE,
    Case,
    measure_explanations,
    other_piece,
    share_of_top,
    stands_out,
)
from chem.features.graphs import MolGraph, featurize
from flows.terminal.card_explanations import HEADERS, show_explanations
from gnn.bundle.find_bundle import find_bundle, read_card
from gnn.card.card import Explanation
from gnn.features.graph_arrays import collect

SAMPLE = Path(__file__).parents[2] / "files/data/ames_sample.csv"


@pytest.fixture(scope="module")
def found() -> dict[str, Explanation]:
    """Of 45 rows of the Ames set: 30 mutagens with a nitro group or a nitrosamine, 15 others."""
    patch = pytest.MonkeyPatch()
    patch.setattr("data.public_sets.sets.fetch_dataset", lambda entry, progress: SAMPLE)
    measured = measure_explanations("toxicity", lambda *news: None, fewest=8)
    patch.undo()
    return {one.group: one for one in measured}


def test_toxicophores_stand_out_more_often_than_chance(found: dict[str, Explanation]) -> None:
    assert next(iter(found)) == ANY
    assert {"aromatic_nitro", "nitrosamine"} < set(found)
    for one in found.values():
        assert one.low <= one.auroc <= one.high
        assert 0 <= one.hetero <= 1
    for group in (ANY, "aromatic_nitro", "nitrosamine"):
        one = found[group]
        assert one.low > 0.5, one
        assert one.auroc > one.hetero - 0.1
        assert one.top > one.top_chance
        assert one.lost > one.lost_others


def test_the_shipped_card_says_how_well() -> None:
    card = read_card(find_bundle("toxicity"))
    by = {one.group: one for one in card.explanations}
    assert by[ANY].molecules > 500
    assert by["aromatic_nitro"].molecules >= 100
    assert by["aromatic_nitro"].low > 0.5


def test_a_card_shows_its_explanations(
    found: dict[str, Explanation], capsys: pytest.CaptureFixture[str]
) -> None:
    card = read_card(find_bundle("toxicity"))
    show_explanations(card.model_copy(update={"explanations": tuple(found.values())}))
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0].split("\t") == HEADERS
    assert len(lines) == 1 + len(found)
    assert "more often than by chance" in said.err
    show_explanations(card.model_copy(update={"explanations": ()}))
    assert capsys.readouterr().out == ""


def test_the_command_tells_and_writes(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.public_sets.sets.fetch_dataset", lambda entry, progress: SAMPLE)
    folder, file = tmp_path / "bundle", tmp_path / "found.csv"
    shutil.copytree(find_bundle("toxicity"), folder)
    before = read_card(folder)
    for _ in range(2):  # what is known twice is noted once
        answer = run("explanations", "--bundles", folder, "--card", "--out", file)
        assert answer.code == 0, answer.err
    after = read_card(folder)
    assert [one.group for one in after.explanations] == [ANY]  # the others are too few here
    assert after.notes.count(NOTE) == 1
    back = pd.read_csv(file)
    assert back["auroc"].tolist() == [one.auroc for one in after.explanations]
    assert back["bundle"].tolist() == ["toxicity"]
    same = {"explanations": before.explanations, "notes": before.notes}
    assert after.model_copy(update=same) == before


def test_a_bundle_without_the_task_is_refused(run: Callable[..., Any]) -> None:
    answer = run("explanations", "--bundles", "activity")
    assert answer.code == 2
    assert "bundle activity has no task ames" in answer.err


@pytest.mark.parametrize(
    ("values", "group", "auroc", "top"),
    [
        ([3.0, 2.0, 1.0, 0.0], [1, 1, 0, 0], 1.0, 1.0),
        ([3.0, 2.0, 1.0, 0.0], [0, 0, 1, 1], 0.0, 0.0),
        ([3.0, 2.0, 1.0, 0.0], [1, 0, 0, 1], 0.5, 0.5),
        ([1.0, 1.0, 1.0, 1.0], [1, 0, 0, 0], 0.5, 0.25),
        ([2.0, 1.0, 1.0, 0.0], [1, 1, 0, 0], 0.875, 0.75),
    ],
)
def test_figures(values: list[float], group: list[int], auroc: float, top: float) -> None:
    mask = np.array(group, bool)
    assert stands_out(np.array(values), mask) == auroc
    assert share_of_top(np.array(values), mask) == top


@pytest.mark.parametrize(
    ("smiles", "group", "size"), [("CCCCCCN=O", [6, 7], 2), ("CN=O", [1, 2], 1), ("C.C.ON", [3], 1)]
)
def test_other_atoms_are_as_many_and_bonded(smiles: str, group: list[int], size: int) -> None:
    mol = Chem.MolFromSmiles(smiles)
    graph = featurize(mol)
    assert isinstance(graph, MolGraph)
    atoms = np.isin(np.arange(mol.GetNumAtoms()), group)
    piece = other_piece(Case(collect([graph]), {}).graph, atoms)
    assert piece.sum() == size
    assert not (piece & atoms).any()
    if size == 2:
        assert mol.GetBondBetweenAtoms(*np.flatnonzero(piece).tolist()) is not None
