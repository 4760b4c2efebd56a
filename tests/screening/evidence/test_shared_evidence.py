"""Evidence that runs share is the evidence of a run that computes everything, or is not taken."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from distributed import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from rdkit import Chem

from chem.features.graphs import featurizer_spec
from gnn.bundle.bundle import Bundle
from screening.evidence import shapley
from screening.evidence.evidence import Contributions
from screening.evidence.shapley import Explained, Explaining, explain, explain_hits
from screening.evidence.shared_evidence import (
    ATOMS,
    add_contributions,
    find_contributions,
    open_evidence,
)
from screening.objective.screen_settings import Screen
from screening.runs.past_run import open_run
from screening.runs.plan import plan_run
from screening.runs.run import run_screen
from screening.score.model_refs import ModelRefs
from screening.score.shared_scores import VARIABLE
from screening.score.worker_models import model_refs
from screening.storage import shared_rows
from screening.storage.shared_rows import SharedRows
from screening.storage.store import Store
from screening.verify.verify import verify_run

TASKS = ("small_EGFR", "small_herg")
HUGE = "C" * (ATOMS + 1)
MakeBundle = Callable[..., Bundle]


@pytest.fixture(autouse=True)
def _shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "on")


def models_of(bundle: Bundle, bfloat16: bool = False) -> ModelRefs:
    return model_refs([bundle], featurizer_spec()["hash"], bfloat16)


@pytest.fixture(scope="module")
def small(make_bundle: MakeBundle, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return make_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def hits(drugs: list[Chem.Mol]) -> list[str]:
    return [*(Chem.MolToSmiles(mol) for mol in drugs[:9]), HUGE]


@pytest.fixture(scope="module")
def explained(small: Bundle, hits: list[str]) -> dict[str, bytes]:
    """The contributions of each hit, computed together."""
    made = explain(Explaining(models_of(small), TASKS), hits)
    return {text: content(one) for text, one in zip(hits, made, strict=True)}


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hits that are explained by the models."""
    told: list[str] = []
    real = shapley.explain

    def spy(work: Explaining, smiles: tuple[str, ...]) -> Explained:
        told.extend(smiles)
        return real(work, smiles)

    monkeypatch.setattr(shapley, "explain", spy)
    return told


def content(explained: tuple[Contributions, ...]) -> bytes:
    """Return every bit of the contributions."""
    parts = [(one.task, one.base.hex(), str(one.atoms.dtype)) for one in explained]
    return str(parts).encode() + b"".join(one.atoms.tobytes() for one in explained)


def opened(folder: Path, bundle: Bundle) -> SharedRows:
    found = open_evidence(Store(folder), [bundle], models_of(bundle), TASKS).contributions
    assert found is not None
    return found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=6)
