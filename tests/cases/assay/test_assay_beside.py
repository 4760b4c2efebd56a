"""Qualifiers, units, types, doses and comments beside the values."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chem.errors import InputError
from data.activities.activity import ActivityTable
from tests.cases.assay.assays import COUNT, NM, Columns, P, read, task

EVERY = range(COUNT)
SIGNS = [">" if at % 5 == 0 else "=" for at in EVERY]
UPPER = [-1 if at % 5 == 0 else 0 for at in EVERY]


@pytest.mark.parametrize("name", ["Qualifier", "Operator", "Relation", "Modifier", "prefix", "R"])
def test_a_relation_beside_a_concentration_is_a_bound(name: str, tmp_path: Path) -> None:
    for columns in ({name: SIGNS, "IC50 (nM)": NM}, {"IC50 (nM)": NM, name: SIGNS}):
        assert task(read(tmp_path, columns), "pIC50") == (P, UPPER)


@pytest.mark.parametrize(
    ("sign", "bound"),
    [
        *(("'>'", -1), ("≥", -1), (">>", -1), ("<=", 1), ("GT", -1), ("~", 0)),
        *(("&gt;", -1), ("Greater than", -1), ("less", 1), ("equal to", 0), ("lower than", 1)),
    ],
)
def test_spellings_of_relations(sign: str, bound: int, tmp_path: Path) -> None:
    signs = [sign if at % 5 == 0 else "=" for at in EVERY]
    bounds = [bound if at % 5 == 0 else 0 for at in EVERY]
    table = read(tmp_path, {"Relation": signs, "Ki (nM)": NM})
    assert task(table, "pKi") == (P, bounds)


def test_several_groups_are_paired_by_name_and_by_place(tmp_path: Path) -> None:
    other = ["<" if at % 7 == 0 else "=" for at in EVERY]
    lower = [1 if at % 7 == 0 else 0 for at in EVERY]
    by_name = {"IC50 (nM)": NM, "Ki (nM)": NM[::-1], "Ki mod": other, "IC50 mod": SIGNS}
    by_place = {"Mod": SIGNS, "IC50 (nM)": NM, "mod.": other, "Ki (nM)": NM[::-1]}
    for columns in (by_name, by_place):
        table = read(tmp_path, columns)
        assert task(table, "pIC50") == (P, UPPER)
        assert task(table, "pKi") == (P[::-1], lower)


def test_a_relation_that_may_belong_to_several_is_asked_for(tmp_path: Path) -> None:
    lots = {"Batch": ["7"] * COUNT, "Lot": ["7"] * COUNT}
    columns = {"Qualifier": SIGNS, **lots, "A (nM)": NM, "B (nM)": NM[::-1]}
    with pytest.raises(InputError, match=r"may belong to any of 'A .nM.', 'B .nM.'"):
        read(tmp_path, columns)


def test_relations_of_the_concentration_turn_round_beside_a_pic50(tmp_path: Path) -> None:
    low = [p < 7.5 for p in P]
    of_value = ["<" if each else "=" for each in low]
    of_dose = [">" if each else "=" for each in low]
    bounds = [-1 if each else 0 for each in low]
    for signs in (of_value, of_dose):
        assert task(read(tmp_path, {"Relation": signs, "pIC50": P}), "pIC50") == (P, bounds)
    with pytest.raises(InputError, match="write the signs before the values"):
        read(tmp_path, {"Relation": [">"] * COUNT, "pIC50": P})
    both: Columns = {"Relation": of_dose, "IC50 (nM)": NM, "pIC50": P}
    assert task(read(tmp_path, both, value_column="pIC50"), "pIC50") == (P, bounds)


def test_units_of_each_row(tmp_path: Path) -> None:
    micro = [f"{float(x) / 1000:.6g}" if at % 2 else x for at, x in enumerate(NM)]
    units = ["µM" if at % 2 else "nM" for at in EVERY]
    for name in ("Units", "UOM", "EC50 unit", "x"):
        assert task(read(tmp_path, {"EC50": micro, name: units}), "pEC50")[0] == P
    strange = ["mg/kg" if at < 3 else unit for at, unit in enumerate(units)]
    table = read(tmp_path, {"EC50": micro, "Units": strange})
    assert len(table) == COUNT - 3
    assert "3 values left out: unit 'mg/kg'" in " ".join(table.notes)
    with pytest.raises(InputError, match="20 beside a unit that contradicts the header"):
        read(tmp_path, {"EC50 (nM)": NM, "Units": units})


CHEMBL: Columns = {
    "Standard Type": ["IC50" if at % 2 else "Ki" for at in EVERY],
    "Standard Relation": [f"'{sign}'" for sign in SIGNS],
    "Standard Value": NM,
    "Standard Units": ["nM"] * COUNT,
    "pChEMBL Value": P,
    "Data Validity Comment": ["Outside typical range" if at == 3 else "" for at in EVERY],
    "Activity Comment": ["" for at in EVERY],
}


def test_a_chembl_file_has_a_task_for_each_type(tmp_path: Path) -> None:
    table = read(tmp_path, CHEMBL, ";", minimum_rows=10)
    assert [each.name for each in table.tasks] == ["pKi", "pIC50"]
    ki, ki_bounds = task(table, "pKi")
    assert ki[0] == P[0]
    assert ki_bounds[0] == -1
    assert len(table) == COUNT - 1
    assert "1 × 'Outside typical range'" in " ".join(table.notes)
    alone = read(tmp_path, CHEMBL, ";", value_column="pChEMBL Value", minimum_rows=10)
    assert [each.name for each in alone.tasks] == ["pKi", "pIC50"]
    assert task(alone, "pKi")[1][0] == -1  # the relation is of the concentration


def test_the_api_of_chembl_and_per_cent_among_its_types(tmp_path: Path) -> None:
    per_cent = [f"{10 * p:.1f}" for p in P]
    columns = {
        "standard_type": ["IC50"] * 20 + ["Inhibition"] * 20,
        "standard_relation": ["="] * COUNT,
        "standard_value": [*NM[:20], *per_cent[20:]],
        "standard_units": ["nM"] * 20 + ["%"] * 20,
        "type": ["IC50"] * COUNT,
        "value": NM,
        "units": ["uM"] * COUNT,
        "relation": [">"] * COUNT,
        "potential_duplicate": ["1" if at == 39 else "0" for at in EVERY],
    }
    table = read(tmp_path, columns, minimum_rows=10)
    assert [(each.name, each.unit) for each in table.tasks] == [
        ("pIC50", "pActivity"),
        ("Inhibition", "%"),
    ]
    assert task(table, "pIC50")[0][:20] == P[:20]
    assert len(table) == COUNT - 1
    assert (table.bounds == 0).all()


def test_a_home_made_list_of_results(tmp_path: Path) -> None:
    columns = {
        "Result Type": ["Ki"] * 20 + ["% Inhibition"] * 20,
        "Op": SIGNS,
        "Result": [*NM[:20], *(f"{10 * p:.1f}" for p in P[20:])],
        "Result Unit": ["nM"] * 20 + ["%"] * 20,
        "Remarks": ["" for at in EVERY],
    }
    table = read(tmp_path, columns)
    assert [each.name for each in table.tasks] == ["pKi", "Inhibition"]
    assert task(table, "pKi")[1][:20] == UPPER[:20]


def test_several_doses_are_several_tasks(tmp_path: Path) -> None:
    doses = ["10" if at % 2 else "1" for at in EVERY]
    columns = {"Conc (uM)": doses, "% Inhibition": [f"{10 * p:.1f}" for p in P]}
    table = read(tmp_path, columns)
    assert [each.name for each in table.tasks] == ["Inhibition_1_uM", "Inhibition_10_uM"]


def test_papyrus_and_excape_columns(tmp_path: Path) -> None:
    columns: Columns = {
        "type_IC50": ["1"] * COUNT,
        "relation": ["="] * COUNT,
        "pchembl_value_Mean": P,
        "pchembl_value_StdDev": ["0.1"] * COUNT,
        "pchembl_value_N": ["2"] * COUNT,
        "Activity_Flag": ["A" if p > 8.5 else "N" for p in P],
    }
    table = read(tmp_path, columns)
    assert [each.kind for each in table.tasks] == ["regression", "classification"]
    assert task(table, "pchembl_value_Mean")[0] == P


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("Outlier", ["yes" if at < 4 else "no" for at in EVERY]),
        ("QC", ["fail" if at < 4 else "pass" for at in EVERY]),
        ("valid", ["0" if at < 4 else "1" for at in EVERY]),
        ("exclude", ["x" if at < 4 else "" for at in EVERY]),
        ("Activity Comment", ["inconclusive" if at < 4 else "" for at in EVERY]),
        (
            "data_validity_comment",
            ["Potential transcription error" if at < 4 else "" for at in EVERY],
        ),
    ],
)
def test_flagged_rows_are_left_out_and_counted(name: str, cells: list[str], tmp_path: Path) -> None:
    table = read(tmp_path, {"IC50 (nM)": NM, name: cells})
    assert task(table, "pIC50")[0] == P[4:]
    assert "4 rows, left out" in " ".join(table.notes)


def test_a_comment_that_calls_a_compound_inactive_is_told(tmp_path: Path) -> None:
    comments = ["Not Active" if at < 4 else "" for at in EVERY]
    cells = ["" if at < 4 else x for at, x in enumerate(NM)]
    table = read(tmp_path, {"IC50 (nM)": cells, "Activity Comment": comments})
    assert "calls 4 compounds inactive without a value" in " ".join(table.notes)


def test_replicates_that_disagree_stay_apart(tmp_path: Path) -> None:
    near = [f"{float(x) * 1.3:.6g}" for x in NM]
    assert len(read(tmp_path, {"IC50 1 (nM)": NM, "IC50 2 (nM)": near}).tasks) == 1
    table = read(tmp_path, {"IC50 1 (nM)": NM, "IC50 2 (nM)": NM[::-1]})
    assert len(table.tasks) == 2


def test_rows_of_several_cell_lines_are_not_mixed(tmp_path: Path) -> None:
    lines = ["HeLa" if at % 2 else "A549" for at in EVERY]
    for name in ("CELL_LINE_NAME", "Strain", "Gene Symbol", "isoform"):
        with pytest.raises(InputError, match="--target"):
            read(tmp_path, {name: lines, "GI50 (nM)": NM})
    table = read(tmp_path, {"Panel": lines, "GI50 (nM)": NM}, target="hela")
    assert task(table, "pGI50")[0] == P[1::2]


@pytest.mark.parametrize("second", ["Cell line", "Strain", "isoform", "Gene", "UniProt"])
def test_a_target_and_a_second_column_are_named_together(second: str, tmp_path: Path) -> None:
    targets = ["HER2" if at % 4 == 3 else "EGFR" for at in EVERY]
    lines = ["H1975" if at % 2 else "A431" for at in EVERY]
    columns = {"Target": targets, second: lines, "IC50 nM": NM}
    both = "--target 'EGFR' --target 'A431'"
    with pytest.raises(InputError, match=both):
        read(tmp_path, columns)
    with pytest.raises(InputError, match=both):
        read(tmp_path, columns, target="EGFR")
    with pytest.raises(InputError, match="--target 'A431' --target 'EGFR'"):
        read(tmp_path, columns | {"Target": ["EGFR", "EGFR", "HER2", "HER2"] * 10}, target="A431")
    for target in (("EGFR", "A431"), ("a431", "egfr")):
        assert task(read(tmp_path, columns, target=target), "pIC50")[0] == P[::2]
    with pytest.raises(InputError, match="among the rows of 'A431'"):
        read(tmp_path, columns, target=("A431", "HER2"))


def test_a_description_is_no_type(tmp_path: Path) -> None:
    text = ["Inhibition of JAK1 at 10 uM"] * COUNT
    table = read(tmp_path, {"Assay Description": text, "pChEMBL Value": P})
    assert [each.name for each in table.tasks] == ["pChEMBL_Value"]


def test_an_activity_is_what_its_units_say(tmp_path: Path) -> None:
    units = {"Activity": NM, "Activity Units": ["nM"] * COUNT, "Description": ["text"] * COUNT}
    assert task(read(tmp_path, units), "Activity")[0] == P
    per_cent = {"Activity": [f"{10 * p:.1f}" for p in P], "Activity Units": ["%"] * COUNT}
    with pytest.raises(InputError, match="per cent of what"):
        read(tmp_path, per_cent)
    table = read(tmp_path, per_cent, value_column="Activity", units="% down")
    assert (table.tasks[0].unit, table.tasks[0].direction) == ("%", "down")


def test_an_unknown_relation_is_a_bad_cell(tmp_path: Path) -> None:
    signs = ["approximately more" if at == 3 else sign for at, sign in enumerate(SIGNS)]
    with pytest.raises(InputError, match=r"1 beside an unknown relation .row 4"):
        read(tmp_path, {"Qualifier": signs, "IC50 (nM)": NM})


def test_per_cent_among_types_needs_its_unit(tmp_path: Path) -> None:
    columns = {
        "Standard Type": ["Inhibition"] * COUNT,
        "Standard Value": [f"{10 * p:.1f}" for p in P],
        "Standard Units": ["" if at < 3 else "nM" if at < 5 else "%" for at in EVERY],
    }
    table = read(tmp_path, columns)
    assert len(table) == COUNT - 5
    assert "3 values left out: no unit" in " ".join(table.notes)


def test_the_ki_database_says_its_relations_in_notes(tmp_path: Path) -> None:
    notes = [">" if sign == ">" else "" for sign in SIGNS]
    columns = {"Receptor": ["5-HT2A"] * COUNT, "ki Note": notes, "ki Val": NM}
    assert task(read(tmp_path, columns), "pKi") == (P, UPPER)
    columns = {"Comment": notes, "Ki (nM)": NM}
    assert task(read(tmp_path, columns), "pKi") == (P, UPPER)


@pytest.mark.parametrize(
    ("kind", "value", "unit"),
    [
        ("DRVAL_TYPE", "DRVAL_MEDIAN", "DRVAL_UNIT"),
        ("Bioactivity Type", "Bioactivity Value", "Bioactivity Units"),
        ("RESULT_TYPE", "RESULT_VALUE", "RESULT_UNIT"),
        ("ACVAL_TYPE", "ACVAL", "ACVAL_UNITS"),
    ],
)
def test_a_value_is_known_by_the_unit_that_is_called_after_it(
    kind: str, value: str, unit: str, tmp_path: Path
) -> None:
    kinds = ["IC50" if at % 2 else "Ki" for at in EVERY]
    columns = {kind: kinds, "PREFIX": SIGNS, value: NM, unit: ["nM"] * COUNT}
    table = read(tmp_path, columns)
    assert sorted(each.name for each in table.tasks) == ["pIC50", "pKi"]
    read_as = [x if at % 2 else y for at, (x, y) in enumerate(_both(table))]
    assert read_as == list(zip(P, UPPER, strict=True))


def _both(table: ActivityTable) -> Iterator[tuple[tuple[float, int], tuple[float, int]]]:
    """Yield value and bound of each row as an IC50, and as a Ki."""
    pairs = [zip(*task(table, name), strict=True) for name in ("pIC50", "pKi")]
    return zip(*pairs, strict=True)


def test_organisms_and_assays_are_not_mixed(tmp_path: Path) -> None:
    species = ["Homo sapiens" if at % 2 else "Rattus norvegicus" for at in EVERY]
    for column in ("species", "Target Organism", "Protocol"):
        with pytest.raises(InputError, match="--target 'Rattus norvegicus'"):
            read(tmp_path, {"Ki (nM)": NM, column: species})
        table = read(tmp_path, {"Ki (nM)": NM, column: species}, target="homo sapiens")
        assert task(table, "pKi")[0] == P[1::2]
    targets = {"Target": ["JAK1"] * COUNT, "Assay": species}
    table = read(tmp_path, {"Ki (nM)": NM, **targets})  # of one target, which is named
    assert len(table) == COUNT
    assert "names 2 assays" in " ".join(table.notes)


def test_a_call_of_hits_is_a_class(tmp_path: Path) -> None:
    calls = ["1" if p > 8 else "0" for p in P]
    assert task(read(tmp_path, {"hitc": calls}), "hitc")[0] == [float(call) for call in calls]


@pytest.mark.parametrize("name", ["qIC50 Mode", "IC50", "IC50 flag", "Result", "pIC50"])
def test_a_column_of_signs_is_a_relation_whatever_it_is_called(name: str, tmp_path: Path) -> None:
    table = read(tmp_path, {name: SIGNS, "JAK1 IC50 (nM)": NM})
    assert task(table, table.tasks[0].name) == (P, UPPER)


@pytest.mark.parametrize(
    ("name", "bound"),
    [
        ("right_censored", -1),
        ("is_greater_than", -1),
        ("isGreaterThan", -1),
        ("above max conc", -1),
        ("IC50 right-censored", -1),
        ("gt", -1),
        ("left censored", 1),
        ("is_less_than", 1),
    ],
)
@pytest.mark.parametrize("words", [("1", "0"), ("TRUE", "FALSE"), ("x", "")])
def test_flags_of_bounds_are_relations(
    name: str, bound: int, words: tuple[str, str], tmp_path: Path
) -> None:
    flags = [words[sign != ">"] for sign in SIGNS]
    bounds = [bound if sign == ">" else 0 for sign in SIGNS]
    for columns in ({name: flags, "IC50 (nM)": NM}, {"IC50 (nM)": NM, name: flags}):
        assert task(read(tmp_path, columns), "pIC50") == (P, bounds)


@pytest.mark.parametrize("name", ["Limit", "IC50 limit", "bound", "Bound type"])
def test_words_of_limits_are_relations(name: str, tmp_path: Path) -> None:
    said = {">": "above", "": "exact"}
    words = [said[">" if sign == ">" else ""] for sign in SIGNS]
    assert task(read(tmp_path, {"IC50 (nM)": NM, name: words}), "pIC50") == (P, UPPER)
    for above, within in (("ULOQ", ""), (">ULOQ", "in range")):
        words = [above if sign == ">" else within for sign in SIGNS]
        assert task(read(tmp_path, {"IC50 (nM)": NM, name: words}), "pIC50") == (P, UPPER)
    said[">"] = "upper"  # at the upper limit, or at most that?
    words = [said[">" if sign == ">" else ""] for sign in SIGNS]
    with pytest.raises(InputError, match="not on which side"):
        read(tmp_path, {"IC50 (nM)": NM, name: words})
    for yes, no in (("yes", "no"), ("true", "false"), ("x", "")):
        words = [yes if sign == ">" else no for sign in SIGNS]
        with pytest.raises(InputError, match="not on which side"):
            read(tmp_path, {"IC50 (nM)": NM, name: words})
    numbers = read(tmp_path, {"IC50 (nM)": NM, name: ["50000"] * COUNT})
    assert task(numbers, "pIC50") == (P, [0] * COUNT)


@pytest.mark.parametrize("name", ["censored", "isCensored", "IC50 censoring", "Censored?"])
def test_flags_of_bounds_without_a_side_are_asked_for(name: str, tmp_path: Path) -> None:
    flags = ["1" if sign == ">" else "0" for sign in SIGNS]
    with pytest.raises(InputError, match="'right censored'"):
        read(tmp_path, {"IC50 (nM)": NM, name: flags})
    none = read(tmp_path, {"IC50 (nM)": NM, name: ["0"] * COUNT})
    assert task(none, "pIC50") == (P, [0] * COUNT)


@pytest.mark.parametrize("code", ["1", "-1"])
@pytest.mark.parametrize("name", ["Qualifier", "Relation", "IC50 operator"])
def test_codes_of_relations_are_asked_for(name: str, code: str, tmp_path: Path) -> None:
    codes = [code if sign == ">" else "0" for sign in SIGNS]
    with pytest.raises(InputError, match="write > and <"):
        read(tmp_path, {"IC50 (nM)": NM, name: codes})
    table = read(tmp_path, {"IC50 (nM)": NM, "correlation": codes})
    assert task(table, "pIC50") == (P, [0] * COUNT)


@pytest.mark.parametrize("two", ["2", " 2", "_2"])
def test_two_groups_of_the_same_names_are_told_apart_by_number(two: str, tmp_path: Path) -> None:
    first = {"Parameter": ["IC50"] * COUNT, "Op": SIGNS, "Value": NM, "Unit": ["nM"] * COUNT}
    other = {"Parameter": ["Ki"] * COUNT, "Op": ["="] * COUNT, "Value": NM[::-1]}
    other["Unit"] = ["uM"] * COUNT
    table = read(tmp_path, first | {f"{name}{two}": cells for name, cells in other.items()})
    assert task(table, "pIC50") == (P, UPPER)
    assert task(table, "pKi") == ([round(p - 3, 2) for p in P[::-1]], [0] * COUNT)


def test_units_of_doses_are_not_those_of_the_values(tmp_path: Path) -> None:
    per_cent = [f"{10 * p:.1f}" for p in P]
    units = ["uM"] * COUNT
    columns = {"Concentration": ["10"] * COUNT, "Concentration Unit": units}
    table = read(tmp_path, columns | {"Inhibition": per_cent})
    assert task(table, "Inhibition")[0] == pytest.approx([float(cell) for cell in per_cent])
    assert "at 10 uM" in " ".join(table.notes)
    mixed = {"Conc": ["10"] * COUNT, "Conc unit": ["nM" if at % 2 else "uM" for at in EVERY]}
    table = read(tmp_path, mixed | {"% Inhibition": per_cent})
    assert [each.name for each in table.tasks] == ["Inhibition_10_uM", "Inhibition_10_nM"]
    alone = read(tmp_path, {"IC50": NM, "Conc. unit": ["nM"] * COUNT})  # of the values
    assert task(alone, "pIC50")[0] == P


@pytest.mark.parametrize("kind", ["Log IC50", "LogGI50", "log10 Ki"])
def test_a_type_of_logarithms_without_a_unit_is_settled_by_its_numbers(
    kind: str, tmp_path: Path
) -> None:
    logs = [f"{-p}" for p in P]
    columns = {"Standard Type": [kind] * COUNT, "Standard Value": logs}
    for units in ("", "None"):
        table = read(tmp_path, columns | {"Standard Units": [units] * COUNT})
        assert task(table, table.tasks[0].name)[0] == P
    mixed = {
        "Standard Type": ["EC50"] * 10 + [kind] * 30,
        "Standard Value": NM[:10] + logs[10:],
        "Standard Units": ["nM"] * 10 + [""] * 30,
    }
    table = read(tmp_path, mixed)
    assert task(table, table.tasks[0].name)[0][-30:] == P[10:]


def test_values_that_are_all_left_out_say_why(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"0 measurements.*40 values left out: unit 'mg/kg'"):
        read(tmp_path, {"ED50": NM, "Units": ["mg/kg"] * COUNT})


@pytest.mark.parametrize("names", [("Q", "Q.1"), ("Op", "Op_b"), ("Qualifier", "Qualifier_x")])
def test_relations_all_stand_on_the_same_side(names: tuple[str, str], tmp_path: Path) -> None:
    other = ["<" if at % 7 == 0 else "=" for at in EVERY]
    lower = [1 if at % 7 == 0 else 0 for at in EVERY]
    one, two = {names[0]: SIGNS}, {names[1]: other}
    ec, cc = {"EC50 (nM)": NM}, {"CC50 (nM)": NM[::-1]}
    for columns in (ec | one | cc | two, one | ec | two | cc):
        table = read(tmp_path, columns)
        assert task(table, "pEC50") == (P, UPPER)
        assert task(table, "pCC50") == (P[::-1], lower)


SOLUBLE = {"Solubility": ["30"] * COUNT}


@pytest.mark.parametrize(
    "beside",
    [{"Solubility unit": ["uM"] * COUNT}, {"Unit": ["uM"] * COUNT}, {"MW unit": ["uM"] * COUNT}],
)
def test_the_unit_of_a_solubility_is_not_that_of_a_potency(
    beside: dict[str, list[str]], tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="its unit is unknown"):
        read(tmp_path, {"IC50": NM} | SOLUBLE | beside)
    own = {"IC50": NM, "IC50 unit": ["nM"] * COUNT}
    assert task(read(tmp_path, own | SOLUBLE | beside), "pIC50")[0] == P
    after = {"IC50": NM, "Unit": ["nM"] * COUNT}
    assert task(read(tmp_path, after | SOLUBLE), "pIC50")[0] == P


def test_the_relation_of_a_solubility_is_not_that_of_a_potency(tmp_path: Path) -> None:
    columns = {"IC50 (nM)": NM} | SOLUBLE | {"Sol. qualifier": SIGNS}
    assert task(read(tmp_path, columns), "pIC50") == (P, [0] * COUNT)
    columns = {"MW": ["300"] * COUNT, "IC50 (nM)": NM, "Qualifier": SIGNS} | SOLUBLE
    with pytest.raises(InputError, match=r"may belong to any of 'IC50 .nM.', 'Solubility'"):
        read(tmp_path, columns)
    columns = SOLUBLE | {"Qualifier": SIGNS, "IC50 (nM)": NM}
    assert task(read(tmp_path, columns), "pIC50") == (P, UPPER)


TEXTS = [f"{sign}{x}".lstrip("=") for sign, x in zip(SIGNS, NM, strict=True)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("IC50 nM (text)", "IC50 nM"),
        ("IC50 nM (num)", "IC50 nM"),
        ("IC50_txt (nM)", "IC50_number (nM)"),
        ("IC50 (nM)", "IC50 (nM) (number)"),
        ("IC50 (nM)", "pIC50"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_bounds_are_kept_where_a_column_of_numbers_repeats_the_texts(
    text: str, number: str, turned: bool, tmp_path: Path
) -> None:
    """Numbers of a second column must not make exact values of what is bounded."""
    numbers = [f"{p}" for p in P] if number == "pIC50" else NM
    blank = ["" if sign == ">" else cell for sign, cell in zip(SIGNS, numbers, strict=True)]
    for cells in (numbers, blank):
        columns = {text: TEXTS, number: cells}
        columns = dict(reversed(columns.items())) if turned else columns
        table = read(tmp_path, columns)
        assert len(table.tasks) == 1
        assert task(table, table.tasks[0].name) == (P, UPPER)


def test_bounds_of_a_pic50_are_kept_where_its_concentration_has_none(tmp_path: Path) -> None:
    low = [f"<{p}" if sign == ">" else f"{p}" for p, sign in zip(P, SIGNS, strict=True)]
    table = read(tmp_path, {"IC50 nM": NM, "pIC50": low})
    assert task(table, "pIC50") == (P, UPPER)
    assert "8 bounds are from column 'pIC50'" in " ".join(table.notes)


def test_a_lone_relation_beside_per_cent_may_be_of_the_potency(tmp_path: Path) -> None:
    per_cent = {"Emax (%)": [f"{10 * p:.1f}" for p in P]}
    with pytest.raises(InputError, match="may belong to any of 'EC50"):
        read(tmp_path, {"EC50 (nM)": NM} | per_cent | {"Qualifier": SIGNS})
    columns = per_cent | {"Qualifier": SIGNS, "EC50 (nM)": NM}
    assert task(read(tmp_path, columns), "pEC50") == (P, UPPER)
