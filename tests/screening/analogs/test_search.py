"""The search finds what a comparison of all molecules finds, however the library is divided."""

import numpy as np
from rdkit import Chem, DataStructs
from rdkit.Chem import rdFingerprintGenerator
from rdkit.Chem.Scaffolds import MurckoScaffold

from chem.analogs.changes import pair_change
from chem.analogs.side_chains import side_chains
from chem.assess.clusters import scaffold
from screening.analogs.found import Analog, find_analogs, read_records
from screening.analogs.query import Query, make_query
from screening.analogs.search import (
    KINDS,
    Candidates,
    having,
    is_indexed,
    read_index,
    search,
    tanimoto,
)
from screening.prepare.prepared import Prepared, index_file
from tests.screening.analogs.conftest import HIT, Prepare

LIMIT = 40


def found(prepared: Prepared, query: Query, limit: int = LIMIT) -> dict[str, list[Analog]]:
    analogs = find_analogs(prepared, query, search(prepared, query, 3000), limit).analogs
    return {kind: [one for one in analogs if kind in one.kinds] for kind in KINDS}


def everything(prepared: Prepared, query: Query) -> list[str]:
    """SMILES of all accepted compounds but the hit, one for each key."""
    records = read_records(prepared, range(1, prepared.rows + 1), query.key)
    return [one.smiles for one in records.values()]


def test_matched_pairs_are_those_of_a_comparison_of_all(prepare: Prepare) -> None:
    prepared = prepare(25)
    texts = everything(prepared, make_query(HIT, bytes(16)))
    for hit in [HIT, *texts[::12]]:
        query = make_query(hit, bytes(16))
        cuts = [place.cut for place in query.places]
        pairs = {text for text in texts if pair_change(cuts, text)[0]}
        assert {one.smiles for one in found(prepared, query)["matched_pair"]} == pairs
        if hit == HIT:  # all of its family but those with two changes
            assert len(pairs) == 7


def test_labelled_hydrogens_of_a_hit_are_no_places(prepare: Prepare) -> None:
    prepared = prepare(25)
    methoxy = HIT.replace("COc", "[2H]C([2H])([2H])Oc", 1)
    on_ring = HIT.replace("cc2nc", "c([2H])c2nc", 1)
    texts = everything(prepared, make_query(HIT, bytes(16)))
    for hit, change in ((methoxy, "[2H]C([2H])([2H])[*:1]>>C[*:1]"), (on_ring, "")):
        query = make_query(Chem.CanonSmiles(hit), bytes(16))
        assert all(place.cut.substituent != "[2H][*:1]" for place in query.places)
        pairs = {text for text in texts if pair_change([one.cut for one in query.places], text)[0]}
        matched = found(prepared, query)["matched_pair"]
        assert {one.smiles for one in matched} == pairs
        assert bool(change) == (change in {one.change for one in matched})


def test_every_matched_pair_has_the_core_of_the_hit(prepare: Prepare, query: Query) -> None:
    changes = {one.change for one in found(prepare(25), query)["matched_pair"]}
    assert {"Cl[*:1]>>[*:1][H]", "Cl[*:1]>>Br[*:1]", "[*:1][H]>>C[*:1]"} <= changes
    for one in found(prepare(25), query)["matched_pair"]:
        core = Chem.MolFromSmarts(one.core.replace("[*:1]", "*"))
        for text in (HIT, one.smiles):
            assert Chem.AddHs(Chem.MolFromSmiles(text)).HasSubstructMatch(core)


def test_substructures_and_hops_are_those_of_a_comparison_of_all(
    prepare: Prepare, query: Query
) -> None:
    prepared = prepare(25)
    texts = everything(prepared, query)
    core = MurckoScaffold.GetScaffoldForMol(Chem.MolFromSmiles(HIT))
    containing = {text for text in texts if Chem.MolFromSmiles(text).HasSubstructMatch(core)}
    hops = {
        text
        for text in texts
        if side_chains(text) == query.side_chains and scaffold(text) not in ("", query.scaffold)
    }
    kinds = found(prepared, query)
    assert {one.smiles for one in kinds["substructure"]} == containing
    assert {one.smiles for one in kinds["scaffold_hop"]} == hops
    assert len(containing) >= 4
    assert len(hops) == 2
    amides = make_query(HIT, bytes(16), "[#6]C(=O)N-C")
    pattern = Chem.MolFromSmarts("[#6]C(=O)N-C")
    with_amide = {text for text in texts if Chem.MolFromSmiles(text).HasSubstructMatch(pattern)}
    assert {one.smiles for one in found(prepared, amides)["substructure"]} == with_amide
    assert with_amide