@given(nights=st.lists(st.lists(st.integers(0, 9), max_size=6, unique=True), max_size=3))
def test_nights_that_share_say_what_one_night_says(
    nights: list[list[int]],
    small: Bundle,
    hits: list[str],
    explained: dict[str, bytes],
    lone: Client,
    computed: list[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder, known = tmp_path_factory.mktemp("shared"), set[str]()
    for night in nights:
        computed.clear()
        smiles = [hits[at] for at in night]
        shared = opened(folder, small)
        found = explain_hits(lone, models_of(small), smiles, TASKS, shared=shared)
        assert [content(one) for one in found] == [explained[text] for text in smiles]
        assert sorted(computed) == sorted(set(smiles) - known)
        known |= set(smiles) - {HUGE}


@given(
    atoms=arrays(
        np.float32,
        st.tuples(st.integers(1, ATOMS), st.just(2)),
        elements=st.floats(width=32, allow_nan=False, allow_infinity=False),
    ),
    base=st.floats(allow_nan=False, allow_infinity=False),
)
def test_contributions_come_back_to_the_last_bit(
    atoms: np.ndarray[tuple[int, int], np.dtype[np.float32]], base: float
) -> None:
    shared = SharedRows(Store(f"memory://{hash((atoms.tobytes(), base))}"), (), 259, "doubles")
    one = tuple(
        Contributions(task, base + at, atoms[:, at].copy()) for at, task in enumerate(TASKS)
    )
    add_contributions(shared, ["CCO"], [one])
    shared = shared._replace(files=tuple(shared.store.names()))
    found, other = find_contributions(shared, ["CCO", "CCN"], TASKS)
    assert other is None
    assert found is not None
    assert content(found) == content(one)


@pytest.mark.parametrize("count", [0.0, -1.0, 2.5, ATOMS + 1.0, 1e300])
def test_an_impossible_number_of_atoms_is_not_taken(
    tmp_path: Path, small: Bundle, count: float
) -> None:
    shared = opened(tmp_path, small)
    row = np.zeros((1, shared.width))
    row[0, 0] = count
    shared_rows.add_rows(shared, shared_rows.hash_texts(["CCO"]), row)
    assert find_contributions(opened(tmp_path, small), ["CCO"], TASKS) == [None]


def test_a_damaged_file_is_explained_again(
    tmp_path: Path,
    small: Bundle,
    hits: list[str],
    explained: dict[str, bytes],
    lone: Client,
    computed: list[str],
) -> None:
    explain_hits(lone, models_of(small), hits[:3], TASKS, shared=opened(tmp_path, small))
    (path,) = tmp_path.glob("*/rows-*")
    whole = path.read_bytes()
    for at in range(0, len(whole), len(whole) // 12):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        shared_rows._read_numbers.cache_clear()
        shared_rows._index.cache_clear()
        found = explain_hits(
            lone, models_of(small), hits[:3], TASKS, shared=opened(tmp_path, small)
        )
        assert [content(one) for one in found] == [explained[text] for text in hits[:3]]
    assert len(computed) > 10


def test_other_models_tasks_and_precision_have_other_rows(
    tmp_path: Path, small: Bundle, make_bundle: MakeBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_bundle(tmp_path / "other", seed=3)
    root = Store(tmp_path / "shared")
    opened = [
        open_evidence(root, [bundle], models_of(bundle, bfloat16), tasks).contributions
        for bundle, bfloat16, tasks in (
            (small, False, TASKS),
            (small, True, TASKS),
            (small, False, TASKS[::-1]),
            (small, False, TASKS[:1]),
            (other, False, TASKS),
        )
    ]
    assert len({one.store.url for one in opened if one is not None}) == 5
    assert open_evidence(root, [small], models_of(small), ()) == (None, None)
    assert open_evidence(None, [small], models_of(small), TASKS) == (None, None)
    monkeypatch.setenv(VARIABLE, "off")
    assert open_evidence(root, [small], models_of(small), TASKS) == (None, None)


@pytest.mark.slow
def test_forged_contributions_are_found_by_verifying(
    objective: Callable[..., Screen], lone: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run takes what lies in the cache; `hitlist verify` takes nothing of it."""
    monkeypatch.setenv("HITLIST_CACHE", str(tmp_path / "cache"))
    screen = objective("EGFR", 4, min_heavy_atoms=8.0)
    folders = []
    for name in ("honest", "again", "forged"):
        if name == "forged":
            for path in (tmp_path / "cache/scores").glob("*/rows-*.parquet"):
                forge(path)
            shared_rows._read_numbers.cache_clear()
        folders.append(run_screen(plan_run(screen, tmp_path / name), lone).folder)
    for folder in folders:
        past = open_run(folder)
        checks = {check.what: check for check in verify_run(past, past.library, lone)}
        faults = checks["hits, plates and volumes"].faults
        assert bool(faults) is (folder.name == "forged")
        assert all("report.html" in fault for fault in faults)


def forge(path: Path) -> None:
    """Change contributions and keep everything else, as a writer of the cache can."""
    table = pq.read_table(path)
    if "doubles" not in table.column_names:
        return
    rows = np.array([np.frombuffer(row) for row in table["doubles"].to_pylist()])
    rows[:, 3] += 1
    changed = pa.array([row.tobytes() for row in rows], table["doubles"].type)
    pq.write_table(table.set_column(1, "doubles", changed), path, write_page_checksum=True)
