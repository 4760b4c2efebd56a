"""Lists of tested, owned and wanted compounds, held against a prepared library."""

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from distributed import Client

from chem.errors import InputError
from chem.library.read import Library, open_library
from chem.structure.standardize import Standardized, standardize
from screening.objective.screen_settings import Screen
from screening.prepare.prepare import prepare_library
from screening.prepare.prepared import Prepared
from screening.runs.plan import find_library
from screening.select.list_matches import ListMatches, match_lists
from screening.select.lists import CompoundList, plan_lists, prepare_lists
from screening.select.selection_report import describe_lists
from screening.storage.store import Store

LIBRARY = [
    ("007", "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"),  # 1: gefitinib
    ("8", "C#Cc1cccc(Nc2ncnc3cc(OCCOC)c(OCCOC)cc23)c1.Cl"),  # 2: erlotinib's salt
    ("9", "CC(=O)Oc1ccccc1C(=O)O"),  # 3
    ("bad", "CCQ"),  # 4
    ("again", "OC(=O)c1ccccc1OC(C)=O"),  # 5: a duplicate of row 3
    ("L", "C[C@H](N)C(=O)O"),  # 6
    ("D", "C[C@@H](N)C(=O)O"),  # 7
    ("row8", "CC(C)Cc1ccc(cc1)C(C)C(=O)O"),  # 8
    ("9", "Oc1ccccn1"),  # 9: another compound of the same id
]
ERLOTINIB = "C#Cc1cccc(Nc2ncnc3cc(OCCOC)c(OCCOC)cc23)c1"


@pytest.fixture(scope="module")
def library(
    tmp_path_factory: pytest.TempPathFactory,
    write_library: Callable[[Path, Sequence[tuple[str, str]]], Path],
) -> Library:
    folder = tmp_path_factory.mktemp("library")
    return open_library(write_library(folder / "library.csv", LIBRARY))


