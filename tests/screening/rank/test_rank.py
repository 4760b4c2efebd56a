"""The ranking is a total order, and no way of cutting the work changes it."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.objective.objective import evaluate
from screening.objective.screen_file import load_screen
from screening.objective.screen_settings import Screen
from screening.rank.rank import SCORE_DECIMALS, Place, list_ranks, merge_top, rank

KINASE = load_screen(Path(__file__).parents[3] / "flows" / "screens" / "kinase.toml")


def small_screen(hits: int = 5, **more: object) -> Screen:
    return Screen.model_validate(
        {
            "name": "small",
            "title": "t",
            "library": "l",
            "bundles": ["activity"],
            "hits": hits,
            "primary": [{"task": "a_X", "zero": 0, "full": 10, "caution": 1.0, "weight": 2.0}],
            "liabilities": [{"task": "t_h", "zero": 1.0, "full": 0.0}],
            "filters": {"max_mw": 500, "min_X_lower": 1.0},
            **more,
        }
    )


def table(values: list[tuple[float, float, float]], smiles: list[str]) -> pd.DataFrame:
    x, h, mw = np.array(values, dtype=np.float32).reshape(-1, 3).T
    return pd.DataFrame(
        {
            "row": np.arange(1, len(values) + 1),
            "smiles": pd.Series(smiles, dtype="str"),
            "mw": mw,
            "a_X": x,
            "a_X_std": np.full(len(values), 0.5, dtype=np.float32),
            "t_h": h,
        }
    )


def synthetic(rows: int, seed: int) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    frame = pd.DataFrame({"row": np.arange(1, rows + 1)})
    frame["smiles"] = [f"C{'C' * int(n)}" for n in draw.integers(0, 40, rows)]
    for column in KINASE.objective.needed_columns:
        frame[column] = draw.uniform(0, 1, rows).astype(np.float32)
    frame["activity_EGFR"] *= 10
    frame["mw"] = draw.uniform(100, 900, rows).astype(np.float32)
    frame["heavy_atoms"] = draw.integers(5, 60, rows)
    return frame


def test_every_part_is_a_column() -> None:
    frame = synthetic(50, seed=1)
    parts = evaluate(frame, KINASE.objective)
    assert list(parts.columns) == ["score", *KINASE.objective.columns]
    worth = parts[[name for name in parts.columns if name.startswith("d_")]]
    assert ((worth >= 0) & (worth <= 1)).all(axis=None)
    assert parts["score"].between(0, 1).all()
    egfr = frame["activity_EGFR"].astype(float)
    assert (parts["EGFR_lower"] == egfr - frame["activity_EGFR_std"].astype(float)).all()
    margin = egfr - frame["activity_AURKA"].astype(float)
    assert (parts["selectivity_AURKA"] == margin).all()


def test_selectivity_is_against_the_best_primary() -> None:
    screen = small_screen(
        primary=[{"task": f"a_{x}", "zero": 0, "full": 10} for x in "XY"],
        off_targets=[{"task": "a_O"}],
        liabilities=[],
    )
    frame = pd.DataFrame(
        {"a_X": [6.0, 8.0], "a_Y": [7.0, 5.0], "a_O": [6.5, 6.5], "a_X_std": 0.1, "a_Y_std": 0.1}
    )
    assert evaluate(frame, screen.objective)["selectivity_O"].tolist() == [0.5, 1.5]


@given(st.integers(0, 10**6), st.integers(2, 60), st.data())
def test_a_row_is_scored_alone(seed: int, rows: int, data: st.DataObject) -> None:
    frame = synthetic(rows, seed)
    whole = evaluate(frame, KINASE.objective)
    order = data.draw(st.permutations(range(rows)))
    pd.testing.assert_frame_equal(
        evaluate(frame.iloc[order], KINASE.objective), whole.iloc[order], check_exact=True
    )
    cut = data.draw(st.integers(1, rows - 1))
    pieces = [evaluate(frame[:cut], KINASE.objective), evaluate(frame[cut:], KINASE.objective)]
    pd.testing.assert_frame_equal(pd.concat(pieces), whole, check_exact=True)


@given(st.integers(0, 10**6), st.sampled_from(KINASE.objective.needed_columns), st.floats(0, 2))
def test_a_better_value_never_scores_lower(seed: int, column: str, step: float) -> None:
    frame = synthetic(20, seed)
    before = evaluate(frame, KINASE.objective)["score"]
    improved = frame.copy()
    if column in ("mw", "logp", "tpsa"):
        return  # windows have no better direction
    up = column == "activity_EGFR"
    values = frame[column].to_numpy(np.float32)
    improved[column] = values + np.float32(step if up else -step)
    after = evaluate(improved, KINASE.objective)["score"]
    assert (after >= before - 1e-12).all()


@pytest.mark.parametrize("column", KINASE.objective.needed_columns)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_missing_value_raises(column: str, bad: float) -> None:
    frame = synthetic(4, seed=2)
    frame.loc[2, column] = bad
    with pytest.raises(ValueError, match=f'column "{column}".*the first at 2'):
        rank(frame, KINASE)
    with pytest.raises(ValueError, match=f'no column "{column}"'):
        rank(frame.drop(columns=column), KINASE)


def test_filters_count_each_compound_once() -> None:
    frame = table(
        [(9, 0.1, 400), (9, 0.1, 600), (1, 0.1, 600), (1, 0.1, 400), (8, 0.1, 500)], list("CNOPS")
    )
    ranking = rank(frame, small_screen())
    assert ranking.filtered == {"max_mw": 2, "min_X_lower": 1}
    assert (ranking.scored, ranking.passed) == (5, 2)
    assert ranking.hits["row"].tolist() == [1, 5]  # 500 is not beyond 500
    assert ranking.hits["rank"].tolist() == [1, 2]


def test_a_filter_on_a_missing_value_raises() -> None:
    frame = table([(9, 0.1, np.nan)], ["C"])
    with pytest.raises(ValueError, match='filter max_mw: column "mw" has NaN'):
        rank(frame, small_screen())


def test_ties_break_on_smiles_then_row() -> None:
    frame = table([(8, 0.5, 300)] * 6, ["OC", "CO", "Cc", "CC", "[nH]", "CC"])
    hits = rank(frame, small_screen()).hits
    assert hits["smiles"].tolist() == ["CC", "CC", "CO", "Cc", "OC"]  # by code point
    assert hits["row"].tolist()[:2] == [4, 6]
    assert hits["score"].nunique() == 1


def test_noise_below_the_stated_decimals_is_a_tie() -> None:
    frame = table([(8, 0.5, 300), (8, 0.5, 300)], ["CB", "CA"])
    frame["a_X"] = [8.0 + 1e-9, 8.0]
    hits = rank(frame, small_screen()).hits
    assert hits["smiles"].tolist() == ["CA", "CB"]
    assert (hits["score"] == hits["score"].round(SCORE_DECIMALS)).all()


@pytest.mark.parametrize("rows", [0, 3])
def test_fewer_than_asked(rows: int) -> None:
    frame = table([(8, 0.5, 300)] * rows, ["C", "N", "O"][:rows])
    ranking = rank(frame, small_screen())
    assert ranking.hits["rank"].tolist() == list(range(1, rows + 1))
    assert "d_X" in ranking.hits.columns


def test_no_table_at_all_raises() -> None:
    with pytest.raises(ValueError, match="no table to rank"):
        merge_top([], KINASE)


VALUES = st.tuples(st.sampled_from([0.0, 5, 8]), st.sampled_from([0.0, 0.5]), st.just(300.0))


@given(st.lists(VALUES, min_size=1, max_size=40), st.integers(1, 12), st.data())
def test_any_cut_and_order_gives_the_same_hits(
    values: list[tuple[float, float, float]], size: int, data: st.DataObject
) -> None:
    smiles = data.draw(
        st.lists(st.sampled_from("CNOPS"), min_size=len(values), max_size=len(values))
    )
    frame = table(values, smiles)
    screen = small_screen(hits=size)
    whole = rank(frame, screen)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(frame)), max_size=5)))
    bounds = [0, *cuts, len(frame)]
    pieces = [frame.iloc[a:b] for a, b in pairwise(bounds)]
    merged = merge_top(data.draw(st.permutations(pieces)), screen)
    pd.testing.assert_frame_equal(merged.hits, whole.hits, check_exact=True)
    assert merged[1:] == whole[1:]


def test_the_best_are_the_best_of_a_plain_sort() -> None:
    frame = synthetic(3000, seed=3)
    ranking = merge_top((frame[i : i + 700] for i in range(0, 3000, 700)), KINASE)
    kept = frame[(frame["heavy_atoms"] >= 15) & (frame["mw"] <= 800)]
    score = evaluate(kept, KINASE.objective)["score"].round(SCORE_DECIMALS)
    oracle = sorted(zip(-score, kept["smiles"], kept["row"], strict=True))[:40]
    assert (
        list(zip(-ranking.hits["score"], ranking.hits["smiles"], ranking.hits["row"], strict=True))
        == oracle
    )
    assert ranking.passed == len(kept) == 3000 - sum(ranking.filtered.values())


@given(st.lists(VALUES, max_size=40), st.integers(1, 12), st.integers(0, 40), st.data())
def test_what_comes_after_a_place_is_the_rest_of_the_list(
    values: list[tuple[float, float, float]], size: int, at: int, data: st.DataObject
) -> None:
    smiles = data.draw(
        st.lists(st.sampled_from("CNOPS"), min_size=len(values), max_size=len(values))
    )
    frame = table(values, smiles)
    whole = rank(frame, small_screen(hits=100))
    if at >= len(whole.hits):
        return
    place = Place(*whole.hits[["score", "smiles", "row"]].iloc[at])
    pieces = [frame.iloc[:at], frame.iloc[at:]]
    found = merge_top(pieces, small_screen(), size=size, after=place)
    rest = whole.hits.iloc[at + 1 : at + 1 + size]
    assert found.hits["row"].tolist() == rest["row"].tolist()
    assert found[1:] == whole[1:]  # the counts are of all


@given(st.lists(VALUES, max_size=40), st.lists(st.integers(0, 39), max_size=6), st.data())
def test_places_in_the_list_are_those_of_the_whole_ranking(
    values: list[tuple[float, float, float]], asked: list[int], data: st.DataObject
) -> None:
    smiles = data.draw(
        st.lists(st.sampled_from("CNOPS"), min_size=len(values), max_size=len(values))
    )
    frame, screen = table(values, smiles), small_screen(hits=100)
    whole = rank(frame, screen).hits
    wanted = whole[whole["row"].isin(asked)].sample(frac=1, random_state=len(asked))
    cut = data.draw(st.integers(0, len(frame)))
    pieces = [frame.iloc[cut:], frame.iloc[:cut]]
    assert list_ranks(pieces, screen, wanted).tolist() == wanted["rank"].tolist()


def test_what_a_filter_takes_gets_the_place_where_it_would_stand() -> None:
    frame = table([(9, 0.1, 400), (8, 0.1, 600), (7, 0.1, 400)], list("CNO"))
    every = rank(frame, small_screen(filters={})).hits
    assert list_ranks([frame], small_screen(), every).tolist() == [1, 2, 2]


def test_optimism_orders_by_what_could_be() -> None:
    frame = table([(8, 0.5, 300), (7, 0.5, 300), (6, 0.5, 600)], list("CNO"))
    frame["a_X_std"] = np.array([0.1, 2.0, 9.0], np.float32)
    screen = small_screen()
    found = merge_top([frame[1:], frame[:1]], screen, optimism=2.0)
    assert found.hits["row"].tolist() == [2, 1]  # the third is too heavy
    plain = rank(frame, screen)
    assert found.filtered == plain.filtered
    by_row = dict(zip(plain.hits["row"], plain.hits["score"], strict=True))
    assert [by_row[row] for row in found.hits["row"]] == found.hits["score"].tolist()
    hoped = evaluate(frame, screen.objective, optimism=2.0)
    assert hoped["X_lower"].tolist() == pytest.approx([8.2, 11.0, 24.0])
    assert found.hits["optimistic"].tolist() == hoped["score"][[1, 0]].round(6).tolist()
