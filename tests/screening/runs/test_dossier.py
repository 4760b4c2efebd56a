"""One compound replayed: it agrees with the hit list, and its page runs nothing.

Its liabilities stand beside approved drugs, and on a side of their lines.
"""

import csv
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from distributed import Client

from chem.errors import InputError
from chem.library.read import open_library
from chem.structure.standardize import Standardized, standardize
from flows.commands.finished_runs.explain import find_row
from gnn.bundle.bundle import load_bundle, write_card
from gnn.card.mutant_card import MutantCard, MutantsCard
from screening.objective.screen_settings import Screen
from screening.prepare.prepare import prepare_library
from screening.prepare.prepared_rows import hash_key
from screening.rank.structure_columns import key_text
from screening.reason.measurements import Contradiction
from screening.runs.dossier import find_named, find_rows, id_of, open_dossier
from screening.runs.dossier_liabilities import LIABILITY_HEADER, liability_rows
from screening.runs.dossier_mutants import MUTANT_HEADER, mutant_rows
from screening.runs.dossier_page import render_dossier, sections
from screening.runs.past_run import open_run
from screening.runs.write_run import Outcome
from screening.score.predicted_columns import task_units
from screening.text.cells import unescape_cell
from tests.conftest import MakeBundle
from tests.gnn.card.test_mutant_card import NUMBERS

ON_EGFR = {"small_EGFR": 8.0, "small_EGFR_lo": 7.0, "small_EGFR_hi": 9.0, "small_distance": 0.3}
HitsOf = Callable[[Path], list[dict[str, str]]]


def test_a_dossier_agrees_with_the_hit_list(drug_run: Outcome, hits_of: HitsOf) -> None:
    past = open_run(drug_run.folder)
    hits = hits_of(drug_run.folder)
    for hit in (hits[0], hits[-1]):
        row = int(hit["row"])
        assert row in find_rows(past, hit["compound_id"])
        dossier = open_dossier(past, row)
        assert dossier.outcome == f"hit {hit['rank']}"
        assert dossier.smiles == hit["smiles"]
        judged = dossier.evaluation
        assert judged is not None
        assert f"{judged.score:.4f}" == hit["score"]
        assert judged.said == hit["reason"]
        assert f"{judged.predictions['small_EGFR']:.2f}" == hit["small_EGFR"]
        product = 1.0
        for part in judged.terms:
            product *= part.factor
        assert product == pytest.approx(judged.score, abs=1e-9)
        one = judged.evidence.contributions[0]
        assert one.total == pytest.approx(judged.predictions["small_EGFR"], abs=2e-3)
        assert {f"{flag.source} {flag.name}" for flag in judged.evidence.flags} == set(
            filter(None, hit["alerts"].split("; "))
        )


def test_a_contradicted_prediction_is_named_as_the_source_of_score_and_margin(
    drug_run: Outcome, hits_of: HitsOf
) -> None:
    past = open_run(drug_run.folder)
    dossier = open_dossier(past, int(hits_of(drug_run.folder)[0]["row"]))
    judged = dossier.evaluation
    assert judged is not None
    against = judged._replace(contradictions={"EGFR": Contradiction("measured 5.5", False)})
    found = {one.title: one.rows for one in sections(dossier._replace(evaluation=against), past)}
    told = "Score, from the predictions (EGFR measured 5.5, which contradicts the prediction)"
    assert told in found
    margin = found["Selectivity over the other targets"][0][1]
    assert margin.endswith("; from the prediction, although the compound was measured 5.5")


def test_other_targets_are_compared_as_in_the_hit_list(drug_run: Outcome, hits_of: HitsOf) -> None:
    past = open_run(drug_run.folder)
    hit = hits_of(drug_run.folder)[0]
    dossier = open_dossier(past, int(hit["row"]))
    judged = dossier.evaluation
    assert judged is not None
    found = {section.title: section.rows for section in sections(dossier, past)}
    told, highest = found["Selectivity over the other targets"]
    other = judged.predictions["small_CDK2"]
    assert told[1].startswith(f"EGFR pActivity {judged.predictions['small_EGFR']:.1f}, ")
    assert "CDK2, as predicted" in told[1]
    assert highest == ["highest others", f"CDK2 {other:.1f}"]
    assert hit["EGFR_highest_others"] == f"1 predicted: CDK2 {other:.1f}"
    margin = judged.predictions["small_EGFR"] - other
    assert float(hit["EGFR_over_others"]) == pytest.approx(margin, abs=0.006)
    shown = {row[0]: row for row in found["Predictions"]}
    assert shown["small_EGFR"][-1] == hit["small_EGFR_nM"]
    assert shown["small_herg"][-1] == ""


