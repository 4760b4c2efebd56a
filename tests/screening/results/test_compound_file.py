"""Files with one row per compound: IDs, other drawings, units, bounds, replicates."""

from dataclasses import replace
from pathlib import Path

import pytest

from chem.errors import InputError
from screening.results.evaluate import Evaluation, Options, evaluate
from screening.results.reading.plate_plan import Compound, PlatePlan, Predicted
from tests.screening.results.simulate import make_truth

DRUGS = {
    "=C1": "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1",
    "007": "C#Cc1cccc(Nc2ncnc3cc(OCCOC)c(OCCOC)cc23)c1",
    "ASP": "CC(=O)Oc1ccccc1C(=O)O",
    "WAR": "CC(=O)CC(c1ccccc1)c1c(O)c2ccccc2oc1=O",
}
SALT = "OC(=O)c1ccccc1OC(C)=O.[Na]"


@pytest.fixture(scope="module")
def plan() -> PlatePlan:
    known = {
        rank: Compound(rank, name, f"KEY{rank}", smiles, Predicted(7.0, 6.2, 7.8))
        for rank, (name, smiles) in enumerate(DRUGS.items(), 1)
    }
    base = make_truth(4, plate=96).plan
    return PlatePlan(base.run, base.screen, base.task, base.target, True, base.wells, known)


def read(plan: PlatePlan, path: Path, text: str, options: Options | None = None) -> Evaluation:
    path.write_text(text, encoding="utf-8")
    found = evaluate(plan, [path], options)
    assert found.kind == "compounds"
    return found


def values(found: Evaluation) -> dict[str, tuple[float, str, int]]:
    return {
        one.compound.compound_id: (round(one.value, 3), one.qualifier, one.n)
        for one in found.values
    }


def test_potencies_with_bounds_and_replicates(plan: PlatePlan, tmp_path: Path) -> None:
    text = "compound_id,IC50 (nM)\n'=C1,10\n'=C1,1000\n007,>10000\nASP,32\n"
    found = read(plan, tmp_path / "x.csv", text)
    assert values(found) == {"=C1": (7.0, "=", 2), "007": (5.0, "<", 1), "ASP": (7.495, "=", 1)}
    first = found.values[0]
    assert first.std == pytest.approx(1.414, abs=1e-3)
    assert first.replicates == pytest.approx((8.0, 6.0))
    assert first.wells == ("line 2", "line 3")
    assert [one.agreement for one in found.values] == ["inside", "outside", "inside"]
    assert found.findings == []
    assert found.told[0].startswith("x.csv: read as: one row per compound, IDs from column")


def test_semicolons_decimal_commas_and_pic50(plan: PlatePlan, tmp_path: Path) -> None:
    found = read(plan, tmp_path / "x.csv", "ID;pIC50\n=C1;7,25\n007;6,5\n")
    assert values(found) == {"=C1": (7.25, "=", 1), "007": (6.5, "=", 1)}


def test_inhibitions_are_kept_as_percent(plan: PlatePlan, tmp_path: Path) -> None:
    text = "compound_id,% inhibition at 10 uM\n=C1,97.5\n007,12\nASP,n.d.\n"
    found = read(plan, tmp_path / "x.csv", text)
    assert values(found) == {"=C1": (97.5, "=", 1), "007": (12, "=", 1)}
    assert {one.unit for one in found.values} == {"% inhibition"}
    left = read(plan, tmp_path / "y.csv", "compound_id,% residual activity\n=C1,10\n007,95\n")
    assert values(left) == {"=C1": (90, "=", 1), "007": (5, "=", 1)}


def test_another_drawing_is_the_same_compound(plan: PlatePlan, tmp_path: Path) -> None:
    text = f"smiles,Batch,IC50 nM\n{SALT.replace('.[Na]', '')},B-1,100\nCCO,B-2,5\n"
    found = read(plan, tmp_path / "x.csv", text)
    assert values(found) == {"ASP": (7.0, "=", 1)}
    assert [one.what for one in found.findings] == ["unknown compound"]


def test_an_id_beside_another_structure_is_left_out(plan: PlatePlan, tmp_path: Path) -> None:
    text = f"compound_id,smiles,IC50 nM\nWAR,{DRUGS['ASP']},100\n007,{DRUGS['007']},10\n"
    found = read(plan, tmp_path / "x.csv", text)
    assert values(found) == {"007": (8.0, "=", 1)}
    (told,) = found.findings
    assert (told.what, told.wells) == ("another structure", ("WAR",))
    assert told.found == "the structure of ASP beside the ID 'WAR'"


