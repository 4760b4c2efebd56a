"""The mutants of a bundle's targets, fitted from a set into its card."""

from pathlib import Path

import numpy as np
import pytest

from chem.errors import InputError
from data.activities.activity import object_array
from data.public_sets.mutants import Mutant, MutantPairs
from gnn.assembly.mutants import MutantSet, read_mutant_set, with_mutants
from gnn.assembly.recipe_sets import describe_set
from gnn.card.card import Card
from tests.conftest import MakeBundle

SMILES = [
    *("CCO", "c1ccccc1O", "CC(=O)Nc1ccc(O)cc1", "Cn1cnc2c1c(=O)n(C)c(=O)n2C"),
    *("CC(C)Cc1ccc(cc1)C(C)C(=O)O", "CCCCCCCC", "NS(=O)(=O)c1ccccc1", "C1CCNCC1"),
]


@pytest.fixture
def card(make_bundle: MakeBundle, tmp_path: Path) -> Card:
    found = make_bundle(tmp_path, tasks=(("JAK1", "r"), ("EGFR", "r"), ("herg", "c"))).card
    proteins = {"JAK1": "P23458", "EGFR": "P00533"}
    tasks = [
        task.model_copy(update={"uniprot": proteins.get(task.name, "")}) for task in found.tasks
    ]
    return found.model_copy(update={"tasks": tuple(tasks)})


def mutant_set(bound: int = 8) -> MutantSet:
    """Make values of an EGFR, a KIT and a JAK1 mutant, the last of three compounds that bind."""
    draw = np.random.default_rng(0)
    wild = np.full((8, 3), 5.0)
    wild[:bound, :2] = draw.uniform(6, 9, (bound, 1))
    wild[:3, 2] = 7.0
    mutants = (
        Mutant("EGFR", "P00533", "T790M"),
        Mutant("KIT", "P10721", "D816V"),
        Mutant("JAK1", "P23458", "V658F"),
    )
    binds = wild > 5
    shifted = np.maximum(wild - 0.4 * (wild - 5) + 0.2 * binds * draw.standard_normal((8, 3)), 5)
    pairs = MutantPairs(mutants, object_array(SMILES), wild, shifted, 5.0, ("left out: GCN2",))
    return MutantSet(pairs, describe_set("kinase_mutants"))


def test_mutants_of_the_tasks_are_in_the_card(card: Card) -> None:
    found = with_mutants(card, mutant_set())
    assert found.mutants is not None
    few, many = found.mutants.mutants  # in the order of the tasks
    assert (few.name, few.compounds) == ("JAK1 V658F", 3)
    assert few.numbers is None
    assert (many.name, many.compounds) == ("EGFR T790M", 8)
    assert many.numbers is not None
    assert many.numbers.slope == pytest.approx(-0.4, abs=0.15)
    assert many.numbers.error < many.numbers.wild_error
    assert (found.mutants.compounds, found.mutants.series, found.mutants.floor) == (8, 8, 5.0)
    assert found.data[-1]["name"] == found.mutants.source == "kinase_mutants"
    assert Card.model_validate_json(found.model_dump_json()) == found


def test_what_is_left_out_is_told(card: Card) -> None:
    notes = with_mutants(card, mutant_set()).notes
    assert "left out: GCN2" in notes
    assert any(note.startswith("kinase_mutants: mutants are fitted to it") for note in notes)
    assert any("1 mutant of proteins without a task left out: KIT" in note for note in notes)


def test_without_compounds_a_card_has_no_mutants(card: Card) -> None:
    found = with_mutants(card, mutant_set(bound=2))
    assert found.mutants is None
    assert found.data == card.data
    assert "kinase_mutants: too few compounds for any mutant of a task" in found.notes


def test_a_mutant_of_no_task_is_refused(card: Card) -> None:
    found = with_mutants(card, mutant_set())
    raw = found.model_dump(mode="json")
    raw["mutants"]["mutants"][0]["task"] = "KIT"
    with pytest.raises(ValueError, match="KIT V658F is a mutant of no task"):
        Card.model_validate(raw)


def test_a_recipe_without_mutants_reads_none() -> None:
    assert read_mutant_set(None) is None
    with pytest.raises(InputError, match="kind library"):
        read_mutant_set("zinc_leadlike")
