"""The table of analogs of a finished run: scores as in its hit list, made analogs, R-groups."""

import csv
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rdkit import Chem

from chem.assess.accessibility import accessibility
from chem.errors import InputError
from screening.analogs.around import analogs_in, rank_analogs
from screening.analogs.enumerated import ENUMERATED
from screening.analogs.files import write_analogs
from screening.analogs.made import Wanted, make_analogs
from screening.analogs.query import Query, make_query
from screening.analogs.reacted import REACTION
from screening.analogs.sar import sar_table
from screening.analogs.scored import CompoundScorer
from screening.runs.past_run import open_run
from screening.runs.write_run import Outcome
from tests.screening.analogs.conftest import HIT, Prepare

HitsOf = Callable[[Path], list[dict[str, str]]]


@pytest.fixture(scope="module")
def ranked(drug_run: Outcome, prepare: Prepare, query: Query) -> pd.DataFrame:
    found, notes = analogs_in(prepare(25), query, 10)
    assert notes == []
    wanted = Wanted(enumerated=5, reactions=2)
    made, notes = make_analogs(prepare(25), query, found, wanted)
    assert notes == []
    past = open_run(drug_run.folder)
    return rank_analogs(CompoundScorer(past), ("hit", HIT), [*found, *made], wanted.kept).table


def test_scores_are_those_of_the_run(drug_run: Outcome, hits_of: HitsOf) -> None:
    hits = hits_of(drug_run.folder)
    scorer = CompoundScorer(open_run(drug_run.folder))
    scored = scorer.score([hit["smiles"] for hit in hits])
    assert [f"{score:.4f}" for score in scored["score"]] == [hit["score"] for hit in hits]
    assert set(scored["removed_by"]) == {""}
    small = scorer.score(["CCO"])
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
    made = ranked[ranked["kind"].isin([ENUMERATED, REACTION])]
    counts = made["kind"].value_counts().to_dict()
    assert sum(counts.values()) == 7
    assert counts[REACTION] >= 2  # further ones compete with the enumerated ones
    assert set(made["compound_id"]) == {""}
    assert set(made["removed_by"]) == {""}
    assert max(accessibility(made["smiles"].tolist())) <= 4.5
    for text, kind, change in zip(made["smiles"], made["kind"], made["change"], strict=True):
        assert Chem.MolFromSmiles(text) is not None
        told = r"[^,]+, [^,]+ \S+>>\S+, (reagent|cut from) c\d+(; \S+>>\S+)?"
        assert re.fullmatch(told if kind == REACTION else r"\S*\[\*:1\]\S*", change)


def test_the_series_has_its_r_groups(ranked: pd.DataFrame, query: Query, tmp_path: Path) -> None:
    table = sar_table(ranked, query)
    core = Chem.MolFromSmiles(query.scaffold)
    with_core = [text for text in ranked["smiles"] if _has(text, core)]
    assert sorted(table["smiles"]) == sorted(with_core)
    assert table["kind"].tolist().index("hit") == 0
    below = table["R1"].tolist()[1:]
    assert below == sorted(below)
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