def test_unknown_ids_are_told_with_a_hint(plan: PlatePlan, tmp_path: Path) -> None:
    found = read(plan, tmp_path / "x.csv", "compound_id,IC50 nM\n0O7,1\nASP,10\nWAR,12\n")
    (told,) = found.findings
    assert told.found == "'0O7'"
    assert told.advice == "did you mean 007?"
    assert set(values(found)) == {"ASP", "WAR"}


def test_an_id_of_two_hits_needs_a_structure(plan: PlatePlan, tmp_path: Path) -> None:
    twice = {rank: one._replace(compound_id="007") for rank, one in plan.compounds.items()}
    again = PlatePlan(plan.run, plan.screen, plan.task, plan.target, True, plan.wells, twice)
    found = read(again, tmp_path / "x.csv", "compound_id,IC50 nM\n007,10\n")
    assert [one.what for one in found.findings] == ["ambiguous compound"]
    text = f"compound_id,smiles,IC50 nM\n007,{DRUGS['ASP']},10\n"
    found = read(again, tmp_path / "y.csv", text)
    assert [one.compound.rank for one in found.values] == [3]


@pytest.mark.parametrize(
    ("unit", "factor", "predicted"), [("nM", 1e-3, 7.0), ("uM", 1.0, 7.0), ("nM", 1e-6, 5.0)]
)
def test_a_unit_that_is_wrong_by_a_thousand_refuses_the_file(
    plan: PlatePlan, tmp_path: Path, unit: str, factor: float, predicted: float
) -> None:
    known = {
        rank: one._replace(predicted=Predicted(predicted, predicted - 1, predicted + 1))
        for rank, one in plan.compounds.items()
    }
    plan = replace(plan, compounds=known)
    nanomolar = [10 ** (9 - predicted) * more for more in (0.9, 0.6, 2.0)]
    rows = [f"{name},{value * factor:.9g}" for name, value in zip(DRUGS, nanomolar, strict=False)]
    text = "\n".join([f"compound_id,IC50 ({unit})", *rows]) + "\n"
    found = read(plan, tmp_path / "x.csv", text)
    (told,) = found.findings
    assert (told.what, told.severity) == ("wrong unit", "refused")
    assert found.is_empty
    kept = read(plan, tmp_path / "x.csv", text, Options(accepted=("values",)))
    assert len(kept.values) == 3
    assert [one.severity for one in kept.findings] == ["told"]


def test_bad_cells_are_told_and_several_columns_asked_for(plan: PlatePlan, tmp_path: Path) -> None:
    text = "compound_id,IC50 nM\n=C1,12-15\n007,10\nASP,20\n"
    found = read(plan, tmp_path / "x.csv", text)
    assert set(values(found)) == {"007", "ASP"}
    assert any("12-15" in line for line in found.told)
    text = "compound_id,EGFR IC50 nM,BTK IC50 nM\n=C1,12,40\n007,10,30\n"
    with pytest.raises(InputError, match=r"2 columns of values.*--value-column"):
        read(plan, tmp_path / "y.csv", text)
    found = read(plan, tmp_path / "y.csv", text, Options("BTK IC50 nM", accepted=("values",)))
    assert values(found)["007"] == (7.523, "=", 1)


def test_a_file_of_nothing_known_is_refused(plan: PlatePlan, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="neither wells nor grids of a plate nor compounds"):
        read(plan, tmp_path / "x.csv", "a,b\n1,2\n")


def test_a_row_of_units_under_the_header_is_read(plan: PlatePlan, tmp_path: Path) -> None:
    found = read(plan, tmp_path / "x.csv", "compound_id,IC50\n,uM\n=C1,0.1\n007,2\n")
    assert values(found) == {"=C1": (7.0, "=", 1), "007": (5.699, "=", 1)}
    assert found.findings == []


def test_predictions_of_the_hit_list_are_no_results(plan: PlatePlan, tmp_path: Path) -> None:
    """Somebody adds a column to ``hits.csv``, which has predicted potencies in nM."""
    plan = replace(plan, own_columns=frozenset({"rank", "EGFR_nM", "compound_id"}))
    text = "rank,compound_id,EGFR_nM,predicted_pIC50,IC50 nM\n1,=C1,3,8,100\n2,007,5,7,200\n"
    found = read(plan, tmp_path / "x.csv", text)
    assert values(found) == {"=C1": (7.0, "=", 1), "007": (6.699, "=", 1)}
    assert any("not read as results: rank, EGFR_nM, pred" in one for one in found.told)
    found = read(plan, tmp_path / "y.csv", "compound_id,IC50 nM\n=C1,100\n007,200\n")
    assert not any("not read as results" in one for one in found.told)


