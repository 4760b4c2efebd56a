"""The measured compounds beside a hit: of the shipped kinase bundle, and of one of our own."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem, DataStructs
from rdkit.Chem import rdFingerprintGenerator

from chem.errors import InputError
from chem.features.fingerprints import WORDS, Bits, morgan_bits
from chem.structure.standardize import Standardized, standardize
from data.activities.activity import ActivityTable, Task, object_array
from gnn.bundle.bundle import Bundle, load_bundle
from gnn.bundle.find_bundle import SHIPPED, read_card
from gnn.bundle.measured_compounds import FILE, MeasuredCompounds, save_measured_compounds
from gnn.errors import ModelError
from screening.evidence import neighbours
from screening.evidence.evidence import BUT_STEREO, ITSELF
from screening.evidence.neighbours import CurrentStructure, Same, SameMeasured, nearest_measured
from screening.storage import shared_rows
from screening.storage.shared_rows import SharedRows, add_rows, hash_texts, open_rows
from screening.storage.store import Store

GEFITINIB = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"
STAUROSPORINE_LIKE = "O=C1NCc2c1c1c3ccccc3[nH]c1c1[nH]c3ccccc3c21"
EGFR_OF_GEFITINIB = [
    ("STNFCUFBMSVMBL-UHFFFAOYSA-N", 0.92, "=", 7.303),
    ("JACDFLVHUYYSBS-UHFFFAOYSA-N", 0.86, "=", 6.316),
    ("VSKQQUAAWOVMOQ-UHFFFAOYSA-N", 0.86, "=", 9.0),
]
"""As the training file has them; gefitinib's own value on EGFR is among the rows held back."""
ANILINOQUINAZOLINE = "c1ccccc1Nc1ncnc2ccccc12"
MakeBundle = Callable[..., Bundle]


@pytest.fixture(scope="module")
def activity() -> Bundle:
    card = read_card(SHIPPED / "activity")
    return load_bundle(SHIPPED / "activity", card.featurizer, surrogate=False)


@pytest.fixture
def keep(make_bundle: MakeBundle, tmp_path: Path) -> Callable[..., Bundle]:
    """A bundle of a regression a and a class b, with measured compounds: SMILES, id, a, b."""

    def keep(rows: Sequence[tuple[str, str, float | None, float | None]]) -> Bundle:
        bundle = make_bundle(tmp_path / "own_assay", "own_assay", (("a", "r"), ("b", "c")))
        values = np.array([row[2:] for row in rows], dtype=np.float32).reshape(len(rows), 2)
        table = ActivityTable(
            object_array([row[0] for row in rows]),
            object_array([row[1] for row in rows]),
            (Task("a", "regression", "pActivity"), Task("b", "classification", "1 = active")),
            values,
            np.where(values == 5, -1, 0).astype(np.int8),
        )
        save_measured_compounds(bundle.path, bundle.card, MeasuredCompounds.of_table(table), [])
        return bundle

    return keep


def test_gefitinibs_neighbours_are_anilinoquinazolines_as_they_were_measured(
    activity: Bundle,
) -> None:
    """Similarities and values as the source has them: kinase200, P00533."""
    found = nearest_measured([GEFITINIB], [activity], ["activity_EGFR", "activity_ERBB2"])
    pattern = Chem.MolFromSmarts(ANILINOQUINAZOLINE)
    for one in found[0]["activity_EGFR"]:
        assert Chem.MolFromSmiles(one.smiles).HasSubstructMatch(pattern)
    assert [
        (one.id, round(one.similarity, 2), one.relation, one.value)
        for one in found[0]["activity_EGFR"]
    ] == EGFR_OF_GEFITINIB
    itself = found[0]["activity_ERBB2"][0]
    assert (itself.smiles, itself.similarity, itself.value) == (GEFITINIB, 1.0, 6.28881)


def test_neighbours_are_those_of_a_search_by_hand(activity: Bundle) -> None:
    assert activity.measured_compounds is not None
    rows, values, bounds = activity.measured_compounds.of("ABL1")
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
    prints = [
        generator.GetFingerprint(Chem.MolFromSmiles(text))
        for text in activity.measured_compounds.smiles[rows]
    ]
    queries = [GEFITINIB, STAUROSPORINE_LIKE, str(activity.measured_compounds.smiles[rows[7]])]
    found = nearest_measured(queries, [activity], ["activity_ABL1"], count=10)
    for text, near in zip(queries, found, strict=True):
        query = generator.GetFingerprint(Chem.MolFromSmiles(text))
        tanimoto = DataStructs.BulkTanimotoSimilarity(query, prints)
        ids = activity.measured_compounds.ids[rows]
        best = sorted(range(len(rows)), key=lambda at: (-tanimoto[at], ids[at]))[:10]
        got = near["activity_ABL1"]
        assert [one.id for one in got] == [ids[at] for at in best]
        assert [one.similarity for one in got] == [tanimoto[at] for at in best]
        assert [np.float32(one.value) for one in got] == [values[at] for at in best]
        assert [one.relation for one in got] == ["=><"[bounds[at]] for at in best]