def test_similarities_are_those_of_rdkit(prepare: Prepare, query: Query) -> None:
    prepared = prepare(25)
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
    own = generator.GetFingerprint(Chem.MolFromSmiles(HIT))
    texts = everything(prepared, query)
    prints = [generator.GetFingerprint(Chem.MolFromSmiles(text)) for text in texts]
    expected = sorted(DataStructs.BulkTanimotoSimilarity(own, prints), reverse=True)[:10]
    similar = found(prepared, query, 10)["similar"]
    assert sorted((one.similarity for one in similar), reverse=True) == expected


def test_what_is_hardly_similar_is_left_out_and_told(prepare: Prepare, query: Query) -> None:
    prepared = prepare(25)
    most = search(prepared, query, 3000)
    few, many = (find_analogs(prepared, query, most, limit) for limit in (3, 100))
    similar = [one for one in many.analogs if "similar" in one.kinds]
    assert 3 < len(similar) < 100
    assert min(one.similarity for one in similar) >= 0.3
    told = f"similar: {len(similar)} compounds with a similarity of 0.3 or more"
    assert [note for note in many.notes if note.startswith(told)]
    assert not [note for note in few.notes if note.startswith("similar")]


def test_the_division_of_the_library_changes_nothing(prepare: Prepare, query: Query) -> None:
    for most, limit in ((3000, LIMIT), (5, 3)):
        whole, parts = (
            find_analogs(one, query, search(one, query, most), limit)
            for one in (prepare(1000), prepare(25))
        )
        assert whole == parts
        assert len(whole.analogs) > 2


def test_the_hit_and_duplicates_are_left_out(prepare: Prepare) -> None:
    key = read_records(prepare(25), [61], bytes(16))[61].key
    query = make_query(HIT, key)
    for of_kind in found(prepare(25), query).values():
        smiles = [one.smiles for one in of_kind]
        assert HIT not in {Chem.CanonSmiles(text) for text in smiles}
        assert len(set(smiles)) == len(smiles)


def test_a_library_without_an_index_gives_the_same(prepare: Prepare, query: Query) -> None:
    indexed = prepare(30)
    before = find_analogs(indexed, query, search(indexed, query, 3000), LIMIT)
    assert is_indexed(indexed)
    for name in indexed.partitions:
        indexed.store.remove(index_file(name))
    assert not is_indexed(indexed)
    assert find_analogs(indexed, query, search(indexed, query, 3000), LIMIT) == before


def test_the_most_similar_candidates_are_kept_and_the_others_counted(
    prepare: Prepare, query: Query
) -> None:
    few = search(prepare(25), query, 4)["similar"]
    every = search(prepare(25), query, 1000)["similar"]
    assert isinstance(few, Candidates)
    assert few.rows.tolist() == every.rows[:4].tolist()
    assert few.every == every.every == len(every.rows)


def test_bits_that_all_are_there() -> None:
    words = np.random.default_rng(1).integers(0, 8, (200, 8), np.uint64)
    bits = np.array([0, 1, 0, 5, 0, 0, 2, 0], np.uint64)
    expected = np.flatnonzero(((words & bits) == bits).all(axis=1))
    assert having(words, bits).tolist() == expected.tolist()
    assert len(having(words, bits * np.uint64(0))) == 200


def test_tanimoto_of_bits(prepare: Prepare) -> None:
    prepared = prepare(1000)
    index = read_index(prepared, prepared.partitions[0], prepared.rows)
    unpacked = np.unpackbits(index.environments.view(np.uint8), axis=1).astype(int)
    shared = unpacked @ unpacked[3]
    expected = shared / np.maximum(unpacked.sum(1) + unpacked[3].sum() - shared, 1)
    np.testing.assert_allclose(tanimoto(index.environments, index.environments[3]), expected, 1e-6)
