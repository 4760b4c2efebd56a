"""The sentence of a hit: each rule from the screen's own limits, in a stated order, and whole."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.evidence import Neighbour
from screening.handover.reason import reason
from screening.objective import evaluate
from screening.screen import Screen

SMILES = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"
GOOD = {
    "activity_EGFR": 8.14,
    "activity_EGFR_std": 0.42,
    **dict.fromkeys(["activity_AURKA", "activity_CDK2", "activity_INSR"], 5.0),
    **dict.fromkeys(["toxicity_herg", "toxicity_ames", "toxicity_dili", "toxicity_SR-MMP"], 0.1),
    "mw": 400.0,
    "logp": 3.0,
    "tpsa": 80.0,
}
"""Predictions and properties that the kinase screen has nothing against."""
UNITS = {
    task: "pActivity" if task.startswith("activity") else "probability"
    for task in GOOD
    if "_" in task
}
BEST = "potent on EGFR (8.1 ± 0.4); about 1000-fold or more selective; no risk predicted"


def near(similarity: float, value: float = 7.92, relation: str = "=", smiles: str = "C") -> Any:
    return Neighbour("AAA", smiles, similarity, value, relation)  # type: ignore[arg-type]


def tell(
    screen: Screen,
    changed: Mapping[str, float] | None = None,
    neighbours: Sequence[Neighbour] = (),
    units: Mapping[str, str] = UNITS,
    limits: Mapping[str, float] | None = None,
    **more: Any,
) -> str:
    frame = pd.DataFrame([{**GOOD, **(changed or {})}])
    whole = pd.concat([evaluate(frame, screen), frame], axis="columns")
    hit = {**whole.iloc[0].to_dict(), "smiles": SMILES, **more}
    return reason(hit, screen, units, limits, {"activity_EGFR": neighbours})


def test_nothing_against_it(kinase: Screen) -> None:
    assert tell(kinase) == BEST


@pytest.mark.parametrize(
    ("value", "std", "words"),
    [
        (6.86, 0.1, "potent on EGFR (6.9 ± 0.1)"),  # 6.75 is halfway from 5 to 8.5
        (6.84, 0.1, "active on EGFR (6.8 ± 0.1)"),
        (8.49, 1.8, "active on EGFR (8.5 ± 1.8)"),
        (5.01, 0.0, "active on EGFR (5.0 ± 0.0)"),
        (6.76, 2.0, "uncertain on EGFR (6.8 ± 2.0, cautiously 4.8)"),
        (5.00, 0.1, "weak on EGFR (5.0 ± 0.1)"),
    ],
)
def test_potency_is_judged_cautiously_by_the_screens_own_scale(
    value: float, std: float, words: str, kinase: Screen
) -> None:
    parts = tell(kinase, {"activity_EGFR": value, "activity_EGFR_std": std}).split("; ")
    good = words.startswith(("potent", "active"))
    assert words in (parts[:1] if good else parts[1:])
    assert sum(" on EGFR (" in part for part in parts) == 1


def test_a_screen_without_caution_grades_by_the_prediction(kinase: Screen) -> None:
    (primary,) = kinase.primary
    bold = kinase.model_copy(update={"primary": (primary.model_copy(update={"caution": 0.0}),)})
    doubtful = {"activity_EGFR_std": 1.8}
    assert tell(kinase, doubtful).startswith("active on EGFR (8.1 ± 1.8)")
    assert tell(bold, doubtful).startswith("potent on EGFR (8.1 ± 1.8)")


def test_another_scale_gives_another_word(kinase: Screen) -> None:
    (primary,) = kinase.primary
    easy = kinase.model_copy(
        update={"primary": (primary.model_copy(update={"zero": 4.0, "full": 6.0}),)}
    )
    changed = {"activity_EGFR": 5.5}
    assert tell(kinase, changed).startswith("active on EGFR")
    assert tell(easy, changed).startswith("potent on EGFR")


@pytest.mark.parametrize(
    ("neighbours", "words"),
    [
        ([near(0.43)], "nothing alike measured on EGFR (nearest 0.43)"),
        ([near(0.5499)], "nothing alike measured on EGFR (nearest 0.55)"),
        ([near(0.55)], "similar (0.55) to one measured 7.9"),
        ([near(1.0)], "similar (1.00) to one measured 7.9"),
        ([near(0.7, 5.0, "<")], "similar (0.70) to one measured <5.0"),
        ([near(1.0, 8.93, "=", SMILES)], "potent on EGFR (8.1 ± 0.4, measured 8.9)"),
        ([near(1.0), near(1.0, 8.93, "=", SMILES)], "potent on EGFR (8.1 ± 0.4, measured 8.9)"),
    ],
)
def test_what_was_measured_nearby(neighbours: list[Neighbour], words: str, kinase: Screen) -> None:
    told = tell(kinase, neighbours=neighbours).split("; ")
    assert words in told
    assert ("measured 8.9" in told[0]) == (neighbours[-1].smiles == SMILES)
    # An inactive relative is a warning, and warnings come last.
    assert (told[-1] == words) == (neighbours[0].value == 5.0)
    assert not any("alike" in part for part in told) or neighbours[0].similarity < 0.55


@pytest.mark.parametrize(
    ("similarity", "distance", "words"),
    [
        (0.37, 0.46, "novel (nearest on EGFR 0.37)"),
        # Trained on for another target.
        (0.37, 0.44, "nothing alike measured on EGFR (nearest 0.37)"),
        (0.37, 0.0, "nothing alike measured on EGFR (nearest 0.37)"),
        (0.60, 0.46, "similar (0.60) to one measured 7.9"),
    ],
)
def test_novel_is_what_the_model_does_not_know_from_any_target(
    similarity: float, distance: float, words: str, kinase: Screen
) -> None:
    told = tell(kinase, neighbours=[near(similarity)], activity_distance=distance)
    assert words in told.split("; ")
    assert "novel" not in tell(kinase, neighbours=[near(similarity)], toxicity_distance=1.0)


def test_a_contradiction_is_the_first_warning_and_what_it_denies_is_only_predicted(
    kinase: Screen,
) -> None:
    inactive = [near(1.0, 5.46, "=", SMILES)]
    bad = {"toxicity_herg": 0.9, "activity_EGFR_lo": 7.4, "activity_EGFR_hi": 8.8}
    assert tell(kinase, bad, inactive, alerts="NIH x") == (
        "predicted potent on EGFR (8.1 ± 0.4); predicted about 1000-fold or more selective; "
        "measured 5.5, contradicts the prediction; hERG risk 0.90; 1 alert"
    )
    weak = {"activity_EGFR": 5.0, "activity_EGFR_std": 0.1}
    told = tell(kinase, weak, [near(1.0, 8.9, "=", SMILES)]).split("; ")
    warning = told.index("measured 8.9, contradicts the prediction")
    assert told[warning + 1] == "predicted weak on EGFR (5.0 ± 0.1)"
    flat = tell(kinase, None, [near(1.0, 5.5, "=", "CC(N)C(=O)O")], smiles="C[C@H](N)C(=O)O")
    assert "; measured 5.5 without stereo, contradicts the prediction" in flat


@pytest.mark.parametrize(
    ("smiles", "words"),
    [
        ("CC(N)C(=O)O", "measured 8.9 without stereo)"),
        ("C[C@@H](N)C(=O)O", "measured 8.9 as a stereoisomer)"),
        ("C[C@H](N)C(=O)O", "measured 8.9)"),
    ],
)
def test_a_stereoisomer_was_measured(smiles: str, words: str, kinase: Screen) -> None:
    told = tell(kinase, None, [near(1.0, 8.93, "=", smiles)], smiles="C[C@H](N)C(=O)O")
    assert told.startswith(f"potent on EGFR (8.1 ± 0.4, {words}; ")


def test_selectivity_is_told_in_folds_and_its_lack_by_name(kinase: Screen) -> None:
    one = {"activity_AURKA": 8.14 - 1.4}  # 25-fold; the others 1,380-fold
    assert "; about 25-fold selective; " in tell(kinase, one)
    few = {"activity_AURKA": 8.14 - 0.38, "activity_CDK2": 8.3}  # 2.4-fold and none
    told = tell(kinase, few)
    assert "; about 1000-fold or more over INSR;" in told
    assert told.endswith("not selective over CDK2; only 2.4-fold over AURKA")
    assert "only 1.0-fold over AURKA" in tell(kinase, {"activity_AURKA": 8.13})
    two = {"activity_AURKA": 8.14 - 0.38, "activity_INSR": 8.14 - 0.08}
    assert tell(kinase, two).endswith("; only 1.2 to 2.4-fold over AURKA, INSR")
    assert tell(kinase, {**two, "activity_CDK2": 8.0}).endswith("; only 1.2 to 2.4-fold selective")
    others = ["activity_AURKA", "activity_CDK2", "activity_INSR"]
    assert tell(kinase, dict.fromkeys(others, 8.2)).endswith("; not selective")
    one_alone = kinase.model_copy(update={"off_targets": kinase.off_targets[:1]})
    assert "about 1000-fold or more over AURKA" in tell(one_alone)


def test_risks_are_those_that_cost_and_the_costliest_comes_first(kinase: Screen) -> None:
    # Halfway from full to zero is 0.65 for hERG and 0.7 for DILI; 0.5 is likely.
    assert tell(kinase, {"toxicity_herg": 0.49}).endswith("no risk predicted")
    assert tell(kinase, {"toxicity_herg": 0.61}).endswith("; hERG risk 0.61")
    told = tell(kinase, {"toxicity_herg": 0.61, "toxicity_dili": 0.98, "toxicity_ames": 0.97})
    assert told.endswith("; risks: AMES 0.97, DILI 0.98, hERG 0.61")
    assert "no risk" not in told


def test_a_liability_that_is_no_probability(kinase: Screen) -> None:
    liability = kinase.liabilities[0].model_copy(
        update={"task": "admet_solubility", "label": "", "zero": -6.0, "full": -3.0}
    )
    screen = kinase.model_copy(update={"liabilities": (liability,)})
    units = {**UNITS, "admet_solubility": "log10(mol/L)"}
    told = tell(screen, {"admet_solubility": -5.2}, units=units)
    assert told.endswith("; solubility -5.20")
    assert tell(screen, {"admet_solubility": -4.4}, units=units).endswith("no risk predicted")


def test_domain_windows_and_alerts_are_warnings(kinase: Screen) -> None:
    limits = {"activity_distance": 0.6, "toxicity_distance": 0.6, "absent_distance": 0.1}
    known = {"activity_distance": 0.6, "toxicity_distance": 0.61}
    told = tell(kinase, {"logp": 7.4}, limits=limits, **known)
    assert told.endswith("outside the toxicity model's domain; logP 7.4 off its window")
    far = {"activity_distance": 0.7, "toxicity_distance": 0.7}
    told = tell(kinase, {"logp": 7.4, "mw": 740.0}, limits=limits, **far)
    assert "; outside the domains of the models activity, toxicity; " in told
    assert told.endswith("; MW 740.0, logP 7.4 off their windows")
    alerts = "PAINS catechol_A; BRENK catechol; NIH phenol"
    assert tell(kinase, alerts=alerts).endswith("; PAINS catechol_A; 2 more alerts")
    assert tell(kinase, alerts="BRENK catechol").endswith("; 1 alert")


def test_of_two_targets_each_is_named(kinase: Screen) -> None:
    both = (kinase.primary[0], kinase.primary[0].model_copy(update={"task": "activity_KDR"}))
    screen = kinase.model_copy(update={"primary": both})
    changed = {"activity_KDR": 6.0, "activity_KDR_std": 0.1}
    units = {**UNITS, "activity_KDR": "pActivity"}
    assert tell(screen, changed, [near(0.3)], units).startswith(
        "potent on EGFR (8.1 ± 0.4); nothing alike measured on EGFR (nearest 0.30); active on KDR"
    )
    against = tell(screen, changed, [near(1.0, 5.0, "<", SMILES)], units)
    assert "; measured <5.0 on EGFR, contradicts the prediction" in against
    # Before the warnings of the targets before it, too.
    swapped = screen.model_copy(update={"primary": both[::-1]})
    told = tell(swapped, {**changed, "activity_KDR": 4.0}, [near(1.0, 5.0, "<", SMILES)], units)
    first, second = (told.index(words) for words in ("measured <5.0 on EGFR", "weak on KDR"))
    assert first < second


def test_a_class_is_likely_or_not(kinase: Screen) -> None:
    primary = kinase.primary[0].model_copy(
        update={"task": "toxicity_SR-p53", "zero": 0.2, "full": 0.8}
    )
    screen = kinase.model_copy(update={"primary": (primary,), "off_targets": ()})
    changed = {"toxicity_SR-p53": 0.61, "toxicity_SR-p53_std": 0.05}
    told = tell(screen, changed, units={**UNITS, "toxicity_SR-p53": "probability"})
    assert told.startswith("likely on SR-p53 (0.61 ± 0.05)")


@given(
    values=st.fixed_dictionaries(
        {
            task: st.floats(0, 12) if "activity" in task else st.floats(0, 1)
            for task in GOOD
            if "_" in task
        }
    ),
    alerts=st.lists(st.sampled_from(["PAINS a_A", "BRENK b"]), max_size=60),
    similarity=st.floats(0, 1),
)
def test_nothing_is_left_out(
    values: dict[str, float], alerts: list[str], similarity: float, kinase: Screen
) -> None:
    text = "; ".join(alerts)
    told = tell(kinase, values, [near(similarity)], alerts=text)
    assert told == tell(kinase, values, [near(similarity)], alerts=text)
    assert told.count("a_A") == alerts.count("PAINS a_A")
    others = alerts.count("BRENK b")
    assert (f"{others} more alert" in told or f"{others} alert" in told) == (others > 0)
    for risk in ("hERG", "AMES", "DILI", "SR-MMP"):
        costly = values[f"toxicity_{risk if '-' in risk else risk.lower()}"] >= 0.5
        assert costly == (f"{risk} " in told)


def test_every_warning_is_told_however_many_there_are(kinase: Screen) -> None:
    bad = {"toxicity_herg": 0.9, "toxicity_dili": 0.98, "toxicity_ames": 0.97, "logp": 7.4}
    assert tell(kinase, bad, [near(0.4)], alerts="PAINS catechol_A; PAINS quinone_A; NIH x") == (
        "potent on EGFR (8.1 ± 0.4); nothing alike measured on EGFR (nearest 0.40); "
        "about 1000-fold or more selective; risks: AMES 0.97, DILI 0.98, hERG 0.90; "
        "logP 7.4 off its window; PAINS catechol_A, quinone_A; 1 more alert"
    )
