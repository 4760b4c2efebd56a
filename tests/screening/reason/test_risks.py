"""Liabilities by name: risks, what is borderline, what was not assessed; windows and alerts."""

from collections.abc import Callable

import pandas as pd
import pytest

from screening.evidence.evidence import Flag
from screening.objective.objective import evaluate
from screening.objective.screen_settings import Screen
from screening.reason.risks import alerts, bad_liabilities, count_groups, risks
from screening.reason.sentence import HitFacts

Tell = Callable[..., str]
CLEAR = "hERG, AMES, DILI, SR-MMP: no risk predicted"
LIMITS = {"activity_distance": 0.63, "toxicity_distance": 0.7}


def test_no_risk_is_said_by_name(kinase: Screen, tell: Tell) -> None:
    assert tell(kinase).endswith(f"; {CLEAR}")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"herg": 0.30}, [CLEAR]),
        ({"herg": 0.31}, ["AMES, DILI, SR-MMP: no risk predicted", "borderline: hERG 0.31"]),
        ({"herg": 0.49}, ["AMES, DILI, SR-MMP: no risk predicted", "borderline: hERG 0.49"]),
        ({"herg": 0.496}, ["AMES, DILI, SR-MMP: no risk predicted", "borderline: hERG 0.496"]),
        ({"herg": 0.4996}, ["hERG risk 0.500"]),  # hits.csv has 0.500
        ({"herg": 0.5046}, ["hERG risk 0.505"]),
        ({"herg": 0.61}, ["hERG risk 0.61"]),
        ({"herg": 0.61, "ames": 0.4}, ["hERG risk 0.61", "borderline: AMES 0.40"]),
        (
            {"herg": 0.61, "dili": 0.98, "ames": 0.97},
            ["risks: AMES 0.97, DILI 0.98, hERG 0.61"],  # the costliest first
        ),
    ],
)
def test_risks_and_what_is_borderline(
    changed: dict[str, float], words: list[str], kinase: Screen, tell: Tell
) -> None:
    told = tell(kinase, {f"toxicity_{name}": value for name, value in changed.items()})
    assert told.split("; ")[2:] == words


def test_a_screen_that_accepts_a_risk_does_not_make_it_none(kinase: Screen, tell: Tell) -> None:
    lax = kinase.objective.liabilities[0].changed(full=0.9, zero=1.0)
    screen = kinase.changed(liabilities=(lax,))
    assert tell(screen, {"toxicity_herg": 0.8}).endswith("; hERG risk 0.80")


@pytest.mark.parametrize(
    ("ratio", "herg", "words"),
    [
        (4.0, 0.19, [CLEAR]),
        (4.0, 0.21, ["hERG risk 0.21"]),
        (4.0, 0.2, ["hERG risk 0.200"]),
        (0.25, 0.7, ["AMES, DILI, SR-MMP: no risk predicted", "borderline: hERG 0.70"]),
        (0.25, 0.81, ["hERG risk 0.81"]),
    ],
)
def test_a_cost_ratio_draws_the_line(
    ratio: float, herg: float, words: list[str], kinase: Screen, tell: Tell
) -> None:
    first, *rest = kinase.objective.liabilities
    screen = kinase.changed(liabilities=(first.changed(cost_ratio=ratio), *rest))
    assert tell(screen, {"toxicity_herg": herg}).split("; ")[2:] == words


DRUGS = {
    "toxicity_herg": [step / 20 for step in range(21)],
    "toxicity_ames": [step / 40 for step in range(21)],
}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"herg": 0.61}, "hERG risk 0.61 (higher than 61 % of approved drugs)"),
        (
            {"herg": 0.61, "ames": 0.51},
            "risks: hERG 0.61, AMES 0.51 (higher than 61 % and >99 % of approved drugs)",
        ),
        ({"herg": 0.61, "dili": 0.98}, "risks: DILI 0.98, hERG 0.61"),  # not known of both
    ],
)
def test_a_risk_is_told_beside_approved_drugs(
    changed: dict[str, float], words: str, kinase: Screen, good: dict[str, float]
) -> None:
    row = good | {f"toxicity_{name}": value for name, value in changed.items()}
    terms = evaluate(pd.DataFrame([row]), kinase.objective).iloc[0]
    whole = {**row, **{str(name): value for name, value in terms.items()}}
    facts = HitFacts(whole, kinase, {}, LIMITS, drugs=DRUGS)
    assert words in [phrase.text for phrase in risks(facts)]
    assert list(facts.among_drugs) == list(DRUGS)
    assert facts.among_drugs["toxicity_herg"] == "higher than 61 % of approved drugs"
    far = HitFacts({**whole, "toxicity_distance": 0.9}, kinase, {}, LIMITS, drugs=DRUGS)
    assert far.among_drugs == {}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (-5.2, "solubility -5.20 outside the wanted range"),
        (-4.4, "borderline: solubility -4.40"),
        (-2.9, "solubility -2.90 in the wanted range"),
    ],
)
def test_a_liability_that_is_no_probability(
    value: float, words: str, kinase: Screen, tell: Tell, good_units: dict[str, str]
) -> None:
    liability = kinase.objective.liabilities[0].changed(
        task="admet_solubility", label="", zero=-6.0, full=-3.0
    )
    screen = kinase.changed(liabilities=(liability,))
    units = {**good_units, "admet_solubility": "log10(mol/L)"}
    assert tell(screen, {"admet_solubility": value}, units=units).endswith(f"; {words}")


