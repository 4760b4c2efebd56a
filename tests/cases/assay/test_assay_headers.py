"""A header's dose, logarithm and quantity: what becomes of the numbers below it."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from chem.errors import InputError
from tests.cases.assay.assays import NM, SMILES, P, read, task

LN = math.log(10)


@pytest.mark.parametrize(
    ("header", "write"),
    [
        ("IC50 (nM)", lambda p: f"{10 ** (9 - p):.6g}"),
        ("log IC50 (nM)", lambda p: f"{9 - p:.4f}"),
        ("log10 IC50 [M]", lambda p: f"{-p:.4f}"),
        ("log IC50", lambda p: f"{-p:.4f}"),  # far below zero: molar
        ("ln(IC50/uM)", lambda p: f"{(6 - p) * LN:.6f}"),
        ("-log10 IC50 [M]", lambda p: f"{p:.4f}"),
        ("-log(IC50 nM)", lambda p: f"{p - 9:.4f}"),
        ("neg log IC50", lambda p: f"{p:.4f}"),
        ("pIC50 (nM)", lambda p: f"{p:.4f}"),  # of values that were nanomolar
        ("pIC50 (nM) ", lambda p: f"{p - 9:.4f}"),
        ("IC50 (10-6 M)", lambda p: f"{10 ** (6 - p):.6g}"),
        ("IC₅₀ (nmol·L⁻¹)", lambda p: f"{10 ** (9 - p):.6g}"),
        ("IC50（μM）", lambda p: f"{10 ** (6 - p):.6g}"),
        ("nM IC50", lambda p: f"{10 ** (9 - p):.6g}"),
        ("IC<sub>50</sub> (nM)", lambda p: f"{10 ** (9 - p):.6g}"),
        ("K_i [nM]", lambda p: f"{10 ** (9 - p):.6g}"),
        ("CI50 (nM)", lambda p: f"{10 ** (9 - p):.6g}"),
        ("CE 50 (µM)", lambda p: f"{10 ** (6 - p):.6g}"),
        ("IC50 (microM)", lambda p: f"{10 ** (6 - p):.6g}"),
        ("50% inhibitory concentration (µM)", lambda p: f"{10 ** (6 - p):.6g}"),
        ("concentration for 50 % inhibition [nM]", lambda p: f"{10 ** (9 - p):.6g}"),
        ("IC50 (nM) at 1 mM ATP", lambda p: f"{10 ** (9 - p):.6g}"),
    ],
)
def test_a_potency_is_a_minus_log_of_molar_however_it_is_written(
    header: str, write: Callable[[float], str], tmp_path: Path
) -> None:
    table = read(tmp_path, {header: [write(p) for p in P]})
    assert len(table.tasks) == 1
    assert (table.tasks[0].unit, table.tasks[0].direction) == ("pActivity", "up")
    assert task(table, table.tasks[0].name)[0] == P


@pytest.mark.parametrize(
    ("header", "cells", "options"),
    [
        ("LN_IC50", [f"{(6 - p) * LN:.4f}" for p in P], {"units": "ln uM"}),
        ("log IC50", [f"{p:.3f}" for p in P], {"units": "pActivity"}),
        ("log IC50 ", [f"{9 - p:.3f}" for p in P], {"units": "log10 nM"}),
        ("-log(IC50 nM)", [f"{p:.3f}" for p in P], {"units": "pActivity"}),
    ],
)
def test_a_logarithm_of_no_unit_is_asked_for_and_can_be_said(
    header: str, cells: list[str], options: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="--units"):
        read(tmp_path, {header: cells})
    table = read(tmp_path, {header: cells}, **options)
    assert task(table, table.tasks[0].name)[0] == pytest.approx(P, abs=0.011)


@pytest.mark.parametrize(
    ("header", "direction"),
    [
        ("Inhibition at 20 uM", "up"),
        ("Inh_10uM", "up"),
        ("PI 10 µM", "up"),
        ("% growth @ 10 µM", "down"),
        ("growth inhibition @ 10 µM (%)", "up"),
        ("residual activity @100 nM", "down"),
        ("POC @ 1uM", "down"),
        ("Viability at 64 ug/mL", "down"),
        ("Percent Inhibition @ 10 microM", "up"),
        ("% Restaktivität bei 1 µM", "down"),
        ("% of DMSO", "down"),
        ("% DMSO control", "down"),
        ("single conc. inhibition", "up"),
        ("% viabilité à 10 µM", "down"),
        ("% de inhibición a 10 µM", "up"),
        ("Wachstum (%) bei 10 µM", "down"),
    ],
)
def test_per_cent_at_a_dose_stays_per_cent(header: str, direction: str, tmp_path: Path) -> None:
    cells = [f"{10 * p - 60:.1f}" for p in P]
    table = read(tmp_path, {header: cells})
    assert (table.tasks[0].unit, table.tasks[0].direction) == ("%", direction)
    assert task(table, table.tasks[0].name)[0] == pytest.approx([float(cell) for cell in cells])
    assert f"larger is {'more' if direction == 'up' else 'less'} effect" in " ".join(table.notes)


def test_fractions_of_one_are_per_cent_or_asked_for(tmp_path: Path) -> None:
    cells = [f"{p / 10:.4f}" for p in P]
    plain = read(tmp_path, {"Inhibition at 1 uM": cells})
    assert task(plain, "Inhibition_at_1_uM")[0] == pytest.approx([10 * p for p in P])
    with pytest.raises(InputError, match="fractions of 1"):
        read(tmp_path, {"% inhibition": cells})
    said = read(tmp_path, {"% inhibition": cells}, units="fraction")
    assert task(said, "inhibition")[0] == pytest.approx([10 * p for p in P])


@pytest.mark.parametrize(
    "header",
    [
        "solubility at 50 uM",
        "Cmax (nM)",
        "IC50 SD (nM)",
        "Ki (1/s)",
        "dG (kcal/mol)",
        "IC50 ratio",
        "Inhibition zone (mm)",
        "AUC",
        "Cmax/IC50",
        "hERG IC50 / Cmax (uM)",
    ],
)
def test_other_quantities_are_no_potency(header: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column of measurements"):
        read(tmp_path, {header: NM})
    with pytest.raises(InputError, match="--units number"):
        read(tmp_path, {header: NM}, value_column=header, units="nM")
    table = read(tmp_path, {header: NM}, value_column=header, units="number")
    assert table.tasks[0].unit == "as written"


@pytest.mark.parametrize(
    "header",
    [
        "% activity",
        "IC50 (ug/mL) nM",
        "IC50 (%)",
        "Inhibition concentration",
        "Inhibition concentration (nM)",
        "DMSO (%)",
        "% vehicle",
        "Inhibition (uM)",
        "IC50 1 uM",
        "Potency vs Parasite (uMol)",
        "IC50 (nmol)",
    ],
)
def test_two_readings_are_a_question(header: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--units"):
        read(tmp_path, {header: [f"{10 * p:.1f}" for p in P]})


def test_micrograms_use_the_weight_of_the_salt_as_it_is_written(tmp_path: Path) -> None:
    table = read(tmp_path, {"MIC (µg/mL)": ["5"] * 20 + ["0.5"] * 20})
    free = task(table, "pMIC")[0][0]
    SMILES[0], before = f"{SMILES[0]}.Cl", SMILES[0]
    try:
        salt = task(read(tmp_path, {"MIC (mg/L)": ["5"] * 20 + ["0.5"] * 20}), "pMIC")[0][0]
    finally:
        SMILES[0] = before
    assert 0 < salt - free < 0.1  # the salt weighs more, so that fewer molecules do it


def test_a_wrong_unit_beside_a_pic50_is_found(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="one of their units is wrong"):
        read(tmp_path, {"IC50 (uM)": NM, "pIC50": P})
    assert len(read(tmp_path, {"IC50 (nM)": NM, "pIC50": P}).tasks) == 1
    assert len(read(tmp_path, {"JAK 1 IC50 (nM)": NM, "JAK 2 IC50 (nM)": NM}).tasks) == 2


def test_units_are_given_to_the_columns_that_they_fit(tmp_path: Path) -> None:
    columns = {"Potency": NM, "Activity at 1 uM": [f"{10 * p:.1f}" for p in P]}
    table = read(tmp_path, columns, units="nM")
    assert [each.name for each in table.tasks] == ["pPotency"]
    table = read(tmp_path, columns, units="% down")
    assert [(each.unit, each.direction) for each in table.tasks] == [("%", "down")]


def test_zeros_and_ones_are_classes_whatever_effect_they_are_called(tmp_path: Path) -> None:
    table = read(tmp_path, {"Inhibition": [int(p > 8.5) for p in P]})
    assert table.tasks[0].kind == "classification"


def test_an_amount_is_a_concentration_where_the_user_says_so(tmp_path: Path) -> None:
    micro = [f"{10 ** (6 - p):.6g}" for p in P]
    table = read(tmp_path, {"Potency vs Parasite (uMol)": micro}, units="uM")
    assert task(table, table.tasks[0].name)[0] == P


def test_a_mass_of_a_litre_written_out(tmp_path: Path) -> None:
    cells = ["5"] * 20 + ["0.5"] * 20
    written = task(read(tmp_path, {"MIC_ug_per_mL": cells}), "pMIC")
    assert written == task(read(tmp_path, {"MIC (µg/mL)": cells}), "pMIC")


def test_the_advice_works_on_the_file(tmp_path: Path) -> None:
    """What a refusal names is a column and an option with which the file can be read."""
    solubility = "measured log solubility in mols per litre"
    numbers = [f"{-p / 2:.2f}" for p in P]
    columns = {"Minimum Degree": ["1"] * len(P), solubility: numbers}
    with pytest.raises(InputError, match=f"--value-column '{solubility}' --units number"):
        read(tmp_path, columns)
    table = read(tmp_path, columns, value_column=solubility, units="number")
    assert task(table, table.tasks[0].name)[0] == pytest.approx([float(x) for x in numbers])
    classes = ["1" if p > 8 else "0" for p in P]
    with pytest.raises(InputError, match="--value-column 'p_np'"):
        read(tmp_path, {"num": list(range(len(P))), "p_np": classes})
    table = read(tmp_path, {"p_np": classes}, value_column="p_np")
    assert table.tasks[0].kind == "classification"
    words = ["CA" if p > 8 else "CI" for p in P]
    with pytest.raises(InputError, match="name a column of numbers"):
        read(tmp_path, {"activity": words, "IC50 (nM)": NM}, value_column="activity")


@pytest.mark.parametrize(
    "header",
    [
        *("IC50 (?M)", "IC50 (\ufffdM)", "IC50_\ufffdM", "Ki [?mol/L]", "IC50 (\u00ecM)"),
        *("EC50 (\u00a6\u00ccM)", "IC50 (\u00e6M)"),
    ],
)
def test_a_unit_that_lost_its_micro_sign_is_asked_for(header: str, tmp_path: Path) -> None:
    """A file saved without ``µ``: read as molar, nanomolar compounds would be millimolar."""
    micro = [f"{10 ** (6 - p):.6g}" for p in P]
    with pytest.raises(InputError, match=r"was lost, perhaps a µ; .*--units"):
        read(tmp_path, {header: micro})
    table = read(tmp_path, {header: micro}, value_column=header, units="uM")
    assert task(table, table.tasks[0].name)[0] == P


@pytest.mark.parametrize("header", ["IC50 (\u00c2\u00b5M)", "IC50 (\u00ce\u00bcM)"])
def test_a_micro_sign_that_was_encoded_twice_is_read(header: str, tmp_path: Path) -> None:
    micro = [f"{10 ** (6 - p):.6g}" for p in P]
    assert task(read(tmp_path, {header: micro}), "pIC50")[0] == P
    rows = {"IC50": micro, "Unit": [header[6:-1]] * len(P)}
    assert task(read(tmp_path, rows), "pIC50")[0] == P


def test_a_lost_micro_sign_of_a_dose_changes_no_value(tmp_path: Path) -> None:
    cells = [f"{10 * p - 60:.1f}" for p in P]
    table = read(tmp_path, {"Inhibition at 10 \ufffdM": cells})
    assert (table.tasks[0].unit, table.tasks[0].direction) == ("%", "up")
