"""What changes did to measured values, against a count of all pairs."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from rdkit import Chem

from gnn.card.card import TaskCard
from screening.analogs import cuts as cuts_room
from screening.analogs.cuts import cut_compounds
from screening.analogs.measured_pairs import MeasuredPairs, Statistic, measured_pairs

VALUES = {
    "COc1ccc(CC(=O)O)cc1": 5.0,
    "Clc1ccc(CC(=O)O)cc1": 6.0,
    "O=C(O)Cc1ccccc1": 4.0,
    "COc1ccc(CCN)cc1": 7.0,
    "NCCc1ccc(Cl)cc1": 7.5,
    "NCCc1ccccc1": 6.5,
    "COc1ccc(C2CCNCC2)cc1": 5.0,
    "Clc1ccc(C2CCNCC2)cc1": 8.0,
    "c1ccc(C2CCNCC2)cc1": 5.5,
    "COc1ccc(C2CCOCC2)cc1": 9.0,
}
BOUND = "Clc1ccc(C2CCOCC2)cc1"


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HITLIST_CACHE", str(tmp_path))


def bundle(kind: str = "regression", scale: str = "linear") -> Any:
    texts = np.array([*VALUES, BOUND], object)
    numbers = np.array([*VALUES.values(), 5.0], np.float32)
    bounds = np.array([0] * len(VALUES) + [-1], np.int8)
    measured = SimpleNamespace(
        smiles=texts, of=lambda task: (np.arange(len(texts)), numbers, bounds)
    )
    fields: dict[str, Any] = {"name": "EGFR", "kind": kind, "scale": scale}
    card = SimpleNamespace(tasks=[TaskCard.model_construct(None, **fields)])
    return SimpleNamespace(card=card, measured_compounds=measured)


def test_differences_are_counted_between_exact_values() -> None:
    pairs = measured_pairs(bundle(), "EGFR")
    assert pairs is not None
    deviation = float(np.std([1.0, 0.5, 3.0], ddof=1))
    assert pairs.statistic("CO[*:1]>>Cl[*:1]", "c") == Statistic(3, 1.5, deviation)
    assert pairs.statistic("Cl[*:1]>>CO[*:1]", "c") == Statistic(3, -1.5, deviation)


def test_hydrogens_are_substituents() -> None:
    pairs = measured_pairs(bundle(), "EGFR")
    assert pairs is not None
    found = pairs.statistic("Cl[*:1]>>[*:1][H]", "c")
    assert found is not None
    assert found.pairs == 3
    assert found.mean == pytest.approx((-2.0 - 1.0 - 2.5) / 3)


def test_fewer_than_three_pairs_tell_nothing() -> None:
    pairs = measured_pairs(bundle(), "EGFR")
    assert pairs is not None
    assert pairs.statistic("N[*:1]>>O[*:1]", "c") is None
    assert pairs.statistic("C1CC([*:1])CCN1>>C1CC([*:1])CCO1", "c") is None


def test_the_atom_that_carries_the_change_counts() -> None:
    chain = {f"C{'C' * n}C(Cl)CCc1ccccc1": 5.0 for n in range(3)}
    ring = {f"C{'C' * n}c1ccc(Cl)cc1": 7.0 for n in range(3)}
    plain = {smiles.replace("C(Cl)", "C"): 4.0 for smiles in chain}
    plain |= {smiles.replace("c(Cl)", "c"): 7.5 for smiles in ring}
    values = chain | ring | plain
    canonical = [Chem.CanonSmiles(smiles) for smiles in values]
    cuts = cut_compounds(canonical)
    of_cut = np.array(list(values.values()))[cuts["compound"].to_numpy()]
    pairs = MeasuredPairs.of(cuts, of_cut)
    assert pairs.statistic("[*:1][H]>>Cl[*:1]", "c") == Statistic(3, -0.5, 0.0)
    assert pairs.statistic("[*:1][H]>>Cl[*:1]", "C") == Statistic(3, 1.0, 0.0)
    assert pairs.statistic("[*:1][H]>>Cl[*:1]", "C:O") is None


def test_classes_and_logarithms_have_no_statistics() -> None:
    assert measured_pairs(bundle(kind="classification"), "EGFR") is None
    assert measured_pairs(bundle(scale="log10"), "EGFR") is None


def test_cuts_are_made_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first = cut_compounds(list(VALUES))
    assert len(list((tmp_path / "matched_pairs").iterdir())) == 1

    def fail(mol: object) -> Callable[..., None]:
        raise AssertionError

    monkeypatch.setattr(cuts_room, "single_cuts", fail)
    assert cut_compounds(list(VALUES)).equals(first)
    (tmp_path / "matched_pairs" / next((tmp_path / "matched_pairs").iterdir()).name).write_bytes(
        b"PAR1"
    )
    with pytest.raises(AssertionError):
        cut_compounds(list(VALUES))