def test_an_id_is_read_from_its_row_alone(drug_run: Outcome, hits_of: HitsOf) -> None:
    past = open_run(drug_run.folder)
    hit = hits_of(drug_run.folder)[0]
    assert id_of(past, int(hit["row"])) == hit["compound_id"]
    with pytest.raises(InputError, match=r"row 9,999 is not in library\.csv, which has"):
        id_of(past, 9999)


def test_an_id_is_found_by_the_name_of_its_compound(lone: Client, tmp_path: Path) -> None:
    library = tmp_path / "named.csv"
    rows = (
        "D1,CCO,Ethanol",
        "D2,CCN,",
        "D3,CCCO,ETHANOL",
        "D4,C(C,Acide bénéfique",
        "D1,CCO,Ethanol",
    )
    library.write_text("\n".join(["compound_id,smiles,name", *rows, ""]))
    prepared = prepare_library(open_library(library), tmp_path / "out", lone, partition_rows=2)
    past: Any = SimpleNamespace(prepared=prepared, run=SimpleNamespace(folder=tmp_path / "run"))
    assert find_named(past, " ethanol ") == [("D1", "Ethanol"), ("D3", "ETHANOL")]
    assert find_named(past, "ACIDE BÉNÉFIQUE") == [("D4", "Acide bénéfique")]
    assert find_named(past, "ethan") == find_named(past, " ") == []
    told = "has the id 'ethanol', in the run .*/run; D1 is named Ethanol; D3 is named ETHANOL$"
    with pytest.raises(InputError, match=told):
        find_row(past, "ethanol", None)
    with pytest.raises(InputError, match="copy the id from the column"):
        find_row(past, "D5", None)
    many = "".join(f"{number},CCO,water\n" for number in range(6))
    library.write_text(f"compound_id,smiles,name\n{many}")
    other = prepare_library(open_library(library), tmp_path / "many", lone)
    crowded: Any = SimpleNamespace(prepared=other, run=past.run)
    with pytest.raises(InputError, match="copy the id from"):
        find_row(crowded, "water", None)


def test_a_page_shows_steps_and_runs_nothing(drug_run: Outcome) -> None:
    past = open_run(drug_run.folder)
    (row,) = find_rows(past, "=1+1")
    dossier = open_dossier(past, row)
    assert dossier.steps == (("stripped_fragments", "CCOc1ccccc1"),)
    page = render_dossier(dossier, past)
    assert page == render_dossier(dossier, past)
    assert "<script" not in page
    assert "default-src 'none'" in page
    tables = {section.title: section for section in sections(dossier, past)}
    shown = [task for task, *_ in tables["Predictions"].rows]
    own = list(past.screen.objective.tasks)
    assert shown[: len(own)] == own
    assert sorted(shown) == sorted(past.units)
    assert dossier.evaluation is not None
    assert page.count("<circle") == 9 * len(dossier.evaluation.evidence.contributions)
    judged = dict(next(s.rows for s in sections(dossier, past) if s.title == "Standardization"))
    assert judged["stripped_fragments"] == judged["standardized"] == "CCOc1ccccc1"
    assert judged["stereochemistry"].startswith("none (")
    standard = standardize("CCOc1ccccc1", "smiles")
    assert isinstance(standard, Standardized)
    assert judged["key"] == dossier.key == key_text(hash_key(standard.key))
    titles = [section.title for section in sections(dossier, past)]
    assert titles[:3] == ["Record", "Standardization", "Score"]
    hostile = dossier._replace(name="<script>alert(1)</script>", compound_id='"><img src=x>')
    page = render_dossier(hostile, past)
    assert "<script" not in page
    assert "<img" not in page


