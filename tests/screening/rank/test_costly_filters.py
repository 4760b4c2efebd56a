"""Late filters: the first of the whole list that pass, however the list was cut or held."""

import csv
import random
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from distributed import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import screening.rank.costly_filters
import screening.select.rank_scores
from chem.assess.alerts import SOURCES
from chem.assess.costly_properties import CostlyProperties, compute_costly_properties
from gnn.bundle.bundle import Bundle
from screening.objective.screen_settings import Screen
from screening.rank.costly_filters import rank_with_costly_filters
from screening.rank.rank import Ranking, merge_top, rank
from screening.runs.plan import Plan, RunOptions, plan_run
from screening.runs.run import run_screen
from screening.score.triage import Triage
from screening.score.triage_recall import Recall, measure_recall

Mixed = list[tuple[str, str]]
FILES = Path(__file__).parents[2] / "files"
MOLECULES = (
    "CCO",  # no alert
    "CCc1ccc(O)c(O)c1",  # catechol: PAINS and BRENK
    "CCCCCCCCCCI",  # BRENK thrice, and KAZIUS
    "O=C1NC(=S)SC1=Cc1ccccc1",  # rhodanine
    "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1",
    "CC(=O)Oc1ccccc1C(=O)O",
    "CC(C)Cc1ccc(C(C)C(=O)O)cc1",
    "O=C1C=CC(=O)C=C1",  # quinone
)
LATE = st.fixed_dictionaries(
    {},
    optional={
        "min_qed": st.sampled_from([0.0, 0.3, 0.5, 0.7, 1.0]),
        "max_qed": st.sampled_from([0.4, 0.6, 1.0]),
        "max_alerts": st.sampled_from([0.0, 1, 2, 9]),
        "max_pains": st.sampled_from([0.0, 1]),
        "max_brenk": st.sampled_from([0.0, 1, 2]),
        "max_nih": st.sampled_from([0.0, 1]),
        "max_kazius": st.sampled_from([0.0, 1]),
    },
)


@cache
def known(smiles: str) -> CostlyProperties:
    """Examine for real, but each molecule once in all tests."""
    return compute_costly_properties([smiles])[0]


def make_screen(hits: int, late: dict[str, float]) -> Screen:
    return Screen.model_validate(
        {
            "name": "late",
            "title": "t",
            "library": "l",
            "bundles": ["a"],
            "hits": hits,
            "primary": [{"task": "a_X", "zero": 0.0, "full": 10.0}],
            "filters": {**late, "max_mw": 500.0},
        }
    )


def make_table(rows: Sequence[tuple[int, float, float]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "row": np.arange(1, len(rows) + 1),
            "smiles": pd.Series([MOLECULES[which] for which, _, _ in rows], dtype="str"),
            "a_X": np.array([x for _, x, _ in rows], dtype=np.float32),
            "a_X_std": np.float32(0.5),
            "mw": np.array([mw for _, _, mw in rows], dtype=np.float32),
        }
    )


ROWS = st.lists(
    st.tuples(
        st.integers(0, len(MOLECULES) - 1),
        st.sampled_from([0.0, 3.0, 5.0, 8.0]),
        st.sampled_from([300.0, 300.0, 600.0]),
    ),
    max_size=60,
)


def first_that_pass(frame: pd.DataFrame, screen: Screen) -> tuple[pd.DataFrame, dict[str, int]]:
    """Examine every row of the whole ranking, one at a time."""
    whole = rank(frame, screen.changed(hits=1000)).hits
    late = {name: n for name, n in screen.filters.items() if name != "max_mw"}
    passing, taken = [], dict.fromkeys(late, 0)
    for at, smiles in enumerate(whole["smiles"]):
        found = known(smiles)
        numbers = {
            "qed": found.qed,
            "alerts": len(found.alerts),
            **{s.lower(): sum(a.source == s for a in found.alerts) for s in SOURCES},
        }
        for name, edge in late.items():
            value = numbers[name[4:]]
            if value < edge if name.startswith("min_") else value > edge:
                taken[name] += 1
                break
        else:
            passing.append(at)
            if len(passing) == screen.hits:
                break
    return whole.iloc[passing].reset_index(drop=True), taken