def test_titles_above_and_ids_under_any_header_are_found(plan: PlatePlan, tmp_path: Path) -> None:
    text = "Assay:,EGFR\nOperator,AB\n\ncompound_id,n,IC50 nM\nX9,7,5\n007,7,10\n=C1,7,20\n"
    found = read(plan, tmp_path / "x.csv", text)
    assert values(found) == {"=C1": (7.699, "=", 1), "007": (8.0, "=", 1)}
    assert [one.wells for one in found.findings] == [("X9",)]
    found = read(plan, tmp_path / "y.csv", "Muster,IC50 nM\n007,10\n=C1,20\n")
    assert set(values(found)) == {"007", "=C1"}


@pytest.mark.parametrize(
    "text",
    [
        "compound_id,target,IC50 nM\n=C1,HER2,100\n007,HER2,100\n",
        "compound_id,Target Name,IC50 nM\n=C1,BRD4,100\n007,BRD4,100\n",
        "compound_id,HER2 IC50 nM\n=C1,100\n007,100\n",
        "compound_id,EGFR(T790M) IC50 nM\n=C1,100\n007,100\n",
        "compound_id,pIC50 c-MET\n=C1,7\n007,7\n",
        "compound_id,uniprot,pIC50\n=C1,P04626,7\n007,P04626,7\n",
    ],
)
def test_values_of_another_target_are_refused(plan: PlatePlan, tmp_path: Path, text: str) -> None:
    found = read(plan, tmp_path / "x.csv", text)
    (told,) = found.findings
    assert (told.what, told.severity, told.expected) == ("another target", "refused", "EGFR")
    assert found.is_empty
    kept = read(plan, tmp_path / "x.csv", text, Options(accepted=("values",)))
    assert set(values(kept)) == {"=C1", "007"}
    assert [one.severity for one in kept.findings] == ["told"]


@pytest.mark.parametrize(
    "text",
    [
        "compound_id,EGFR IC50 nM\n=C1,100\n007,100\n",
        "compound_id,target,IC50 nM\n=C1,egfr,100\n007,egfr,100\n",
        "compound_id,target,IC50 nM\n=C1,EGFR kinase,100\n007,EGFR kinase,100\n",
        "compound_id,uniprot,IC50 nM\n=C1,P00533,100\n007,P00533,100\n",
        "compound_id,target,IC50 nM kit\n=C1,HER1,100\n007,HER1,100\n",
        "compound_id,target,IC50 nM\n=C1,Kinase erbB-1,100\n007,Kinase erbB-1,9\n",
    ],
)
def test_the_target_of_the_plan_by_any_name_is_kept(
    plan: PlatePlan, tmp_path: Path, text: str
) -> None:
    found = read(plan, tmp_path / "x.csv", text)
    assert set(values(found)) == {"=C1", "007"}
    assert found.findings == []


def test_a_name_that_is_no_symbol_is_told(plan: PlatePlan, tmp_path: Path) -> None:
    text = "compound_id,target,IC50 nM\n=C1,Some growth factor,100\n"
    found = read(plan, tmp_path / "x.csv", text)
    assert "column 'target' says 'Some growth factor', which was not compared" in str(found.told)


def test_of_several_targets_the_rows_of_the_plan_are_read(plan: PlatePlan, tmp_path: Path) -> None:
    text = "compound_id,target,IC50 nM\n=C1,EGFR,100\n=C1,HER2,1\n007,HER2,1\n007,EGFR,10\n"
    text += "007,EGFR T790M,3\n"
    found = read(plan, tmp_path / "x.csv", text)
    assert values(found) == {"=C1": (7.0, "=", 1), "007": (8.0, "=", 1)}
    with pytest.raises(
        InputError, match=r"names 3 targets \(KDR, HER2, KDR T790M\), expected EGFR in one"
    ):
        read(plan, tmp_path / "y.csv", text.replace("EGFR", "KDR"))


def test_another_primary_target_of_the_screen_is_another_target(
    plan: PlatePlan, tmp_path: Path
) -> None:
    plan = replace(plan, target="binding", task="own_binding", other_targets=("binding_T790M",))
    text = "compound_id,{} IC50 nM\n=C1,100\n"
    found = read(plan, tmp_path / "x.csv", text.format("binding T790M"))
    assert [one.what for one in found.findings] == ["another target"]
    for name in ("EGFR", "binding"):
        assert read(plan, tmp_path / f"{name}.csv", text.format(name)).findings == []
