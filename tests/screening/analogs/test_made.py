"""Made analogs: new, easy to make, the same for every division of the library."""

from chem.assess.accessibility import accessibility
from chem.structure.standardize import Standardized, standardize
from screening.analogs.enumerated import ENUMERATED, common_substituents
from screening.analogs.found import Analog
from screening.analogs.made import NewMolecules, Wanted, evenly_spaced, make_analogs, read_sample
from screening.analogs.query import Query, make_query
from screening.analogs.reacted import REACTION
from screening.prepare.prepared_rows import hash_key
from tests.screening.analogs.conftest import Prepare


def key_of(smiles: str) -> bytes:
    found = standardize(smiles, "smiles")
    assert isinstance(found, Standardized)
    assert found.smiles == smiles
    return hash_key(found.key)


def test_made_analogs_do_not_depend_on_the_partitions(prepare: Prepare, query: Query) -> None:
    wanted = Wanted(enumerated=4, reactions=3)
    made, notes = make_analogs(prepare(25), query, [], wanted)
    assert (made, notes) == make_analogs(prepare(1000), query, [], wanted)
    kinds = [one.kinds for one in made]
    assert kinds.count((ENUMERATED,)) == 12
    assert kinds.count((REACTION,)) == 9
    keys = [key_of(one.smiles) for one in made]
    assert len(set(keys)) == len(keys)
    assert query.key not in keys


def test_what_is_known_or_hard_to_make_is_left_out(prepare: Prepare, query: Query) -> None:
    first, _ = make_analogs(prepare(25), query, [], Wanted(reactions=5))
    known = [Analog("c1", first[0].smiles, ("similar",), 0.5, "", "")]
    second, _ = make_analogs(prepare(25), query, known, Wanted(reactions=5))
    assert first[0].smiles not in {one.smiles for one in second}
    easy, _ = make_analogs(prepare(25), query, [], Wanted(reactions=5, hardest=2.5))
    assert all(score <= 2.5 for score in accessibility([one.smiles for one in easy]))


def test_what_gains_an_unstable_group_is_left_out(query: Query) -> None:
    is_wanted = NewMolecules(query, [], hardest=10)
    for smiles, wanted in (("COc1ccccc1CCO", True), ("COc1ccccc1CC(O)OC", False)):
        mol = standardize(smiles, "smiles")
        assert isinstance(mol, Standardized)
        assert is_wanted(mol) == wanted
    own = "OC1CCCCO1"
    of_a_hemiacetal = NewMolecules(make_query(own, key_of(own)), [], hardest=10)
    mol = standardize("CC1(O)CCCCO1", "smiles")
    assert isinstance(mol, Standardized)
    assert of_a_hemiacetal(mol)


def test_nothing_is_made_unless_it_is_wanted(prepare: Prepare, query: Query) -> None:
    assert make_analogs(prepare(25), query, [], Wanted()) == ([], [])


def test_a_hit_without_a_reaction_is_told(prepare: Prepare) -> None:
    smiles = "CCCCc1ccccc1"
    hit = make_query(smiles, key_of(smiles))
    made, notes = make_analogs(prepare(25), hit, [], Wanted(reactions=5))
    assert made == []
    assert notes == ["reaction: no reaction that is known here makes a bond of the hit"]


def test_substituents_do_not_depend_on_the_partitions(prepare: Prepare) -> None:
    samples = [[one.smiles for one in read_sample(prepare(size))] for size in (25, 1000)]
    assert samples[0] == samples[1]
    names = [text for text, _ in common_substituents(samples[0])]
    assert names[0] == "[*:1][H]"
    assert "C[*:1]" in names[:3]


def test_a_sample_is_evenly_spaced() -> None:
    assert evenly_spaced(range(3), 5) == [0, 1, 2]
    assert evenly_spaced([], 5) == []
    assert evenly_spaced(range(1, 101), 2) == [1, 100]