def ways(frame: pd.DataFrame, cuts: Sequence[int], order: random.Random) -> list[pd.DataFrame]:
    bounds = [0, *sorted(cut for cut in cuts if cut <= len(frame)), len(frame)]
    pieces = [frame.iloc[a:b] for a, b in pairwise(bounds)]
    order.shuffle(pieces)
    return pieces


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ROWS,
    st.integers(1, 12),
    LATE,
    st.lists(st.integers(0, 60), max_size=4),
    st.randoms(),
    st.integers(1, 4),
    st.integers(1, 5),
)
def test_hits_are_the_first_of_the_whole_list_that_pass(
    monkeypatch: pytest.MonkeyPatch,
    rows: list[tuple[int, float, float]],
    hits: int,
    late: dict[str, float],
    cuts: list[int],
    order: random.Random,
    spare: int,
    block: int,
) -> None:
    monkeypatch.setattr(screening.rank.costly_filters, "SPARE", spare)
    monkeypatch.setattr(screening.rank.costly_filters, "SPARE_PER_HIT", 0)
    monkeypatch.setattr(screening.rank.costly_filters, "MOST", 2 * spare)
    monkeypatch.setattr(screening.rank.costly_filters, "BLOCK", block)
    monkeypatch.setattr(
        screening.rank.costly_filters,
        "compute_costly_properties",
        lambda smiles: [known(s) for s in smiles],
    )
    frame, screen = make_table(rows), make_screen(hits, late)
    expected, taken = first_that_pass(frame, screen)
    ranking = rank_with_costly_filters(lambda: ways(frame, cuts, order), screen)
    found = ranking.hits.drop(columns=["rank", "qed", "alerts", "list_rank", "picked_by"])
    pd.testing.assert_frame_equal(found, expected.drop(columns="rank"), check_exact=True)
    assert ranking.hits["rank"].tolist() == list(range(1, len(expected) + 1))
    assert ranking.hits["list_rank"].tolist() == expected["rank"].tolist()
    assert set(ranking.hits["picked_by"]) <= {"rank"}
    assert ranking.hits["qed"].tolist() == [known(s).qed for s in expected["smiles"]]
    told = ["; ".join(map(str, known(s).alerts)) for s in expected["smiles"]]
    assert ranking.hits["alerts"].tolist() == told
    assert ranking.filtered == {"max_mw": int((frame["mw"] > 500).sum()), **taken}
    assert ranking.examined == len(expected) + sum(taken.values())
    assert ranking.scored == len(frame) == ranking.passed + sum(ranking.filtered.values())
    assert len(expected) == min(ranking.passed, hits)


def count_reads(frame: pd.DataFrame, screen: Screen) -> tuple[Ranking, int]:
    reads = []

    def frames() -> Iterator[pd.DataFrame]:
        reads.append(1)
        yield frame

    return rank_with_costly_filters(frames, screen), len(reads)


def test_scores_are_read_again_only_where_too_few_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ethanol comes last, below 1,000 catechols."""
    monkeypatch.setattr(
        screening.rank.costly_filters,
        "compute_costly_properties",
        lambda smiles: [known(s) for s in smiles],
    )
    frame = make_table([*[(1, 8.0, 300.0)] * 1000, (0, 5.0, 300.0)])
    found, reads = count_reads(frame, make_screen(3, {"max_pains": 0}))
    assert found.hits["row"].tolist() == [1001]
    assert (found.examined, found.filtered["max_pains"], found.passed) == (1001, 1000, 1)
    assert reads == 2  # 203 of them, then as many as there are of the next 812
    found, reads = count_reads(frame, make_screen(3, {"max_pains": 1}))
    assert (found.hits["row"].tolist(), found.examined, reads) == ([1, 2, 3], 3, 1)


def test_without_late_filters_the_hits_alone_are_examined(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def examine_and_note(smiles: Sequence[str]) -> list[CostlyProperties]:
        asked.extend(smiles)
        return compute_costly_properties(smiles)

    monkeypatch.setattr(
        screening.rank.costly_filters, "compute_costly_properties", examine_and_note
    )
    frame, screen = make_table([(n % 8, n / 50, 300.0) for n in range(400)]), make_screen(7, {})
    found, reads = count_reads(frame, screen)
    plain = rank(frame, screen)
    assert asked == plain.hits["smiles"].tolist()
    assert (reads, found.examined, found.passed) == (1, 7, plain.passed)
    assert found.filtered == plain.filtered
    pd.testing.assert_frame_equal(
        found.hits.drop(columns=["qed", "alerts", "list_rank", "picked_by"]), plain.hits
    )


def test_memory_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much is taken, no more than the hits and MOST are held."""
    held = []

    def merge_and_note(*given: Any, **more: Any) -> Ranking:
        ranking = merge_top(*given, **more)
        held.append(len(ranking.hits))
        return ranking

    monkeypatch.setattr(screening.rank.costly_filters, "merge_top", merge_and_note)
    monkeypatch.setattr(screening.rank.costly_filters, "MOST", 30)
    monkeypatch.setattr(
        screening.rank.costly_filters,
        "compute_costly_properties",
        lambda smiles: [known(s) for s in smiles],
    )
    frame = make_table([(1, n / 50, 300.0) for n in range(400)])
    found, _ = count_reads(frame, make_screen(4, {"max_pains": 0}))
    assert (len(found.hits), found.examined) == (0, 400)
    assert sum(held) == 400  # each once
    assert max(held) == 34


