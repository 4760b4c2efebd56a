"""A decision is about a hit of one library: an ID alone hides no compound of another one."""

import csv
import shutil

import pytest

from chem.structure.inchi_key import inchi_key
from screening.decided import earlier_hits
from screening.decided.recall import recall_decided
from screening.objective.screen_file import load_screen
from screening.runs.past_run import open_run
from screening.runs.runfolder import SCREEN
from screening.runs.write_run import Outcome
from screening.select.selection_report import describe_lists
from tests.screening.changes.conftest import (
    Rows,
    nights,  # noqa: F401 - a fixture
    ranked,
)
from tests.screening.changes.test_since_last_run import Mornings
from tests.screening.decided.test_recall import (
    HIDES,
    TODAY,
    mornings,  # noqa: F401 - a fixture
    reason_of,
)


class Other:
    """Screens another library into the same folder of runs."""

    def __init__(self, made: Mornings, name: str, rows: Rows) -> None:
        self.mornings, self.path, self.rows = made, made.folder / name, rows

    def run(self, night: str) -> Outcome:
        with self.path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["compound_id", "smiles", "Price"])
            writer.writerows([name, *cells] for name, cells in self.rows.items())
        return self.mornings.run(night, library=str(self.path), **HIDES)


def fact(outcome: Outcome) -> dict[str, int]:
    assert outcome.manifest.selection is not None
    found = outcome.manifest.selection.lists[-1]
    return {name: found[name] for name in ("hidden", "other_compound", "absent")}


def told(outcome: Outcome) -> list[str]:
    assert outcome.manifest.selection is not None
    return describe_lists(outcome.manifest.selection.lists)


def swapped(rows: Rows, one: str, other: str) -> Rows:
    """Return a library in which two compounds have each other's IDs."""
    return {**rows, one: rows[other], other: rows[one]}


@pytest.mark.parametrize("date", [TODAY, ""])
def test_an_id_of_another_library_hides_only_the_compound_that_it_had(
    mornings: Mornings,  # noqa: F811 - the fixture
    date: str,
) -> None:
    one, other = ranked(mornings.run("a-1", **HIDES).folder)[:2]
    mornings.decide(f"{one},,no,,{date},")
    b = Other(mornings, "b.csv", swapped(mornings.rows, one, other))
    for night in ("b-1", "b-2"):  # also when its own runs have the ID as a hit
        outcome = b.run(night)
        names = ranked(outcome.folder)
        assert (one in names, other in names) == (True, False)
        assert fact(outcome) == {"hidden": 1, "other_compound": 0, "absent": 0}
    # What is known of the other library is passed on.
    shutil.rmtree(mornings.folder / "runs" / "a-1")
    del b.rows[other]
    outcome = b.run("b-3")
    assert one in ranked(outcome.folder)
    assert fact(outcome) == {"hidden": 0, "other_compound": 1, "absent": 0}
    line = "1 decision about another compound than the library has under the ID: not hidden"
    assert f"decisions.csv: {line}" in told(outcome)


def test_an_id_with_an_inchikey_is_about_the_hit_that_has_both(
    mornings: Mornings,  # noqa: F811 - the fixture
) -> None:
    first = mornings.run("a-1", **HIDES)
    one, other = ranked(first.folder)[:2]
    key = inchi_key(first.table.records()[0]["smiles"])
    b = Other(mornings, "b.csv", swapped(mornings.rows, one, other))
    b.run("b-1")  # before the decision, so that its hit has the ID, too
    mornings.decide(f"{one},{key},no,,{TODAY},")
    names = ranked(b.run("b-2").folder)
    assert (one in names, other in names) == (True, False)
    assert one not in ranked(mornings.run("a-2", **HIDES).folder)


def test_compounds_under_new_ids_are_found_and_those_found_nowhere_are_counted(
    mornings: Mornings,  # noqa: F811 - the fixture
) -> None:
    first = mornings.run("a-1", **HIDES)
    cells = first.table.records()[0]
    mornings.decide(
        f"{cells['compound_id']},{inchi_key(cells['smiles'])},no,,{TODAY},",
        f"GONE-1,{inchi_key('C')},no,,{TODAY},",
        f"GONE-2,,no,,{TODAY},",
    )
    b = Other(mornings, "b.csv", {f"B-{name}": of for name, of in mornings.rows.items()})
    outcome = b.run("b-1")
    assert f"B-{cells['compound_id']}" not in ranked(outcome.folder)
    assert fact(outcome) == {"hidden": 1, "other_compound": 0, "absent": 2}
    assert "decisions.csv: 2 decided compounds not in the library" in told(outcome)


def test_an_id_whose_compound_has_another_inchikey_is_counted(
    mornings: Mornings,  # noqa: F811 - the fixture
) -> None:
    name = next(iter(mornings.rows))
    mornings.decide(f"{name},{inchi_key('C')},no,,{TODAY},")
    assert fact(mornings.run("a-1", **HIDES)) == {"hidden": 0, "other_compound": 1, "absent": 0}


def test_prices_with_commas_are_compared(
    mornings: Mornings,  # noqa: F811 - the fixture
) -> None:
    mornings.rows = {name: (smiles, "150,00") for name, (smiles, _) in mornings.rows.items()}
    one, other = ranked(mornings.run("a-1", **HIDES).folder)[:2]
    mornings.decide(f"{one},,no,,{TODAY},", f"{other},,no,,{TODAY},")
    mornings.rows[one] = (mornings.rows[one][0], "90,00")
    mornings.rows[other] = (mornings.rows[other][0], "1.000")
    outcome = mornings.run("a-2", **HIDES)
    assert reason_of(outcome, one).startswith("shown again: price 150,00 → 90,00")
    assert other not in ranked(outcome.folder)


def test_inchikeys_are_computed_only_where_no_id_settles_a_line(
    mornings: Mornings,  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = mornings.run("a-1", **HIDES)
    records = first.table.records()
    for night in ("a-2", "a-3"):
        shutil.copytree(first.folder, first.folder.parent / night)
    out = first.folder.parent / "a-4"
    screen, bundles = load_screen(first.folder / SCREEN), open_run(first.folder).bundles
    asked: list[str] = []

    def count(smiles: str) -> str:
        asked.append(smiles)
        return inchi_key(smiles)

    monkeypatch.setattr(earlier_hits, "inchi_key", count)
    keys = [inchi_key(cells["smiles"]) for cells in records]
    mornings.decide(
        f"{records[0]['compound_id']},{keys[0]},no,,{TODAY},", f"{records[1]['compound_id']},,no,,,"
    )
    found = recall_decided(screen, out, ["Price"], bundles)
    assert found is not None
    assert [one.key for one in found.compounds] == [cells["key"] for cells in records[:2]]
    assert set(asked) == {records[0]["smiles"]}
    asked.clear()
    mornings.decide(f",{keys[2]},no,,{TODAY},", f",{inchi_key('C')},no,,{TODAY},")
    found = recall_decided(screen, out, ["Price"], bundles)
    assert found is not None
    assert [one.key for one in found.compounds] == [records[2]["key"]]
    assert found.unmatched == 1
    assert set(asked) == {cells["smiles"] for cells in records}
    # Each structure once, and again only for the hits that a line is about.
    assert len(asked) == len(records) + 3