def test_the_compound_itself_comes_first_and_equals_by_id(keep: Callable[..., Bundle]) -> None:
    acid = "CCCCCCCCCC(=O)O"  # long chains have equal fingerprints
    alike = ["CCCCCCCCCCC(=O)O", "CCCCCCCCCCCC(=O)O"]
    bundle = keep(
        [
            (acid, "z", 7.92, None),
            (alike[0], "c", 5, None),
            (alike[1], "b", 6, 1),
            ("CCO", "a", 4, 0),
            (acid, "y", 7, None),
        ]
    )
    found = nearest_measured(["CCN", acid], [bundle], ["own_assay_a", "own_assay_b"], count=4)
    got = found[1]["own_assay_a"]
    assert [(one.id, one.similarity) for one in got] == [("y", 1), ("z", 1), ("b", 1), ("c", 1)]
    assert [(one.value, one.relation) for one in got] == [(7, "="), (7.92, "="), (6, "="), (5, "<")]
    assert [
        one.id for one in nearest_measured([acid], [bundle], ["own_assay_a"], 1)[0].popitem()[1]
    ] == ["y"]
    assert [(one.id, one.value) for one in found[0]["own_assay_b"]] == [("a", 0), ("b", 1)]
    assert list(found[0]) == ["own_assay_a", "own_assay_b"]


def test_asking_again_and_in_other_company_changes_nothing(keep: Callable[..., Bundle]) -> None:
    rows = [("CCO", "1", 4.0, None), ("CCN", "2", None, 1.0), ("CCC", "3", 5.0, 0.0)]
    bundle = keep(rows)
    tasks = ["own_assay_b", "own_assay_a"]
    together = nearest_measured(["CCO", "CCS"], [bundle], tasks)
    again = load_bundle(bundle.path, bundle.card.featurizer)
    alone = [
        nearest_measured([text], [again], [task])[0] for text in ("CCO", "CCS") for task in tasks
    ]
    assert together == [alone[0] | alone[1], alone[2] | alone[3]]


def test_a_bundle_that_keeps_none_has_no_neighbours(
    make_bundle: MakeBundle, tmp_path: Path
) -> None:
    bundle = make_bundle(tmp_path / "small")
    assert nearest_measured(["CCO", "CC"], [bundle], ["small_EGFR"]) == [{"small_EGFR": ()}] * 2
    assert nearest_measured([], [bundle], ["small_EGFR"]) == []


def test_what_cannot_be_answered_is_refused_in_one_line(keep: Callable[..., Bundle]) -> None:
    bundle = keep([("CCO", "1", 4.0, None)])
    with pytest.raises(InputError, match=r"own_assay_c.*did you mean own_assay_"):
        nearest_measured(["CCO"], [bundle], ["own_assay_c"])
    with pytest.raises(InputError, match="C1CC"):
        nearest_measured(["C1CC"], [bundle], ["own_assay_a"])
    (bundle.path / FILE).write_bytes(b"")
    with pytest.raises(ModelError, match="hitlist bundles measured"):
        nearest_measured(
            ["CCO"], [load_bundle(bundle.path, bundle.card.featurizer)], ["own_assay_a"]
        )


def standard(smiles: str) -> str:
    found = standardize(smiles, "smiles")
    assert isinstance(found, Standardized)
    return found.smiles


def find(smiles: str, *measured: str) -> list[tuple[int, str]]:
    known = SameMeasured(np.array(measured, dtype=object))
    found = known.find(standard(smiles), np.arange(len(measured)))
    assert found == known.find(standard(smiles), np.arange(len(measured)))
    return [(one.compound, one.same) for one in found]


@pytest.mark.parametrize(
    ("hit", "measured", "same"),
    [
        ("CCO", ["CCN", "CCO", "OCC"], [(1, ITSELF), (2, ITSELF)]),
        # What a data set without stereochemistry has of a chiral hit, and the other way round.
        ("C[C@H](N)c1ccccc1", ["CC(N)c1ccccc1", "CCN"], [(0, BUT_STEREO)]),
        ("CC(N)c1ccccc1", ["C[C@H](N)c1ccccc1"], [(0, BUT_STEREO)]),
        (
            "C[C@H](N)c1ccccc1",
            ["C[C@@H](N)c1ccccc1", "CC(N)c1ccccc1"],
            [(0, BUT_STEREO), (1, BUT_STEREO)],
        ),
        ("C/C=C/C", ["C/C=C\\C"], [(0, BUT_STEREO)]),
        # Beside the very same text: other drawings of the hit, and its stereoisomers.
        ("NCC(=O)O", ["NCC(=O)O", "[NH3+]CC(=O)[O-]"], [(0, ITSELF), (1, ITSELF)]),
        (
            "C[C@H](N)c1ccccc1",
            ["CC(N)c1ccccc1", "C[C@H](N)c1ccccc1", "C[C@@H](N)c1ccccc1"],
            [(1, ITSELF), (0, BUT_STEREO), (2, BUT_STEREO)],
        ),
        # Drawn as an older standardization left it: a salt, an ion, charges apart.
        ("CC(=O)Oc1ccccc1C(=O)O", ["CC(=O)Oc1ccccc1C(=O)[O-]"], [(0, ITSELF)]),
        ("NCC(=O)O", ["[NH3+]CC(=O)[O-]"], [(0, ITSELF)]),
        ("CS(C)=O", ["C[S+](C)[O-]"], [(0, ITSELF)]),
        # Neither isomers nor isotopologues are it.
        ("Cc1ccncc1", ["Cc1cccnc1", "Nc1ccccc1"], []),
        ("COc1ccccc1", ["[2H]C([2H])([2H])Oc1ccccc1"], []),
        ("CCO", ["C1CC", "CCO.CCN"], []),
        ("CCO", [], []),
    ],
)
def test_the_hit_among_others(hit: str, measured: list[str], same: list[tuple[int, str]]) -> None:
    assert find(hit, *measured) == same