@pytest.fixture(scope="module")
def run_of(
    make_bundle: Callable[..., Bundle],
    give_surrogate: Callable[..., Bundle],
    tmp_path_factory: pytest.TempPathFactory,
    write_library: Callable[[Path, Sequence[tuple[str, str]]], Path],
    mixed: Mixed,
) -> Callable[..., Plan]:
    """Plan screens of 80 drugs and of records of every kind, by filters, cut and hits."""
    folder = tmp_path_factory.mktemp("late")
    bundle = give_surrogate(make_bundle(folder / "bundle"))
    with (FILES / "chem/approved_sample.smi").open(newline="") as file:
        drugs = [(row["chembl_id"], row["smiles"]) for row in csv.DictReader(file, delimiter="\t")]
    library = write_library(folder / "library.csv", [*drugs[:80], *mixed])

    def plan(
        filters: dict[str, float], rows: int, hits: int = 12, options: RunOptions | None = None
    ) -> Plan:
        screen = Screen.model_validate(
            {
                "name": "late",
                "title": "Late",
                "library": str(library),
                "bundles": [str(bundle.path)],
                "hits": hits,
                "primary": [{"task": "small_EGFR", "zero": 5.0, "full": 8.0}],
                "filters": {"min_heavy_atoms": 8.0, **filters},
            }
        )
        out = tmp_path_factory.mktemp("run") / "run"
        prepared = folder / f"prepared-{rows}"
        return plan_run(screen, out, None, prepared, rows, options=options)

    return plan


@pytest.mark.slow
def test_a_run_hands_over_what_passes(run_of: Callable[..., Plan], lone: Client) -> None:
    """Laws 1 and 4, from a file to the hits."""
    late = {"min_qed": 0.4, "max_alerts": 1.0, "max_pains": 0.0}
    everything = run_screen(run_of({}, 40, hits=1000), lone).table.records()
    one, two = (run_screen(run_of(late, rows), lone) for rows in (40, 1000))
    assert (one.folder / "hits.csv").read_bytes() == (two.folder / "hits.csv").read_bytes()
    expected = [
        hit["compound_id"]
        for hit in everything
        if known(hit["smiles"]).qed >= 0.4
        and len(known(hit["smiles"]).alerts) <= 1
        and "PAINS" not in hit["alerts"]
    ]
    hits = one.table.records()
    assert [hit["compound_id"] for hit in hits] == expected[:12]
    assert all(float(hit["qed"]) >= 0.4 and ";" not in hit["alerts"] for hit in hits)
    counts, taken = one.manifest.counts, one.manifest.filtered_by_filter
    assert list(taken) == ["min_heavy_atoms", *late]
    assert taken["min_qed"] > 0
    assert taken["max_alerts"] > 0
    assert counts.examined == 12 + sum(taken[name] for name in late)
    assert counts.scored == counts.passed + counts.filtered


@pytest.mark.slow
def test_a_triage_and_late_filters_go_together(
    run_of: Callable[..., Plan], lone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that were not set aside are walked down, and the audit looks as deep as the walk."""
    monkeypatch.setattr("screening.score.triage.SHARE", 0.1)
    monkeypatch.setattr("screening.score.triage.PER_HIT", 2)
    monkeypatch.setattr("screening.score.triage.AUDIT_SHARE", 0.3)
    depths: list[int] = []

    def measure_and_note(triage: Triage, scored: pd.DataFrame, hits: int) -> Recall:
        depths.append(hits)
        return measure_recall(triage, scored, hits)

    monkeypatch.setattr("screening.select.rank_scores.measure_recall", measure_and_note)
    late = {"min_qed": 0.5}
    outcome = run_screen(run_of(late, 40, options=RunOptions(triage_from=1), hits=6), lone)
    counts = outcome.manifest.counts
    assert outcome.manifest.triage.exhaustive is False
    assert counts.set_aside > 0
    assert counts.scored == counts.passed + counts.filtered + counts.set_aside
    taken = outcome.manifest.filtered_by_filter["min_qed"]
    assert counts.examined == 6 + taken > 6
    assert depths == [counts.examined]
    everything = run_screen(run_of({}, 40, hits=1000), lone).table.records()
    order = [hit["compound_id"] for hit in everything if known(hit["smiles"]).qed >= 0.5]
    found = [hit["compound_id"] for hit in outcome.table.records()]
    assert len(found) == 6
    assert found == [name for name in order if name in found]
