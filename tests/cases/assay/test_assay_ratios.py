"""Headers that name a potency and are none, and headers of which it must be asked what 1 means."""

from pathlib import Path

import pytest

from chem.errors import InputError
from data.assay.headers.headers import understand
from tests.cases.assay.assays import COUNT, NM, read, task


@pytest.mark.parametrize(
    "header",
    [
        *("IC50 hERG / IC50 EGFR", "IC50(hERG)/IC50(EGFR)", "Ki D2 / Ki D3 (nM)", "CC50/EC50"),
        *("kinact/KI (nM)", "k_inact/K_I (uM)", "kinact/Ki", "kcat/Km", "TC50/IC50 (uM)"),
        *("mutant/WT IC50", "IC50 (T790M/WT)", "IC50 wild-type/mutant", "IC50 resistant/parental"),
        *("Relative IC50", "normalized Ki", "IC50 relative to WT (nM)", "IC50 fold", "Fold IC50"),
        *(
            "pIC50 EGFR - pIC50 HER2",
            "IC50 HER2 vs IC50 EGFR",
            "Kd mut over Kd WT",
            "log Ki A/Ki B",
        ),
    ],
)
def test_a_ratio_of_potencies_is_no_potency(header: str) -> None:
    assert understand(header).role == "other"


@pytest.mark.parametrize(
    ("header", "task"),
    [
        ("EGFR L858R/T790M IC50 (nM)", "EGFR_L858R_T790M_pIC50"),
        ("CDK4/cyclin D1 IC50 (nM)", "CDK4_cyclin_D1_pIC50"),
        ("MCF-7/WT IC50 (nM)", "MCF_7_WT_pIC50"),
        ("IC50/nM", "pIC50"),
        ("Relative IC50 (nM)", "Relative_pIC50"),  # of a curve, beside the absolute one
        ("IC50 (nmol/L)", "pIC50"),
        ("wild type EGFR Ki nM", "WT_EGFR_pKi"),
    ],
)
def test_a_stroke_is_not_always_a_ratio(header: str, task: str) -> None:
    found = understand(header)
    assert (found.role, found.kind, found.unit, found.doubt) == ("value", "concentration", "nM", "")
    assert found.task == task


@pytest.mark.parametrize(
    "header",
    [
        "Ki*1e9",
        "IC50 x 1000 (M)",
        "Ki (M) × 10^9",
        "IC50 (M)*1E6",
        "IC50 nM /1000",
        "IC50 (E-9 M)",
        "EC50 M x 1e+9",
    ],
)
def test_a_factor_in_a_header_is_asked_for(header: str, tmp_path: Path) -> None:
    assert understand(header).doubt
    with pytest.raises(InputError, match="power of ten"):
        read(tmp_path, {header: NM})


@pytest.mark.parametrize(
    "header",
    ["% remaining at 60 min", "remaining (%) 1 h", "% residual after 30 min", "% Remaining 24h"],
)
def test_what_remains_after_a_time_is_asked_for(header: str, tmp_path: Path) -> None:
    cells = [20 + at for at in range(COUNT)]
    with pytest.raises(InputError, match=r"'% up'.*'% down'"):
        read(tmp_path, {header: cells})
    for said, direction in (("% up", "up"), ("% down", "down")):
        table = read(tmp_path, {header: cells}, value_column=header, units=said)
        assert table.tasks[0].direction == direction


@pytest.mark.parametrize(
    ("header", "direction"),
    [
        ("% remaining activity at 60 min", "down"),
        ("% viability 72 h", "down"),
        ("hepatocyte viability (%) 24 h", "down"),
        ("% remaining at 10 uM", "down"),
        ("% remaining HLM 60 min", "up"),
        ("parent remaining (%) 30 min", "up"),
        ("% compound remaining, 120 min", "up"),
        ("plasma % remaining 2 h", "up"),
    ],
)
def test_what_remains_of_what_is_said(header: str, direction: str) -> None:
    found = understand(header)
    assert (found.kind, found.direction, found.doubt) == ("percent", direction, "")


@pytest.mark.parametrize(
    "header", ["survival", "viability", "Viable", "cell survival 72 h", "growth at 10 uM", "alive"]
)
@pytest.mark.parametrize("words", [("1", "0"), ("yes", "no"), ("TRUE", "FALSE")])
def test_a_class_of_survivors_is_asked_for(
    header: str, words: tuple[str, str], tmp_path: Path
) -> None:
    cells = [words[at % 2] for at in range(COUNT)]
    with pytest.raises(InputError, match=r"'class up'.*'class down'"):
        read(tmp_path, {header: cells})
    with pytest.raises(InputError, match="'class down'"):
        read(tmp_path, {header: cells}, value_column=header)
    up = read(tmp_path, {header: cells}, value_column=header, units="class up")
    down = read(tmp_path, {header: cells}, value_column=header, units="class down")
    assert task(up, up.tasks[0].name)[0] == [1.0, 0.0] * (COUNT // 2)
    assert task(down, down.tasks[0].name)[0] == [0.0, 1.0] * (COUNT // 2)
    assert down.tasks[0].name.startswith("no_")


def test_a_class_that_says_active_or_names_a_loss_is_clear(tmp_path: Path) -> None:
    for header, words in (("viability", ("active", "inactive")), ("growth inhibition", ("1", "0"))):
        cells = [words[at % 2] for at in range(COUNT)]
        table = read(tmp_path, {header: cells})
        assert task(table, table.tasks[0].name)[0] == [1.0, 0.0] * (COUNT // 2)


@pytest.mark.parametrize(
    "header",
    [
        *("Not active", "inactive", "is_inactive", "Inactive (1/0)", "nontoxic", "non-toxic"),
        *("Not toxic", "safe", "is_decoy", "resistant", "hERG negative", "No hit"),
    ],
)
@pytest.mark.parametrize("words", [("1", "0"), ("yes", "no")])
def test_a_class_of_inactives_is_never_turned_round(
    header: str, words: tuple[str, str], tmp_path: Path
) -> None:
    cells = [words[at % 2] for at in range(COUNT)]
    with pytest.raises(InputError, match="--value-column"):
        read(tmp_path, {header: cells})
    with pytest.raises(InputError, match=r"'class up'.*'class down'"):
        read(tmp_path, {header: cells}, value_column=header)
    down = read(tmp_path, {header: cells}, value_column=header, units="class down")
    assert task(down, down.tasks[0].name)[0] == [0.0, 1.0] * (COUNT // 2)
