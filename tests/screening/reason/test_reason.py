"""The sentence of a hit: a verdict first, then strengths, facts and every warning, and whole."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.evidence.evidence import Neighbour
from screening.objective.screen_settings import Screen
from screening.reason.reason import doubts, not_assessed
from screening.reason.sentence import HitFacts

Tell = Callable[..., str]
Near = Callable[..., Neighbour]
SMILES = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"
SELECTIVE = "400-fold or more over AURKA, CDK2 and INSR (cautious value, all 3 off-targets)"
CLEAR = "hERG, AMES, DILI, SR-MMP: no risk predicted"
LIMITS = {"activity_distance": 0.63, "toxicity_distance": 0.7}


def test_nothing_against_it(kinase: Screen, tell: Tell) -> None:
    assert tell(kinase) == f"potent on EGFR (8.1 ± 0.4); {SELECTIVE}; {CLEAR}"


@pytest.mark.parametrize(
    ("value", "std", "words"),
    [
        (7.9, 0.9, "potent on EGFR (7.9 ± 0.9)"),
        (7.8, 0.9, "active on EGFR (7.8 ± 0.9)"),
        (8.49, 1.8, "active on EGFR (8.5 ± 1.8)"),
        (6.29, 0.70, "uncertain on EGFR (6.3 ± 0.7, cautious value 5.6)"),
        (5.5, 0.1, "weak on EGFR (5.5 ± 0.1)"),
        (4.9, 0.1, "inactive on EGFR (4.9 ± 0.1)"),
    ],
)
def test_the_verdict_comes_first_whatever_it_is(
    value: float, std: float, words: str, kinase: Screen, tell: Tell
) -> None:
    told = tell(kinase, {"activity_EGFR": value, "activity_EGFR_std": std})
    assert told.split("; ")[0] == words


def test_a_screen_without_caution_earns_no_better_word(kinase: Screen, tell: Tell) -> None:
    (primary,) = kinase.objective.primary
    for caution, words in ((0.0, "active"), (1.0, "active"), (2.0, "uncertain")):
        part = primary.changed(caution=caution)
        screen = kinase.changed(primary=(part,))
        told = tell(screen, {"activity_EGFR": 8.0, "activity_EGFR_std": 1.1})
        assert told.startswith(f"{words} on EGFR (8.0 ± 1.1")


def test_what_is_active_and_earns_nothing_says_both(kinase: Screen, tell: Tell) -> None:
    part = kinase.objective.primary[0].changed(zero=8.0, full=10.0)
    screen = kinase.changed(primary=(part,))
    assert tell(screen).startswith("potent on EGFR (8.1 ± 0.4, too low for this screen); ")


@pytest.mark.parametrize("value", [8.14, 6.5, 4.5])
@pytest.mark.parametrize("neighbour", [(0.8, 7.9, "="), (0.8, 5.0, "<"), (0.2, 8.0, "=")])
@pytest.mark.parametrize("distance", [0.64, 0.9])
def test_outside_the_domain_nothing_is_graded(
    value: float,
    neighbour: tuple[float, float, str],
    distance: float,
    kinase: Screen,
    tell: Tell,
    near: Near,
) -> None:
    told = tell(
        kinase,
        {"activity_EGFR": value},
        [near(*neighbour)],
        limits=LIMITS,
        activity_distance=distance,
        toxicity_distance=0.71,
    )
    assert told == (
        f"outside activity's domain (distance {distance:.2f}, limit 0.63): prediction not "
        f"reliable; nearest compound measured on EGFR: similarity {neighbour[0]:.2f}; toxicity not "
        "assessed (hERG, AMES, DILI, SR-MMP): outside its domain (distance 0.71, limit 0.70)"
    )


def test_a_compound_that_was_measured_says_so_outside_the_domain_too(
    kinase: Screen, tell: Tell, near: Near
) -> None:
    own = [near(1.0, 8.93, "=", SMILES)]
    told = tell(kinase, None, own, limits=LIMITS, activity_distance=0.9).split("; ")
    assert told[0].startswith("outside activity's domain")
    assert "measured 8.9" in told


def test_extrapolated_is_no_grade(kinase: Screen, tell: Tell, near: Near) -> None:
    told = tell(kinase, None, [near(0.13)], limits=LIMITS, activity_distance=0.60)
    why = "no related compound measured, nearest 0.13"
    assert told == f"extrapolated on EGFR (8.1 ± 0.4): {why}; {CLEAR}"


def test_a_bundle_whose_name_has_an_underscore(kinase: Screen, tell: Tell, near: Near) -> None:
    own = kinase.objective.primary[0].changed(task="my_assay_pKi", label="JAK1")
    screen = kinase.changed(primary=(own,), off_targets=())
    changed = {"my_assay_pKi": 8.6, "my_assay_pKi_std": 0.7}
    limits = {**LIMITS, "my_assay_distance": 0.7}
    told = tell(screen, changed, [near(0.4)], limits=limits, my_assay_distance=0.83)
    assert told.startswith("outside my_assay's domain (distance 0.83, limit 0.70): ")
    inside = tell(screen, changed, [near(0.4)], limits=limits, my_assay_distance=0.5)
    assert inside.startswith("potent on JAK1 (8.6 ± 0.7); ")
    assert "novel (nearest on JAK1 0.40)" in inside


@pytest.mark.parametrize(
    ("neighbours", "words"),
    [
        ([(0.43,)], "no similar compound measured on EGFR (nearest 0.43)"),
        ([(0.55,)], "similar (0.55) to a compound measured 7.9"),
        ([(1.0,)], "similar (1.00) to a compound measured 7.9"),
        ([(0.7, 5.0, "<")], "similar (0.70) to an inactive compound (measured <5.0)"),
        ([(1.0, 8.93, "=", SMILES)], "potent on EGFR (8.1 ± 0.4, measured 8.9)"),
        ([(1.0,), (1.0, 8.93, "=", SMILES)], "potent on EGFR (8.1 ± 0.4, measured 8.9)"),
    ],
)
def test_what_was_measured_nearby(
    neighbours: list[tuple[float, ...]], words: str, kinase: Screen, tell: Tell, near: Near
) -> None:
    told = tell(kinase, neighbours=[near(*one) for one in neighbours]).split("; ")
    assert words in told
    # An inactive relative is a warning, and warnings come last; an active one is a strength.
    place = {"inactive": -1, "no similar": -1, "a compound measured": 1}
    assert all(told[at] == words for word, at in place.items() if word in words)


def test_what_a_measurement_denies_is_not_said(kinase: Screen, tell: Tell, near: Near) -> None:
    inactive = [near(1.0, 5.46, "=", SMILES)]
    bad = {"toxicity_herg": 0.9, "activity_EGFR_lo": 7.4, "activity_EGFR_hi": 8.8}
    assert tell(kinase, bad, inactive, alerts="NIH x") == (
        "measured 5.5, which contradicts the prediction (8.1 ± 0.4); "
        f"{SELECTIVE.replace('value', 'value from the prediction')}; hERG risk 0.90; 1 alert"
    )
    weak = {"activity_EGFR": 5.0, "activity_EGFR_std": 0.1}
    told = tell(kinase, weak, [near(1.0, 8.9, "=", SMILES)])
    assert told.startswith("measured 8.9, stronger than predicted (5.0 ± 0.1); ")
    flat = tell(kinase, None, [near(1.0, 5.5, "=", "CC(N)C(=O)O")], smiles="C[C@H](N)C(=O)O")
    assert flat.startswith("measured 5.5 without stereochemistry, which contradicts the prediction")


@pytest.mark.parametrize(
    ("smiles", "words"),
    [
        ("CC(N)C(=O)O", "measured 8.9 without stereochemistry)"),
        ("C[C@@H](N)C(=O)O", "measured 8.9 as a stereoisomer)"),
        ("C[C@H](N)C(=O)O", "measured 8.9)"),
    ],
)
def test_a_stereoisomer_was_measured(
    smiles: str, words: str, kinase: Screen, tell: Tell, near: Near
) -> None:
    told = tell(kinase, None, [near(1.0, 8.93, "=", smiles)], smiles="C[C@H](N)C(=O)O")
    assert told.startswith(f"potent on EGFR (8.1 ± 0.4, {words}; ")


def test_the_word_is_of_the_measured_value_where_there_is_one(
    kinase: Screen, tell: Tell, near: Near
) -> None:
    doubtful = {"activity_EGFR": 6.62, "activity_EGFR_std": 0.74}
    own = near(1.0, 7.5, "=", SMILES)
    assert tell(kinase, doubtful).startswith("uncertain on EGFR (6.6 ± 0.7, cautious value 5.9)")
    assert tell(kinase, doubtful, [own]).startswith("potent on EGFR (6.6 ± 0.7, measured 7.5)")
    bad = near(1.0, 5.7, "<", SMILES)
    assert tell(kinase, doubtful, [bad]).startswith("weak on EGFR (6.6 ± 0.7, measured <5.7)")


def test_of_two_targets_each_is_named(kinase: Screen, tell: Tell, near: Near) -> None:
    both = (
        kinase.objective.primary[0],
        kinase.objective.primary[0].changed(task="activity_KDR"),
    )
    screen = kinase.changed(primary=both)
    changed = {"activity_KDR": 6.2, "activity_KDR_std": 0.1}
    assert tell(screen, changed, [near(0.4)]).startswith(
        "potent on EGFR (8.1 ± 0.4); active on KDR (6.2 ± 0.1); "
    )
    against = tell(screen, changed, [near(1.0, 5.0, "<", SMILES)])
    assert against.startswith(
        "measured <5.0 on EGFR, which contradicts the prediction (8.1 ± 0.4); act"
    )
    far = tell(screen, changed, [near(0.4)], limits=LIMITS, activity_distance=0.8)
    assert far.count("outside activity's domain") == 1
    assert "KDR" not in far


def test_of_two_targets_of_two_models_one_may_be_outside(kinase: Screen, tell: Tell) -> None:
    own = kinase.objective.primary[0].changed(task="mine_KDR")
    screen = kinase.changed(primary=(kinase.objective.primary[0], own), off_targets=())
    told = tell(
        screen,
        {"mine_KDR": 9.0, "mine_KDR_std": 0.1},
        limits={**LIMITS, "mine_distance": 0.7},
        activity_distance=0.1,
        mine_distance=0.8,
    )
    assert told.startswith("outside mine's domain (distance 0.80, limit 0.70): ")
    assert "potent on EGFR (8.1 ± 0.4)" in told
    assert "KDR" not in told


def test_a_class_is_likely_or_not(kinase: Screen, tell: Tell, good_units: dict[str, str]) -> None:
    primary = kinase.objective.primary[0].changed(task="toxicity_SR-p53", zero=0.2, full=0.8)
    screen = kinase.changed(primary=(primary,), off_targets=())
    units = {**good_units, "toxicity_SR-p53": "probability"}
    for value, words in ((0.81, "likely on"), (0.61, "possible on"), (0.21, "unlikely on")):
        changed = {"toxicity_SR-p53": value, "toxicity_SR-p53_std": 0.05}
        # A probability is a doubt already: no ± of networks that agree.
        assert "±" not in tell(screen, changed, units=units)
        assert tell(screen, changed, units=units).startswith(f"{words} SR-p53 ({value}")


def test_doubts_are_those_of_the_sentence(kinase: Screen, near: Near) -> None:
    hit = {"smiles": SMILES, "activity_distance": 0.6, "toxicity_distance": 0.8}
    known = {"activity_EGFR": [near(0.1)]}
    told = list(doubts(HitFacts(hit, kinase, {}, LIMITS, known)))
    assert told == ["outside toxicity's domain", "EGFR extrapolated"]
    further = {**hit, "activity_distance": 0.64}
    assert list(doubts(HitFacts(further, kinase, {}, LIMITS, known))) == [
        "outside activity's domain",
        "outside toxicity's domain",
    ]
    assert list(doubts(HitFacts(hit, kinase, {}))) == []


TASKS = ("activity_EGFR", "activity_AURKA", "activity_CDK2", "activity_INSR")
RISKS = ("herg", "ames", "dili", "SR-MMP")


@given(
    active=st.lists(st.floats(0, 12), min_size=4, max_size=4),
    risky=st.lists(st.floats(0, 1), min_size=4, max_size=4),
    alerts=st.lists(st.sampled_from(["PAINS a_A", "BRENK b"]), max_size=60),
    similarity=st.floats(0, 1),
    distances=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_nothing_is_left_out_and_nothing_is_claimed_far_away(
    active: list[float],
    risky: list[float],
    alerts: list[str],
    similarity: float,
    distances: tuple[float, float],
    kinase: Screen,
    tell: Tell,
    near: Near,
) -> None:
    values = dict(zip(TASKS, active, strict=True))
    values |= {f"toxicity_{name}": value for name, value in zip(RISKS, risky, strict=True)}
    own, other = distances
    told = tell(
        kinase,
        values,
        [near(similarity)],
        limits=LIMITS,
        alerts="; ".join(alerts),
        activity_distance=own,
        toxicity_distance=other,
    )
    assert told.count("a_A") == alerts.count("PAINS a_A")
    others = alerts.count("BRENK b")
    assert (f"{others} more alert" in told or f"{others} alert" in told) == (others > 0)
    for words, value in zip(("hERG", "AMES", "DILI", "SR-MMP"), risky, strict=True):
        assert (f"{words} " in told) >= (value >= 0.5 and other <= 0.7)
    if own > LIMITS["activity_distance"]:
        assert told.startswith("outside activity's domain (distance ")
        assert not any(word in told for word in ("potent", "active on", "fold", "selectiv"))
    if other > LIMITS["toxicity_distance"]:
        assert "toxicity not assessed" in told
        assert "risk" not in told


@pytest.mark.parametrize(
    ("limits", "distances", "measured", "expected"),
    [
        (LIMITS, (0.1, 0.1), True, []),
        (LIMITS, (0.9, 0.1), True, []),  # that is a doubt, and told as one
        (LIMITS, (0.1, 0.9), True, ["liabilities"]),
        (LIMITS, (0.1, 0.1), False, ["measured compounds"]),
        (LIMITS, (0.1, None), True, ["domain"]),
        ({"activity_distance": 0.63}, (0.1, 0.1), True, ["domain"]),
        ({}, (None, None), False, ["domain", "measured compounds"]),
    ],
)
def test_what_cannot_be_assessed_is_named(
    limits: dict[str, float],
    distances: tuple[float | None, float | None],
    measured: bool,
    expected: list[str],
    kinase: Screen,
    near: Near,
) -> None:
    known = zip(("activity_distance", "toxicity_distance"), distances, strict=True)
    row = {"smiles": SMILES} | {name: value for name, value in known if value is not None}
    neighbours = {kinase.objective.primary[0].task: (near(0.8),) if measured else ()}
    assert list(not_assessed(HitFacts(row, kinase, {}, limits, neighbours))) == expected