@pytest.mark.slow
def test_a_duplicate_names_the_first_record_and_what_differs(drug_run: Outcome) -> None:
    past = open_run(drug_run.folder)
    with (drug_run.folder / "duplicates.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    assert {one["why"] for one in listed} >= {"same structure", "other salt"}
    for one in listed:
        dossier = open_dossier(past, int(one["row"]))
        first = f"row {int(one['first_row']):,} ({unescape_cell(one['first_compound_id'])})"
        assert dossier.outcome == f"a duplicate of {first}, which stands for it: {one['why']}"
        assert dossier.key == open_dossier(past, int(one["first_row"])).key


SCREEN = Screen.model_validate(
    {
        "name": "x",
        "title": "x",
        "library": "x.csv",
        "bundles": ["small"],
        "primary": [{"task": "small_EGFR", "zero": 5.0, "full": 8.0}],
        "liabilities": [
            {"task": "small_herg", "full": 0.3, "zero": 1.0, "cost_ratio": 4.0},
            {"task": "small_ames", "full": 0.3, "zero": 1.0},
            {"task": "small_logS", "full": -3.0, "zero": -6.0},
        ],
    }
)
SAID = {"small_herg": 0.21, "small_ames": 0.49, "small_logS": -4.0, "small_distance": 0.5}


@pytest.fixture
def past(make_bundle: MakeBundle, tmp_path: Path) -> Any:
    """A run with a bundle that knows the drugs' predictions for hERG and solubility alone."""
    tasks = (("EGFR", "r"), ("herg", "c"), ("ames", "c"), ("logS", "r"))
    bundle = make_bundle(tmp_path, tasks=tasks)
    herg = {"drug_quantiles": tuple(step / 20 for step in range(21))}
    soluble = {"drug_quantiles": tuple(step / 2 - 8 for step in range(21))}
    first, second, third, fourth = bundle.card.tasks
    known = (first, second.model_copy(update=herg), third, fourth.model_copy(update=soluble))
    write_card(tmp_path, bundle.card.model_copy(update={"tasks": known}))
    bundles = (load_bundle(tmp_path, bundle.card.featurizer),)
    limits = {"small_distance": 0.6}
    return SimpleNamespace(bundles=bundles, screen=SCREEN, units=task_units(bundles), limits=limits)


def test_each_liability_is_compared_with_drugs_and_with_its_line(past: Any) -> None:
    herg, ames, soluble = liability_rows(SAID, past)
    assert len(herg) == len(LIABILITY_HEADER)
    among = "higher than 21 % of approved drugs"
    assert herg == ["hERG", "0.210", among, "above its line", "0.20 (cost ratio 4)"]
    assert ames == ["AMES", "0.490", "", "below its line", "0.50 (more likely than not)"]
    assert soluble == ["logS", "-4.00", "higher than 40 % of approved drugs", "", ""]


def test_outside_the_domain_nothing_is_compared(past: Any) -> None:
    for row in liability_rows({**SAID, "small_distance": 0.7}, past):
        assert row[2:4] == ["", "prediction not reliable"]


@pytest.fixture
def with_mutants(make_bundle: MakeBundle, tmp_path: Path) -> Any:
    bundle = make_bundle(tmp_path)
    mutants = (
        MutantCard(task="EGFR", mutation="T790M", compounds=12, numbers=NUMBERS),
        MutantCard(task="EGFR", mutation="G719S", compounds=2, numbers=None),
    )
    known = MutantsCard(
        source="kinase_mutants",
        floor=5.0,
        compounds=24,
        series=20,
        values=12,
        error=1.1,
        wild_error=1.3,
        coverage=0.87,
        mutants=mutants,
    )
    write_card(tmp_path, bundle.card.model_copy(update={"mutants": known}))
    bundles = (load_bundle(tmp_path, bundle.card.featurizer),)
    return SimpleNamespace(bundles=bundles, limits={"small_distance": 0.6})


def test_each_mutant_of_a_task_has_its_interval_and_its_quality(with_mutants: Any) -> None:
    first, bare = mutant_rows(ON_EGFR, ["small_herg", "small_EGFR"], with_mutants)
    assert len(first) == len(bare) == len(MUTANT_HEADER)
    name, value, low, high, spans, change, *quality = first
    assert (name, value, change, spans) == ("EGFR T790M", "7.40", "-0.60", "90 % interval")
    assert float(low) < 6.4
    assert float(high) > 8.4
    assert quality == ["12", "1.10", "87"]
    assert bare == ["EGFR G719S", "no data", "", "", "", "", "2", "", ""]


def test_outside_the_domain_the_range_is_not_reliable(with_mutants: Any) -> None:
    first, _ = mutant_rows({**ON_EGFR, "small_distance": 0.7}, ["small_EGFR"], with_mutants)
    assert first[4] == "not reliable: outside small's domain"


def test_other_tasks_and_older_bundles_have_none(
    with_mutants: Any, make_bundle: MakeBundle
) -> None:
    assert list(mutant_rows(ON_EGFR, ["small_herg"], with_mutants)) == []
    plain = make_bundle(with_mutants.bundles[0].path / "plain")
    older: Any = SimpleNamespace(bundles=(plain,), limits=with_mutants.limits)
    assert list(mutant_rows(ON_EGFR, ["small_EGFR"], older)) == []