@pytest.mark.parametrize("herg", [0.05, 0.95])
def test_outside_its_domain_toxicity_is_not_assessed(
    herg: float, kinase: Screen, tell: Tell
) -> None:
    told = tell(
        kinase,
        {"toxicity_herg": herg},
        limits=LIMITS,
        activity_distance=0.1,
        toxicity_distance=0.72,
    )
    end = "outside its domain (distance 0.72, limit 0.70)"
    assert told.endswith(f"; toxicity not assessed (hERG, AMES, DILI, SR-MMP): {end}")
    assert "risk" not in told
    assert told.startswith("potent on EGFR")


def test_each_model_is_asked_for_itself(kinase: Screen, tell: Tell) -> None:
    inside = {"toxicity_distance": 0.1, "activity_distance": 0.7}
    told = tell(kinase, limits=LIMITS, **inside)
    assert told.startswith("outside activity's domain (distance 0.70, limit 0.63)")
    assert CLEAR in told
    assert "potent" not in told
    # Liabilities of two models: one is far, the other is not.
    other = kinase.objective.liabilities[0].changed(task="admet_cyp", label="")
    screen = kinase.changed(liabilities=(kinase.objective.liabilities[0], other))
    limits = {**LIMITS, "admet_distance": 0.6}
    far = {"toxicity_distance": 0.1, "activity_distance": 0.1, "admet_distance": 0.65}
    told = tell(screen, {"admet_cyp": 0.1}, limits=limits, **far)
    assert "; hERG: no risk predicted; admet not assessed (cyp): outside its domain" in told


def test_liabilities_of_the_primary_targets_model_are_not_told_twice(
    kinase: Screen, tell: Tell
) -> None:
    own = kinase.objective.liabilities[0].changed(task="activity_HERG", label="")
    screen = kinase.changed(liabilities=(own,), off_targets=())
    told = tell(screen, {"activity_HERG": 0.1}, limits=LIMITS, activity_distance=0.9)
    assert told == (
        "outside activity's domain (distance 0.90, limit 0.63): prediction not reliable"
    )


def test_windows_and_alerts(kinase: Screen, tell: Tell) -> None:
    assert tell(kinase, {"logp": 7.4}).endswith("; logP 7.4 outside its window")
    told = tell(kinase, {"logp": 7.4, "mw": 740.0})
    assert told.endswith("; MW 740.0, logP 7.4 outside their windows")
    alerts = "PAINS catechol_A; BRENK catechol; NIH phenol"
    assert tell(kinase, alerts=alerts).endswith("; PAINS catechol_A; 2 more alerts")
    assert tell(kinase, alerts="BRENK catechol").endswith("; 1 alert")


@pytest.mark.parametrize(
    ("atoms", "groups"),
    [
        ([], 0),
        ([(1, 2)], 1),
        ([(1, 2), (4, 5)], 2),
        ([(1, 2), (2, 3), (2,)], 1),
        ([(1, 2), (5, 6), (2, 5)], 1),  # the third joins the first two
    ],
)
def test_alerts_that_share_an_atom_are_one_group(atoms: list[tuple[int, ...]], groups: int) -> None:
    assert count_groups([Flag("BRENK", "x", one) for one in atoms]) == groups


@pytest.mark.parametrize(
    ("text", "groups", "told"),
    [
        ("BRENK a; NIH b", 0, ["2 alerts"]),
        ("BRENK a; NIH b", 1, ["2 alerts on 1 group"]),
        ("BRENK a; NIH b", 2, ["2 alerts"]),
        ("BRENK a; NIH b; NIH c", 2, ["3 alerts on 2 groups"]),
        ("PAINS q; NIH b", 1, ["PAINS q", "1 more alert"]),
    ],
)
def test_groups_are_said_where_they_are_fewer(text: str, groups: int, told: list[str]) -> None:
    assert [phrase.text for phrase in alerts(text, groups)] == told


def test_bad_liabilities_are_those_above_their_bar_inside_the_domain(
    kinase: Screen, good: dict[str, float], good_units: dict[str, str]
) -> None:
    row = {**good, "toxicity_herg": 0.71, "toxicity_dili": 0.98, "toxicity_ames": 0.4}
    frame = pd.DataFrame([row])
    terms = evaluate(frame, kinase.objective).iloc[0]
    whole: dict[str, float] = {**row, **{str(name): value for name, value in terms.items()}}
    facts = HitFacts(whole, kinase, good_units)
    assert sorted(bad_liabilities(facts)) == ["DILI 0.98", "hERG 0.71"]
    far = HitFacts({**whole, "toxicity_distance": 0.9}, kinase, good_units, LIMITS)
    assert list(bad_liabilities(far)) == []
