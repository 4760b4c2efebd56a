import pytest

from chem.assess.alerts import SOURCES, Alert
from chem.assess.costly_properties import COSTLY, CostlyProperties, compute_costly_properties
from chem.errors import InputError
from chem.structure.standardize import Standardized, standardize


@pytest.mark.parametrize(
    ("smiles", "published"),
    [
        ("N=C(CCSCc1csc(N=C(N)N)n1)NS(N)(=O)=O", 0.253),
        ("CNC(=NCCSCc1nc[nH]c1C)NC#N", 0.234),
        ("CCCCCNC(=N)NN=Cc1c[nH]c2ccc(CO)cc12", 0.234),
    ],
)
def test_qed_is_as_in_the_authors_program(smiles: str, published: float) -> None:
    assert compute_costly_properties([smiles])[0].qed == pytest.approx(published, abs=0.001)


def test_numbers_count_the_alerts_of_each_source() -> None:
    alerts = (Alert("PAINS", "a"), Alert("BRENK", "b"), Alert("BRENK", "c"), Alert("KAZIUS", "d"))
    found = CostlyProperties(0.25, alerts)
    assert {name: found.number(name) for name in COSTLY} == {
        "qed": 0.25,
        "alerts": 4,
        "pains": 1,
        "brenk": 2,
        "nih": 0,
        "kazius": 1,
    }
    assert list(COSTLY) == ["qed", "alerts", *map(str.lower, SOURCES)]


def test_each_molecule_has_its_own_answer() -> None:
    both = ["CCc1ccc(O)c(O)c1", "CCO"]
    first, second = compute_costly_properties(both)
    assert compute_costly_properties(both[::-1]) == [second, first]
    assert first.number("pains") == 1
    assert second.alerts == ()
    assert compute_costly_properties([]) == []


def test_every_odd_molecule_has_a_drug_likeness(odd: tuple[str, ...]) -> None:
    made = [standardize(smiles, "smiles") for smiles in odd]
    readable = [one.smiles for one in made if isinstance(one, Standardized)]
    assert len(readable) > 60
    assert all(0 < found.qed < 1 for found in compute_costly_properties(readable))


def test_an_unreadable_smiles_is_refused() -> None:
    with pytest.raises(InputError, match="'CCQ'"):
        compute_costly_properties(["CCO", "CCQ"])
