"""decisions.csv: read strictly, found by ID and by InChIKey, and no line of it lost."""

from pathlib import Path

import pytest

from chem.errors import InputError
from screening.changes.decisions import DECISIONS, Decision, find_decisions, read_decisions
from screening.objective.screen_settings import Screen

ASPIRIN, KEY = "CC(=O)Oc1ccccc1C(=O)O", "BSYNRYMUTXBXSQ-UHFFFAOYSA-N"


@pytest.fixture
def screen() -> Screen:
    return Screen.model_validate(
        {
            "name": "small",
            "title": "Small",
            "library": "library.csv",
            "bundles": ["bundle"],
            "primary": [{"task": "small_EGFR", "zero": 5.0, "full": 8.0}],
        }
    )


def written(folder: Path, text: str) -> Path:
    path = folder / DECISIONS
    path.write_bytes(text.encode())
    return path


def test_a_compound_is_found_by_its_id_or_its_inchikey(tmp_path: Path) -> None:
    text = (
        "inchikey,compound_id,decision,comment,date,by\n"
        f'{KEY},,ORDER,"two\nlines, quoted",2026-01-31,AB\n'
        ",007,no,,,\n\n,7,later,,,CD\n"
    )
    found = read_decisions(written(tmp_path, text))
    assert found.of("x", ASPIRIN) == Decision(
        "", KEY, "order", "two lines, quoted", "2026-01-31", "AB"
    )
    by_id = found.of("007", "CCO")
    assert by_id is not None
    assert by_id.decision == "no"
    assert found.of("07", "CCO") is None
    assert [one.named for one in found.unused()] == ["7"]
    assert found.summary() == [
        "decisions about these hits: 1 order, 1 no",
        "1 decision about IDs found nowhere: 7; check the ID",
    ]


@pytest.mark.parametrize(
    ("date", "by", "comment", "told"),
    [
        ("", "", "", ""),
        ("", "", "cheap", "cheap"),
        ("2026-01-31", "", "", "(2026-01-31)"),
        ("2026-01-31", "AB", "cheap", "cheap (AB, 2026-01-31)"),
    ],
)
def test_a_decision_is_told_with_what_is_known(date: str, by: str, comment: str, told: str) -> None:
    assert Decision("A", "", "no", comment, date, by).told_of("B") == told


@pytest.mark.parametrize(
    "text",
    [
        "compound_id,decision\nA,no\n",
        "\ufeffcompound_id;decision\r\nA;no\r\n",
        "Decision\tCompound_ID\nNo\tA\n",
        "compound_id,decision\nA,no\nA,no",
        "compound_id,decision,date\nA,order,2026-01-30\nA,no,2026-01-31\n",
        "compound_id,decision,date\nA,no,2026-01-31\nA,order,2026-01-30\n",
        f"compound_id,inchikey,decision\nA,,no\n,{KEY},no\n",
        f"inchikey,compound_id,decision,date\n{KEY},,no,2026-01-31\n,A,order,2026-01-30\n",
        f"inchikey,compound_id,decision,date\n{KEY},A,no,2026-01-31\n,A,order,2026-01-30\n",
        f"inchikey,compound_id,decision,date\n{KEY},B,no,2026-01-31\n{KEY},A,order,2026-01-30\n",
        "compound_id,decision,date\nA,order,2026-01-01\nA,later,2026-01-01\nA,no,2026-01-02\n",
    ],
)
def test_forms_of_the_file(text: str, tmp_path: Path) -> None:
    found = read_decisions(written(tmp_path, text))
    decision = found.of("A", ASPIRIN)
    assert decision is not None
    assert decision.decision == "no"
    assert found.unused() in ([], [one for one in found.lines if one.compound_id == "B"])
    assert found.summary()[0] == "decisions about these hits: 1 no"


@pytest.mark.parametrize("date", ["", "2026-01-31"])
def test_an_id_and_an_inchikey_of_one_compound_may_contradict(date: str, tmp_path: Path) -> None:
    text = f"compound_id,inchikey,decision,date\nA,,order,{date}\n\n,{KEY},no,{date}\n"
    path = written(tmp_path, text)
    found = read_decisions(path)
    assert found.of("A", "CCO") is not None  # another compound
    with pytest.raises(InputError, match=rf"^{path}, lines 2 and 4: found order and no for"):
        found.of("A", ASPIRIN)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "found the columns none, expected decision, and compound_id or inchikey"),
        ("decision\nno\n", "found the columns decision, expected"),
        ("compound_id,decison\nA,no\n", "unknown column 'decison'; did you mean decision?"),
        ("compound_id,decision,decision\nA,no,no\n", "the column decision is there twice"),
        ("compound_id,decision\nA,ordr\n", "line 2: found the decision 'ordr', .* mean order"),
        ("compound_id,decision\nA,\n", "line 2: found the decision ''"),
        ("compound_id,decision\n,no\n", "line 2: names no compound"),
        ("inchikey,decision\nBSYN,no\n", "line 2: found the inchikey 'BSYN', expected one such"),
        ("compound_id,decision,comment\nA,no,a,b\n", "line 2: found 4 cells, .* has a comma"),
        ("compound_id,decision,date\nA,no,31.1.2026\n", "line 2: found the date '31.1.2026'"),
        ("compound_id,decision,date\nA,no,2026-02-30\n", "line 2: found the date '2026-02-30'"),
        (f"compound_id,decision,comment\nA,no,{'x' * 501}\n", "a comment of 501 characters"),
        ("compound_id,decision\nA,no\n\nA,order\n", "lines 2 and 4: found no and order for A"),
        (
            f"compound_id,inchikey,decision\nA,,no\nA,{KEY},order\n",
            "lines 2 and 3: found no and order for A",
        ),
        (
            f"compound_id,inchikey,decision\nA,{KEY},no\nB,{KEY},order\n",
            "lines 2 and 3: found no and order for B",
        ),
        (
            "compound_id,decision,date\nA,no,2026-01-31\nA,order,2026-01-31\n",
            "lines 2 and 3: found no and order for A",
        ),
        ("compound_id,decision,date\nA,no,2026-01-31\nA,order,\n", "lines 2 and 3: found no and"),
        ('compound_id,decision\nA,"no\n', "is not a table"),
    ],
)
def test_a_mistake_is_one_line(text: str, words: str, tmp_path: Path) -> None:
    path = written(tmp_path, text)
    with pytest.raises(InputError, match=rf"^{path}[^\n]*{words}[^\n]*$"):
        read_decisions(path)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / DECISIONS
    path.write_bytes("compound_id,decision,comment\nA,no,für\n".encode("latin-1"))
    with pytest.raises(InputError, match="is not text in UTF-8"):
        read_decisions(path)


def test_where_the_file_is(screen: Screen, tmp_path: Path) -> None:
    run = tmp_path / "runs" / "night"
    run.mkdir(parents=True)
    assert find_decisions(run, screen).lines == ()
    written(run.parent, "compound_id,decision\nA,no\n")
    assert len(find_decisions(run, screen).lines) == 1
    named = screen.changed(decisions=str(tmp_path / "own.csv"))
    with pytest.raises(InputError, match=r"own\.csv: cannot be read \(No such file"):
        find_decisions(run, named)


def test_a_file_outside_the_roots_is_not_read(
    screen: Screen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "runs").mkdir()
    own = written(tmp_path, "compound_id,decision\nA,no\n")
    monkeypatch.setenv("HITLIST_ROOTS", str(tmp_path / "runs"))
    with pytest.raises(InputError, match="HITLIST_ROOTS"):
        find_decisions(tmp_path / "runs" / "night", screen.changed(decisions=str(own)))
