"""The table of analogs of a finished run: scores as in its hit list, made analogs, R-groups."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rdkit import Chem

from chem.assess.accessibility import accessibility
from chem.errors import InputError
from screening.analogs.around import analogs_in, rank_analogs
from screening.analogs.enumerated import (
    ENUMERATED,
    Wanted,
    common_substituents,
    enumerate_analogs,
)
from screening.analogs.files import write_analogs
from screening.analogs.query import Query, make_query
from screening.analogs.sar import sar_table
from screening.analogs.scored import score_compounds
from screening.runs.past_run import open_run
from screening.runs.write_run import Outcome
from tests.screening.analogs.conftest import HIT, Prepare

HitsOf = Callable[[Path], list[dict[str, str]]]


@pytest.fixture(scope="module")
def ranked(drug_run: Outcome, prepare: Prepare, query: Query) -> pd.DataFrame:
    found, notes = analogs_in(prepare(25), query, 10)
    assert notes == []
    found += enumerate_analogs(prepare(25), query, found, Wanted(5))
    return rank_analogs(open_run(drug_run.folder), ("hit", HIT), found, 5).table


def test_scores_are_those_of_the_run(drug_run: Outcome, hits_of: HitsOf) -> None:
    hits = hits_of(drug_run.folder)
    scored = score_compounds(open_run(drug_run.folder), [hit["smiles"] for hit in hits])
    assert [f"{score:.4f}" for score in scored["score"]] == [hit["score"] for hit in hits]
    assert set(scored["removed_by"]) == {""}
    small = score_compounds(open_run(drug_run.folder), ["CCO"])
    assert small["removed_by"].tolist() == ["min_heavy_atoms"]


def test_the_hit_comes_first_and_its_analogs_by_score(ranked: pd.DataFrame) -> None:
    assert ranked["kind"][0] == "hit"
    analogs = ranked.iloc[1:]
    kept = analogs[analogs["removed_by"] == ""]
    assert kept["score"].is_monotonic_decreasing
    assert analogs["removed_by"].tolist() == sorted(analogs["removed_by"])
    np.testing.assert_allclose(ranked["score_change"], ranked["score"] - ranked["score"][0])
    assert len(set(ranked["smiles"])) == len(ranked)
    assert ranked["small_EGFR_pairs"].isna().all()  # this bundle ships no measured values


def test_made_analogs_are_new_and_easy_to_make(ranked: pd.DataFrame) -> None:
    made = ranked[ranked["kind"] == ENUMERATED]
    assert len(made) == 5
    assert set(made["compound_id"]) == {""}
    assert max(accessibility(made["smiles"].tolist())) <= 4.5
    for text, change in zip(made["smiles"], made["change"], strict=True):
        assert Chem.MolFromSmiles(text) is not None
        assert "[*:1]" in change


def test_substituents_do_not_depend_on_the_partitions(prepare: Prepare) -> None:
    found = common_substituents(prepare(25))
    assert found == common_substituents(prepare(1000))
    names = [text for text, _ in found]
    assert names[0] == "[*:1][H]"
    assert "C[*:1]" in names[:3]


def test_the_series_has_its_r_groups(ranked: pd.DataFrame, query: Query, tmp_path: Path) -> None:
    table = sar_table(ranked, query)
    core = Chem.MolFromSmiles(query.scaffold)
    with_core = [text for text in ranked["smiles"] if _has(text, core)]
    assert sorted(table["smiles"]) == sorted(with_core)
    assert table["R1"].tolist() == sorted(table["R1"])
    write_analogs(tmp_path / "sar.csv", table)
    with (tmp_path / "sar.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["R1"] for row in rows] == table["R1"].tolist()
    changes = [float(row["score_change"]) for row in rows]
    np.testing.assert_allclose(changes, table["score_change"], rtol=1e-4, atol=1e-6)
    assert {row["small_EGFR_pairs"] for row in rows} == {""}


def _has(smiles: str, core: Chem.Mol) -> bool:
    return bool(Chem.MolFromSmiles(smiles).HasSubstructMatch(core))


def test_a_hit_without_rings_has_no_series(ranked: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="name a core with --smarts"):
        sar_table(ranked, make_query("CCO", bytes(16)))
