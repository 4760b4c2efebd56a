"""The files of ``lab/``, read back as a lab's programs read them."""

import csv
import re
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from screening.errors import AccountingError
from screening.lab.order import write_decisions
from screening.lab.plan import LabPlan, make_plan
from screening.lab.write import write_lab
from screening.objective.plate_settings import Lab
from screening.objective.screen_settings import Screen
from screening.text.applicability import Outside
from screening.text.cells import unescape_cell

HOSTILE = (
    '=HYPERLINK("http://x")',
    "-1+1",
    "@SUM(A1)",
    "<script>alert(1)</script>",
    'say "x", twice',
    "two\nlines",
    "a\r\nb",
    "../../etc/passwd",
    "007",
    "NA",
    "1E5",
    "'=1",
    "Ünï-β-\u202eRTL",
    "",
    "  padded ",
)
SERIES = {"points": 8, "replicates": 2, "plate": 96, "edge_wells": False}


def read(folder: Path, name: str) -> pd.DataFrame:
    """A file by pandas, as text; Python's csv has to agree."""
    path = folder / "lab" / f"{name}.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert [list(frame.columns), *frame.to_numpy().tolist()] == rows
    return frame


def write(folder: Path, hits: Any, screen: Screen, **wants: Any) -> list[str]:
    return write_lab(folder, hits.table, hits.frame, screen, Lab(**wants))


def test_every_file_is_there_and_nothing_else(
    tmp_path: Path, make_hits: Any, kinase: Screen
) -> None:
    names = write(tmp_path, make_hits(20), kinase)
    assert names == [
        *(f"lab/{name}.csv" for name in ("order", "plates", "source_plates")),
        *(f"lab/{name}.csv" for name in ("picklist_echo", "picklist", "plate_1")),
    ]
    assert sorted(names) == sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*.csv"))


def test_the_same_run_gives_the_same_bytes_and_no_old_files_stay(
    tmp_path: Path, make_hits: Any, kinase: Screen
) -> None:
    hits = make_hits(20)
    write(tmp_path, hits, kinase, **SERIES)
    assert (tmp_path / "lab/plate_4.csv").exists()
    (tmp_path / "lab/result.csv").write_text("a lab's own")
    names = write(tmp_path, hits, kinase)
    assert (tmp_path / "lab/result.csv").exists()
    before = {name: (tmp_path / name).read_bytes() for name in names}
    assert not (tmp_path / "lab/plate_2.csv").exists()
    assert not (tmp_path / "lab/dilutions.csv").exists()
    assert write(tmp_path, hits, kinase) == names
    assert before == {name: (tmp_path / name).read_bytes() for name in names}