@pytest.fixture(scope="module")
def prepared(library: Library, lone: Client, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepare_library(library, tmp_path_factory.mktemp("prepared"), lone, 4)


def make_screen(**selection: Any) -> Screen:
    return Screen.model_validate(
        {
            "name": "lists",
            "title": "t",
            "library": "l",
            "bundles": ["a"],
            "hits": 10,
            "primary": [{"task": "a_X", "zero": 0.0, "full": 10.0}],
            "selection": selection,
        }
    )


Mark = Callable[..., ListMatches]


@pytest.fixture
def mark(
    library: Library,
    prepared: Prepared,
    lone: Client,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Mark:
    monkeypatch.setenv("HITLIST_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)

    def make(hits: int = 10, root: Store | None = None, **selection: Any) -> ListMatches:
        lists = plan_lists(make_screen(**selection), library.extra_columns, root, find_library)
        prepare_lists(lists, lone)
        return match_lists(prepared, lists, hits)

    return make


@pytest.mark.parametrize(
    ("listed", "rows"),
    [
        (ERLOTINIB, [2]),  # without its counter-ion
        (ERLOTINIB + ".OS(=O)(=O)O", [2]),  # with another
        ("[Na+].CC(=O)Oc1ccccc1C(=O)[O-]", [3]),  # the first row of a duplicate
        ("C[C@H](N)C(=O)O", [6]),  # one isomer of two
        ("CC(N)C(=O)O", []),  # neither of them
        ("C[C@H]([NH3+])C(=O)[O-]", [6]),  # as a zwitterion
        ("[2H]C(N)C(=O)O", []),
        ("CCQ", []),
        ("c1ccncc1", []),
    ],
)
def test_compounds_are_the_same_by_standardized_structure(
    mark: Mark, tmp_path: Path, listed: str, rows: list[int]
) -> None:
    (tmp_path / "owned.smi").write_text(f"{listed} 007\n")
    found = mark(exclude=["owned.smi"])
    assert found.excluded.tolist() == rows  # the id of row 1 is not asked for
    assert set(found.exclusions(range(1, 10)).values()) <= {"excluded: owned.smi"}
    assert found.lists[0]["unreadable"] == (listed == "CCQ")
    assert found.lists[0]["in_library"] == len(rows)


def test_a_list_is_compared_by_registration_key(mark: Mark, tmp_path: Path) -> None:
    """Of two drawings of one compound: whether they are one is the key's to say."""
    listed, own = "O=c1cccc[nH]1", LIBRARY[8][1]
    one = {_key(listed), _key(own)}
    (tmp_path / "owned.smi").write_text(f"{listed} x\n")
    assert mark(exclude=["owned.smi"]).excluded.tolist() == ([9] if len(one) == 1 else [])


def _key(smiles: str) -> str:
    found = standardize(smiles, "smiles")
    assert isinstance(found, Standardized)
    return found.key


@pytest.mark.parametrize(
    ("listed", "count"),
    [
        ("CC(N)C(=O)O", 1),  # flat, of two enantiomers that the library has
        ("C[C@H](N)C(=O)O", 0),  # one of them
        ("CC(N)C(=O)O.Cl", 1),
        ("C[C@H](Cc1ccc(CC(C)C)cc1)C(=O)O", 0),  # another compound of the same atoms as row 8
        ("CC(C)Cc1ccc(cc1)[C@H](C)C(=O)O", 1),  # an enantiomer of what the library has flat
        ("CC(C)Cc1ccc(cc1)[C@@H](C)C(=O)[O-].[Na+]", 1),
        ("[2H]C([2H])([2H])C(N)C(=O)O", 0),  # isotopes are something else
        ("CCQ", 0),
    ],
)
def test_what_differs_in_stereochemistry_alone_is_counted(
    mark: Mark, tmp_path: Path, listed: str, count: int
) -> None:
    (tmp_path / "owned.smi").write_text(f"{listed} x\nc1ccncc1 other\n")
    found = mark(exclude=["owned.smi"])
    assert found.lists[0]["other_stereo"] == count
    lines = describe_lists(found.lists)
    assert lines[0] == "owned.smi: ids are the texts after the SMILES in each line"
    assert [line.split(" differ")[0] for line in lines[1:]] == ["1 of owned.smi"] * count


def test_the_library_is_read_once_for_what_lists_leave(
    mark: Mark, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Structures of the library are read for entries that it lacks alone, once for all lists."""
    read: list[str] = []
    whole = Store.read_table

    def spy(
        self: Store, name: str, columns: Sequence[str] | None = None, if_there: bool = False
    ) -> pa.Table:
        if columns and "smiles" in columns and "detail" not in columns:
            read.append(name)
        return whole(self, name, columns, if_there)

    monkeypatch.setattr(Store, "read_table", spy)
    (tmp_path / "a.smi").write_text(f"{ERLOTINIB} x\n")
    (tmp_path / "b.smi").write_text("C[C@H](N)C(=O)O L\n")
    assert [one["other_stereo"] for one in mark(exclude=["a.smi", "b.smi"]).lists] == [0, 0]
    assert read == []
    (tmp_path / "c.smi").write_text("CC(N)C(=O)O flat\nC[C@H](N)C(=O)O L\n")
    (tmp_path / "d.smi").write_text("CC(C)Cc1ccc(cc1)[C@H](C)C(=O)O S\nCC(N)C(=O)O flat\n")
    found = mark(exclude=["a.smi", "c.smi", "007", "d.smi"])
    told = [one.get("other_stereo") for one in sorted(found.lists, key=lambda x: str(x["name"]))]
    assert told == [0, 1, 2, None]
    assert len(read) == len(set(read)) > 0


@pytest.mark.parametrize("name", ["owned.csv", "owned.tsv", "owned.txt", "owned.csv.gz"])
def test_a_table_without_structures_is_a_list_of_ids(mark: Mark, tmp_path: Path, name: str) -> None:
    text = "Compound ID\tnote\n007\tx\nagain\t\nno such\t\n\t\n9\t\n".replace(
        "\t", "," if "csv" in name else "\t"
    )
    content = text.encode()
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    found = mark(exclude=[name])
    assert found.excluded.tolist() == [1, 3, 9]  # both compounds called 9, and again's first
    assert found.lists[0] == {
        "role": "exclude",
        "name": name,
        "compounds": 4,
        "unreadable": 0,
        "in_library": 3,
        "reading": ['ids from column "Compound ID"'],
    }


def test_ids_are_text_to_the_letter(mark: Mark) -> None:
    assert mark(exclude=["007", "row8"]).excluded.tolist() == [1, 8]
    with pytest.raises(InputError, match=r"^excluded compound 7 is not among the accepted"):
        mark(exclude=["7"])


def test_the_first_list_names_the_reason_and_a_control_is_not_excluded(
    mark: Mark, tmp_path: Path
) -> None:
    (tmp_path / "a.smi").write_text(f"{ERLOTINIB} x\nCC(=O)Oc1ccccc1C(=O)O y\n")
    (tmp_path / "b.smi").write_text(f"{ERLOTINIB} x\nC[C@H](N)C(=O)O z\n")
    found = mark(exclude=["a.smi", "b.smi", "8"], include=["again"])
    assert found.exclusions([1, 2, 3, 6]) == {2: "excluded: a.smi", 6: "excluded: b.smi"}
    assert found.controls.tolist() == [3]
    assert found.are_controls([1, 3]) == [False, True]
    assert found.reasons == ("excluded: a.smi", "excluded: b.smi", "excluded: ids of the screen")


def test_controls_come_from_files_too(mark: Mark, tmp_path: Path) -> None:
    (tmp_path / "controls.smi").write_text(f"{ERLOTINIB} reference\n")
    assert mark(include=["controls.smi", "D"]).controls.tolist() == [2, 7]


@pytest.mark.parametrize(
    ("controls", "words"),
    [
        (["nobody"], ["control nobody is not among", "add it to the library"]),
        (["bad"], ["control bad is not among the accepted compounds of library.csv"]),
        (["c.smi"], ["control water of c.smi is not among"]),
        (["u.smi"], ["control odd of u.smi cannot be read", "correct its structure"]),
        (["a", "b", "c", "d"], ["control a, b, c, ... (4 in all)"]),
    ],
)
def test_a_control_that_the_library_lacks_is_told(
    mark: Mark, tmp_path: Path, controls: list[str], words: list[str]
) -> None:
    (tmp_path / "c.smi").write_text("CCCCCCO water\n")
    (tmp_path / "u.smi").write_text("CCQ odd\n")
    with pytest.raises(InputError) as caught:
        mark(include=controls)
    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def test_more_controls_than_hits_are_told(mark: Mark) -> None:
    with pytest.raises(InputError, match="there are 2 controls to include, but only 1 hit in all"):
        mark(hits=1, include=["L", "D"])


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        ({"exclude": ["no.csv"]}, ["no.csv", "no such file"]),
        ({"include": ["empty.csv"]}, ["empty.csv", "empty file"]),
        ({"exclude": ["two.csv"]}, ["two.csv", "match equally"]),
        ({"exclude": ["odd.csv"]}, ["odd.csv", "found no SMILES column among 'colour'"]),
        (
            {"budget": 5, "price_column": "price"},
            ['no column "price"', 'did you mean "Price"', "its own columns: Price"],
        ),
        ({"budget": 5, "price_column": "smiles"}, ['no column "smiles"']),
    ],
)
def test_what_cannot_be_read_is_told_before_any_work(
    mark: Mark, tmp_path: Path, selection: dict[str, Any], words: list[str]
) -> None:
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "two.csv").write_text("smiles,SMILES\nC,CC\n")
    (tmp_path / "odd.csv").write_text("colour\nred\n")
    with pytest.raises(InputError) as caught:
        mark(**selection)
    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def test_a_list_is_prepared_where_workers_see_it(
    mark: Mark, library: Library, tmp_path: Path
) -> None:
    (tmp_path / "owned.smi").write_text(f"{ERLOTINIB} x\n")
    root = Store(tmp_path / "shelf")
    root.check()
    assert mark(root=root, exclude=["owned.smi"]).excluded.tolist() == [2]
    assert list((tmp_path / "shelf").rglob("part-*.parquet"))


def test_a_screen_without_a_selection_has_no_lists(library: Library, prepared: Prepared) -> None:
    plain = make_screen().changed(selection=None)
    lists: tuple[CompoundList, ...] = plan_lists(plain, library.extra_columns, None, find_library)
    assert lists == ()
    marks = match_lists(prepared, lists, 10)
    assert marks.exclusions([1, 2]) == {}
    assert marks.are_controls(np.array([1]).tolist()) == [False]


def test_nothing_may_be_included_but_not_excluded(mark: Mark, tmp_path: Path) -> None:
    """An empty list of compounds to exclude may have lost its rows."""
    Path("repeat.csv").write_text("compound_id,smiles\n")
    found = mark(include=["repeat.csv"])
    assert not len(found.controls)
    assert "repeat.csv: it lists no compound" in describe_lists(found.lists)
    with pytest.raises(InputError, match="found no compounds, expected at least one"):
        mark(exclude=["repeat.csv"])
