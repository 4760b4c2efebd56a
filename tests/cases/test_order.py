"""The order of a run: milligrams of what is in the bottle, and the dispenser's list."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from distributed import Client
from rdkit import Chem

from gnn.bundle.bundle import Bundle
from screening.objective.screen_settings import Screen
from screening.runs.plan import plan_run
from screening.runs.run import run_screen

SHOP = Path(__file__).parent / "salt_weights" / "shop.csv"
Rows = list[dict[str, str]]


Run = Callable[..., Path]


@pytest.fixture
def run(lone: Client, make_bundle: Callable[..., Bundle], tmp_path: Path) -> Run:
    def screen(library: Path, **lab: object) -> Path:
        bundle = make_bundle(tmp_path / "bundle", "small", (("EGFR", "r"),))
        wanted = Screen.model_validate(
            {
                "name": "order",
                "title": "order",
                "library": str(library),
                "bundles": [str(bundle.path)],
                "hits": 20,
                "primary": [{"task": "small_EGFR", "zero": 0.0, "full": 10.0}],
                "lab": lab,
            }
        )
        plan = plan_run(wanted, tmp_path / "run", prepared=tmp_path / "prepared")
        return run_screen(plan, lone).folder

    return screen


def read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_salt_is_ordered_by_its_own_weight(run: Run) -> None:
    folder = run(SHOP, unit="mg", amount=1.0, source_volume_ul=40.0, stock_mM=100.0)
    order = {row["compound_id"]: row for row in read(folder / "lab/order.csv")}
    for row in order.values():
        assert row["weighed_as"] == "as supplied"
        assert float(row["mw_as_supplied"]) == pytest.approx(float(row["Salt_MW"]), abs=0.1)
        # 40 uL of a 100 mM stock are 4 umol, rounded up to whole mg
        exact = float(row["needed_ul"]) * 0.1 * float(row["mw_as_supplied"]) / 1000
        assert exact <= float(row["amount"]) < exact + 1
    assert order["V-2"]["mw"] == "581.07"  # lapatinib itself
    assert float(order["V-2"]["amount"]) > float(order["V-2"]["needed_ul"]) * 0.1 * 581.07 / 1000


@pytest.mark.parametrize(
    ("structure", "supplied"),
    [
        ("CCN(CC)CCNC(=O)c1ccc(N)cc1.Cl", 271.8),  # procainamide hydrochloride
        ("CCN(CC)CCNC(=O)c1ccc(N)cc1", 235.3),
        ("CC(=O)Oc1ccccc1C(=O)[O-].[Na+]", 202.1),
        ("CC(C)Cc1ccc(cc1)C(C)C(=O)O.O.O", 242.3),
        ("CC(C)Cc1ccc(cc1)C(C)C(=O)[O-].CC(C)Cc1ccc(cc1)C(C)C(=O)[O-].[Ca+2]", 225.3),
        ("CCN(CC)CC[NH2+]c1ccccc1", None),  # its counterion is not drawn
    ],
)
def test_what_one_mole_weighs_as_it_is_sold(
    run: Run, tmp_path: Path, structure: str, supplied: float | None
) -> None:
    library = tmp_path / "shop.csv"
    library.write_text(f"id,smiles\nx,{structure}\n")
    (row,) = read(run(library, unit="mg") / "lab/order.csv")
    if supplied is None:
        assert (row["mw_as_supplied"], row["weighed_as"]) == ("", "parent alone")
    else:
        assert float(row["mw_as_supplied"]) == pytest.approx(supplied, abs=0.1)
        assert row["weighed_as"] == "as supplied"


def test_of_a_molblock_the_parent_is_weighed_and_said(run: Run, tmp_path: Path) -> None:
    block = Chem.MolToMolBlock(Chem.MolFromSmiles("CCN(CC)CCNC(=O)c1ccc(N)cc1.Cl"))
    library = tmp_path / "shop.sdf"
    library.write_text(f"{block}$$$$\n")
    (row,) = read(run(library, unit="mg") / "lab/order.csv")
    assert (row["mw"], row["mw_as_supplied"], row["weighed_as"]) == ("235.33", "", "parent alone")


def test_a_stock_is_not_weighed(run: Run) -> None:
    for row in read(run(SHOP) / "lab/order.csv"):
        assert (row["unit"], row["weighed_as"]) == ("uL", "")
        assert row["mw_as_supplied"]
        assert len(row["key"]) == 26
        assert row["stereo"] == "none"


def test_the_dispensers_list_has_no_index_and_plain_wells(run: Run) -> None:
    rows = read(run(SHOP) / "lab/picklist_echo.csv")
    assert list(rows[0])[:3] == ["Source Plate Name", "Source Plate Type", "Source Well"]
    assert all(row["Source Well"][1] != "0" and row["Destination Well"][1] != "0" for row in rows)
    assert all(
        set(row["Sample Name"]) <= set("abcdefghijklmnopqrstuvwxyz_DMSO0123456789") for row in rows
    )