def test_a_plan_that_breaks_a_law_is_not_written(
    tmp_path: Path, make_hits: Any, kinase: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(*given: Any) -> LabPlan:
        plan = make_plan(*given)
        return plan._replace(transfers=plan.transfers[1:])

    monkeypatch.setattr("screening.lab.write.make_plan", forgetful)
    with pytest.raises(AccountingError, match="what is taken of a source well"):
        write(tmp_path, make_hits(20), kinase)
    assert not list(tmp_path.iterdir())


def test_without_hits_there_are_headers(tmp_path: Path, make_hits: Any, kinase: Screen) -> None:
    names = write(tmp_path, make_hits(0), kinase, points=8)
    assert len(names) == 6
    for name in names:
        frame = read(tmp_path, Path(name).stem)
        assert len(frame) == 0
        assert len(frame.columns) > 4


def test_hostile_ids_names_and_vendor_columns_come_back(
    tmp_path: Path, make_hits: Any, kinase: Screen
) -> None:
    extra = [{"=cmd": text, "amount": text, "Price": "3"} for text in HOSTILE]
    hits = make_hits(len(HOSTILE), HOSTILE, extra)
    write(tmp_path, hits, kinase)
    order, plates = read(tmp_path, "order"), read(tmp_path, "plates")
    wanted = {cells["rank"]: cells for cells in hits.table.records()}
    samples = plates[plates["role"] == "sample"]
    for frame in (order, samples, read(tmp_path, "source_plates").query("rank != ''")):
        assert set(frame["rank"]) == set(wanted)
        for cells in frame.to_dict("records"):
            known = wanted[cells["rank"]]
            assert unescape_cell(cells["compound_id"]) == known["compound_id"]
            assert unescape_cell(cells["name"]) == known["name"]
            assert not cells["compound_id"].startswith(("=", "-", "@"))
    assert [unescape_cell(column) for column in order.columns if "=cmd" in column] == ["=cmd"]
    for cells in order.to_dict("records"):
        assert unescape_cell(cells["vendor_amount"]) == wanted[cells["rank"]]["amount"]
        assert cells["amount"] == "40"
    grid = read(tmp_path, "plate_1").to_numpy()
    assert {unescape_cell(cell) for cell in grid[:, 1:].ravel()} == {
        *HOSTILE,
        "positive control: none named ([lab] reference)",
        "DMSO",
    }


def test_an_echo_reads_plain_cells_only(tmp_path: Path, make_hits: Any, kinase: Screen) -> None:
    hits = make_hits(len(HOSTILE), HOSTILE)
    write(tmp_path, hits, kinase, reference="=cmd, <b>", points=8)
    text = (tmp_path / "lab/picklist_echo.csv").read_text(encoding="utf-8")
    lines = text.splitlines()
    assert lines[0] == (
        "Source Plate Name,Source Plate Type,Source Well,"
        "Destination Plate Name,Destination Well,Transfer Volume,Sample Name"
    )
    plain = r"[A-Za-z0-9_.-]+"
    place = rf"{plain},[A-P]([1-9]|1\d|2[0-4])"
    row = rf"{plain},384PP_DMSO2,[A-P]([1-9]|1\d|2[0-4]),{place},\d+(\.5)?,(hit_\d+|reference|DMSO)"
    assert all(re.fullmatch(row, line) for line in lines[1:])
    assert len(lines) > 100


def test_a_sample_is_named_after_what_its_source_well_holds(
    tmp_path: Path, make_hits: Any, kinase: Screen
) -> None:
    write(tmp_path, make_hits(30), kinase, points=8)
    held = {
        (row["plate"], f"{row['row']}{row['column']}"): (
            f"hit_{row['rank']}" if row["content"] == "compound" else row["content"]
        )
        for row in read(tmp_path, "source_plates").to_dict("records")
    }
    for row in read(tmp_path, "picklist_echo").to_dict("records"):
        assert row["Sample Name"] == held[row["Source Plate Name"], row["Source Well"]]


def test_dilutions_are_pipetted_after_what_they_are_made_from(
    tmp_path: Path, make_hits: Any, kinase: Screen
) -> None:
    write(tmp_path, make_hits(12), kinase, points=10)
    dilutions = read(tmp_path, "dilutions").astype({"step": int})
    assert dilutions["step"].tolist() == sorted(dilutions["step"])
    assert set(dilutions["step"]) == {1, 2, 3, 4, 5, 6}
    done: dict[tuple[str, str], int] = {}
    for row in dilutions.to_dict("records"):
        assert (row["source"] == "DMSO") == (row["step"] % 2 == 1)
        if row["source"].startswith("kinase_D"):
            assert done[row["source"], row["source_well"]] == row["step"] - 2
        done[row["destination"], row["well"]] = row["step"]


@pytest.mark.parametrize(
    ("wants", "diluted"),
    [({"top_uM": 0.1}, True), ({"points": 2}, False), ({}, False), ({"points": 8}, True)],
)
def test_what_is_on_a_plate_of_dilutions_is_told_how_to_make(
    tmp_path: Path, make_hits: Any, kinase: Screen, wants: dict[str, Any], diluted: bool
) -> None:
    """A single low dose needs a dilution as well, and a short series may need none."""
    names = write(tmp_path, make_hits(12), kinase, **wants)
    sources = read(tmp_path, "source_plates")
    wells = sources[sources["plate"].str.startswith("kinase_D")]
    assert (len(wells) > 0) == ("lab/dilutions.csv" in names) == diluted
    if diluted:
        made = read(tmp_path, "dilutions")
        assert {*zip(made["destination"], made["well"], strict=True)} == {
            *zip(wells["plate"], wells["well"], strict=True)
        }
    assert ("lab/dilutions.csv" in write(tmp_path, make_hits(0), kinase, **wants)) == diluted


def test_a_source_plate_is_loaded_once(tmp_path: Path, make_hits: Any, kinase: Screen) -> None:
    write(tmp_path, make_hits(60), kinase, points=8, source_plate=96)
    for name, column in (("picklist_echo", "Source Plate Name"), ("picklist", "source")):
        plates = read(tmp_path, name)[column]
        changes = (plates != plates.shift()).sum()
        assert changes == plates.nunique() > 3


def test_large_transfers_are_written_in_parts_for_an_echo(
    tmp_path: Path, make_hits: Any, kinase: Screen
) -> None:
    write(tmp_path, make_hits(3), kinase, well_volume_ul=100.0, dmso_percent=1.0)
    echo, generic = read(tmp_path, "picklist_echo"), read(tmp_path, "picklist")
    volumes = echo["Transfer Volume"].astype(float)
    assert volumes.max() == 500.0
    assert (volumes % 2.5 == 0).all()
    assert len(echo) > len(generic)
    assert volumes.sum() == pytest.approx(1000 * generic["volume_ul"].astype(float).sum())


@pytest.mark.parametrize("wants", [{}, SERIES, {"points": 10, "controls": "spread"}])
def test_what_is_dispensed_gives_what_the_wells_are_said_to_hold(
    tmp_path: Path, make_hits: Any, kinase: Screen, wants: dict[str, Any]
) -> None:
    """The files alone are read, and the concentration of every well is worked out from them."""
    write(tmp_path, make_hits(30), kinase, **wants)
    strength = {("DMSO", ""): Decimal(0)}
    content = {}
    sources = read(tmp_path, "source_plates")
    for row in sources.to_dict("records"):
        place = (row["plate"], row["well"])
        content[place] = row["compound_id"]
        if row["level"] in ("", "0"):
            strength[place] = Decimal(row["concentration_mM"])
    taken: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    if "points" in wants:
        parts: dict[tuple[str, str], list[tuple[Decimal, Decimal]]] = defaultdict(list)
        for row in read(tmp_path, "dilutions").to_dict("records"):
            volume = Decimal(row["volume_ul"])
            source, target = (row["source"], row["source_well"]), (row["destination"], row["well"])
            assert source[0] == "DMSO" or content[source] == content[target]
            parts[target].append((strength[source], volume))
            taken[source] += volume
            total = sum((volume for _, volume in parts[target]), Decimal())
            strength[target] = sum((s * v for s, v in parts[target]), Decimal()) / total
            assert total <= 40
    wells: dict[tuple[str, str], list[tuple[str, Decimal, Decimal]]] = defaultdict(list)
    for row in read(tmp_path, "picklist").to_dict("records"):
        source = (row["source"], row["source_well"])
        volume = Decimal(row["volume_ul"])
        taken[source] += volume
        wells[row["destination"], row["well"]].append((content[source], strength[source], volume))
    plates = read(tmp_path, "plates")
    for row in plates.to_dict("records"):
        got = wells.pop((row["plate"], row["well"]), [])
        if row["role"] == "empty":
            assert got == []
            continue
        assert sum(volume for *_, volume in got) == Decimal("0.25")
        assert {who for who, *_ in got if who != "DMSO"} <= {row["compound_id"]}
        solvent = sum((volume for who, _, volume in got if who == "DMSO"), Decimal(0))
        assert Decimal(row["dmso_nl"]) == 1000 * solvent
        assert Decimal(row["volume_nl"]) == 250 - 1000 * solvent
        made = sum(s * v for _, s, v in got) * 1000 / 50
        assert float(made) == pytest.approx(float(row["concentration_uM"]), rel=1e-3)
        nominal = float(row["nominal_uM"])
        assert float(made) == pytest.approx(nominal, rel=0.0505)
        assert (made == 0) == (row["role"] == "negative control")
    assert wells == {}
    for row in sources.to_dict("records"):
        given = taken.pop((row["plate"], row["well"]), Decimal(0))
        assert given == Decimal(row["taken_ul"])
        assert 0 < given <= Decimal(row["volume_ul"]) - Decimal(row["dead_ul"])
    taken.pop(("DMSO", ""), None)
    assert taken == {}


def test_every_well_carries_the_prediction_of_the_hit_list(
    tmp_path: Path, make_hits: Any, kinase: Screen
) -> None:
    hits = make_hits(30)
    write(tmp_path, hits, kinase, replicates=2)
    plates = read(tmp_path, "plates")
    carried = [name for name in plates.columns if name.startswith("predicted_")]
    assert carried == [
        *(f"predicted_activity_EGFR{end}" for end in ("", "_std", "_lo", "_hi")),
        *(f"predicted_{part.task}" for part in kinase.objective.liabilities),
    ]
    records = {cells["rank"]: cells for cells in hits.table.records()}
    samples = plates[plates["role"] == "sample"].to_dict("records")
    assert len(samples) == 60
    negative = 0
    for row in samples:
        for name in carried:
            assert row[name] == records[row["rank"]][name.removeprefix("predicted_")]
            negative += row[name].startswith("-")
    assert negative  # numbers below zero stay numbers: no apostrophe
    others = plates[plates["role"] != "sample"][carried]
    assert set(others.to_numpy().ravel()) == {""}


def test_a_result_joins_by_plate_and_well(tmp_path: Path, make_hits: Any, kinase: Screen) -> None:
    write(tmp_path, make_hits(30), kinase, **SERIES)
    plates = read(tmp_path, "plates")
    result = plates[["plate", "well"]].assign(signal="1")
    joined = plates.merge(result, on=["plate", "well"], validate="one_to_one")
    assert len(joined) == len(plates)
    assert (plates["well"].str[0] == plates["row"]).all()
    assert (plates["well"].str[1:].astype(int) == plates["column"].astype(int)).all()


def test_a_grid_shows_what_the_list_of_wells_says(
    tmp_path: Path, make_hits: Any, kinase: Screen
) -> None:
    for wants in ({}, SERIES):
        write(tmp_path, make_hits(12), kinase, **wants)
        plates = read(tmp_path, "plates")
        for name, wells in plates.groupby("plate"):
            grid = read(tmp_path, f"plate_{str(name).rsplit('_P')[1]}")
            assert grid.columns[0] == name
            for row in wells.to_dict("records"):
                shown = grid.set_index(grid.columns[0]).loc[row["row"], row["column"]]
                wanted = row["compound_id"]
                if wants and wanted not in ("", "DMSO"):
                    wanted += f" {row['concentration_uM']} uM"
                assert shown == wanted


@pytest.mark.parametrize(
    ("wants", "amount"),
    [
        ({}, "40"),
        ({"amount": 100.0}, "100"),
        ({"amount": 15.0}, "40"),
        ({"source_volume_ul": 33.0}, "40"),
        ({"source_volume_ul": 17.0, "points": 3, "replicates": 4, "top_uM": 50.0}, "20"),
    ],
)
def test_as_much_is_ordered_as_the_plates_need(
    tmp_path: Path, make_hits: Any, kinase: Screen, wants: dict[str, Any], amount: str
) -> None:
    write(tmp_path, make_hits(5), kinase, **wants)
    order = read(tmp_path, "order")
    assert set(order["unit"]) == {"uL"}
    assert set(order["amount"]) == {amount}
    sources = read(tmp_path, "source_plates").query("content == 'compound' and level == '0'")
    filled = sources.astype({"volume_ul": float}).groupby("compound_id")["volume_ul"].sum()
    needed = order.astype({"needed_ul": float}).set_index("compound_id")["needed_ul"]
    assert (filled.sort_index() == needed.sort_index()).all()
    assert (needed <= float(amount)).all()


def test_a_solid_is_ordered_by_weight(tmp_path: Path, make_hits: Any, kinase: Screen) -> None:
    hits = make_hits(20)
    write(tmp_path, hits, kinase, unit="mg", stock_mM=100.0, source_volume_ul=60.0)
    order = read(tmp_path, "order").astype({"amount": float})
    exact = hits.frame["mw"].to_numpy() * 100 * 60 / 1e6  # g/mol x mM x uL = 1e-6 mg
    assert ((order["amount"] >= exact) & (order["amount"] < exact + 1)).all()
    assert order["amount"].nunique() > 1
    assert list(order["smiles"]) == [cells["smiles"] for cells in hits.table.records()]


def test_decisions_are_written_into_an_order_and_change_nothing_else(
    tmp_path: Path, make_hits: Any, kinase: Screen
) -> None:
    extra = [{"=cmd": text, "decision": text} for text in HOSTILE]
    write(tmp_path, make_hits(len(HOSTILE), HOSTILE, extra), kinase)
    path, plain = tmp_path / "lab" / "order.csv", read(tmp_path, "order")
    before = path.read_bytes()
    assert set(plain["decision"]) == set(plain["decision_comment"]) == {""}
    write_decisions(path, {"2": ("no", "=1+1"), "3": ("order", "")})
    order = read(tmp_path, "order")
    assert order["decision"].tolist()[:4] == ["", "no", "order", ""]
    assert order["decision_comment"].tolist()[:3] == ["", "'=1+1", ""]
    others = [name for name in order.columns if not name.startswith("decision")]
    assert order[others].equals(plain[others])
    write_decisions(path, {})
    assert path.read_bytes() == before


def test_an_order_tells_the_reason_and_the_domain(
    tmp_path: Path, make_hits: Any, kinase: Screen
) -> None:
    hits = make_hits(3)
    far = (Outside("activity", 0.8, 0.6),)
    table = hits.table._replace(outsides=(far, (), far * 2))
    write(tmp_path, hits._replace(table=table), kinase)
    order = read(tmp_path, "order")
    assert list(order.columns[-2:]) == ["domain", "reason"]
    told = "outside activity's domain (distance 0.80, limit 0.60)"
    assert order["domain"].tolist() == [told, "", f"{told}; {told}"]
    assert [unescape_cell(text) for text in order["reason"]] == [
        cells["reason"] for cells in table.records()
    ]


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({}, "positive control: none named ([lab] reference)"),
        ({"reference": "erlotinib"}, "erlotinib"),
    ],
)
def test_a_positive_control_without_a_name_says_where_to_name_it(
    settings: dict[str, str], text: str, tmp_path: Path, make_hits: Any, kinase: Screen
) -> None:
    write(tmp_path, make_hits(3), kinase, **settings)
    plates, sources = read(tmp_path, "plates"), read(tmp_path, "source_plates")
    assert set(plates[plates["role"] == "positive control"]["compound_id"]) == {text}
    assert set(sources[sources["content"] == "reference"]["compound_id"]) == {text}
    assert text in read(tmp_path, "plate_1").to_numpy()
