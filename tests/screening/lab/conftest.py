"""Real drugs with stand-in predictions, as a hit list of any length."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from rdkit import Chem

from chem.features.properties import PROPERTIES, describe
from screening.hits.table import HitTable, hit_table
from screening.objective.screen_file import load_screen
from screening.objective.screen_settings import Screen
from screening.rank.costly_filters import rank_with_costly_filters

ENDS = ("", "_std", "_lo", "_hi")


class HitList(NamedTuple):
    """What a hand-over knows of its hits."""

    table: HitTable
    frame: pd.DataFrame


MakeHits = Callable[..., HitList]


@pytest.fixture(scope="session")
def kinase() -> Screen:
    shipped = Path(__file__).parents[3] / "flows" / "screens" / "kinase.toml"
    return load_screen(shipped).changed(filters={}, hits=1000)


@pytest.fixture(scope="session")
def make_hits(kinase: Screen, drugs: list[Chem.Mol]) -> MakeHits:
    """Rank the first approved drugs of the sample, with ids, names and vendor's fields as given."""

    def make(number: int, ids: Sequence[str] = (), extra: Sequence[dict[str, str]] = ()) -> HitList:
        mols = drugs[:number]
        frame = pd.DataFrame([describe(m) for m in mols], columns=list(PROPERTIES), dtype=float)
        frame.insert(0, "row", np.arange(1, number + 1))
        names = [*ids, *(f"D{at:03d}" for at in range(len(ids), number))]
        frame["compound_id"] = pd.Series(names, dtype="str")
        frame["name"] = pd.Series([f"name of {name}" for name in names], dtype="str")
        frame["smiles"] = pd.Series([Chem.MolToSmiles(mol) for mol in mols], dtype="str")
        frame["input_smiles"] = frame["smiles"]
        frame["changes"] = [[] for _ in mols]
        fields = [*extra, *({} for _ in range(len(extra), number))]
        frame["extra"] = pd.Series(fields, dtype=object)
        draw = np.random.default_rng(3)
        for task in kinase.objective.tasks:
            mean, std = draw.normal(0.5, 2, number), draw.uniform(0.05, 0.4, number)
            for end, values in zip(ENDS, (mean, std, mean - 2 * std, mean + 2 * std), strict=True):
                frame[task + end] = values
        hits = rank_with_costly_filters(lambda: [frame], kinase).hits
        hits = hits.assign(
            picked_by="rank", sa_score=3.0, scaffold="", cluster=1, stereo="none", key="K"
        )
        return HitList(hit_table(hits, kinase, {}), hits)

    return make