def test_two_tautomers_are_one_where_their_keys_are_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The drawings of phenytoin: what counts is the key, and the structure shown is today's."""
    lactam, lactim = "O=C1NC(=O)C(c2ccccc2)(c2ccccc2)N1", "O=C1N=C(O)NC1(c1ccccc1)c1ccccc1"
    other = "NC(=O)Nc1ccccc1C(=O)c1ccccc1C"
    table = {
        lactam: CurrentStructure(lactam, "phenytoin", "phenytoin"),
        lactim: CurrentStructure(lactam, "phenytoin", "phenytoin"),
        other: CurrentStructure(other, "other", "other"),
    }
    monkeypatch.setattr(neighbours, "standardize_again", table.__getitem__)
    known = SameMeasured(np.array([other, lactim], dtype=object))
    assert known.find(lactam, np.arange(2)) == [Same(1, lactam, ITSELF)]
    assert known.find(lactam, np.array([0])) == []  # not measured on this task


def test_only_compounds_of_the_same_atoms_are_standardized(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def spy(smiles: str) -> CurrentStructure:
        asked.append(smiles)
        return CurrentStructure(smiles, smiles, smiles)

    monkeypatch.setattr(neighbours, "standardize_again", spy)
    measured = np.array(["CCCO", "COCC", "CCCN", "CCCCO", "CC(C)O"], dtype=object)
    known = SameMeasured(measured)
    known.find("CCOC", np.arange(5))
    known.find("CCOC", np.arange(5))
    assert sorted(set(asked) - {"CCOC"}) == ["CC(C)O", "CCCO", "COCC"]
    assert len(asked) == 5  # the hit each time, a measured compound once


def fingerprints_in(folder: Path) -> SharedRows:
    found = open_rows(Store(folder), WORDS, "words")
    assert found is not None
    return found


@pytest.fixture
def own(keep: Callable[..., Bundle]) -> Callable[[], Bundle]:
    """Load a bundle of ten measured compounds; nothing is known of them yet."""
    made = keep([("C" * n + "O", f"id{n}", 5.0 + n, float(n % 2)) for n in range(1, 11)])

    def load() -> Bundle:
        return load_bundle(made.path, made.card.featurizer, surrogate=False)

    return load


def test_shared_fingerprints_change_no_neighbour(
    own: Callable[[], Bundle], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, tasks, folder = ["CCCCO", "CCS"], ["own_assay_a", "own_assay_b"], tmp_path / "shared"
    expected = nearest_measured(asked, [own()], tasks)
    computed: list[int] = []

    def spy(smiles: Sequence[str]) -> Bits:
        computed.append(len(smiles))
        return morgan_bits(smiles)

    monkeypatch.setattr(neighbours, "morgan_bits", spy)
    for made in ([2, 10], [2]):  # the hits, and the measured compounds
        computed.clear()
        found = nearest_measured(asked, [own()], tasks, shared=fingerprints_in(folder))
        assert found == expected
        assert computed == made
    (path,) = folder.glob("rows-*")
    path.write_bytes(path.read_bytes()[:-9])
    shared_rows._read_numbers.cache_clear()
    shared_rows._index.cache_clear()
    computed.clear()
    assert nearest_measured(asked, [own()], tasks, shared=fingerprints_in(folder)) == expected
    assert computed == [2, 10]


def test_without_shared_fingerprints_none_of_them_is_taken(
    own: Callable[[], Bundle], tmp_path: Path
) -> None:
    """Also where the same loaded bundle was searched with them before, as before verifying."""
    bundle, asked = own(), ["CCCCO"]
    expected = nearest_measured(asked, [own()], ["own_assay_a"])
    texts = ["C" * n + "O" for n in range(1, 11)]
    add_rows(fingerprints_in(tmp_path), hash_texts(texts), np.ones((10, WORDS), np.uint64))
    forged = nearest_measured(asked, [bundle], ["own_assay_a"], shared=fingerprints_in(tmp_path))
    assert forged != expected
    assert nearest_measured(asked, [bundle], ["own_assay_a"]) == expected
