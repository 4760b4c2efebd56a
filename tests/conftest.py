"""Real drugs as graphs, small untrained bundles and one worker, for every test that needs them."""

import csv
import os
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import torch
from distributed import Client, LocalCluster
from hypothesis import HealthCheck, settings
from rdkit import Chem

from chem.features.graphs import MolGraph, featurize, featurizer_spec, state_factors
from chem.records.records import Failure
from chem.structure.standardize import standardize
from gnn.bundle.bundle import Bundle, load_bundle, save_bundle
from gnn.bundle.surrogate import (
    Surrogate,
    SurrogateCard,
    SurrogateSizes,
    predictions_hash,
    save_surrogate,
)
from gnn.calibration.calibration import Calibration
from gnn.card.card import Card, TaskCard
from gnn.features.graph_arrays import GraphArrays, collect
from gnn.models.network import Network, NetworkConfig
from screening.dask_cluster.remote import Tls

FILES = Path(__file__).parent / "files"
# A law holds or it does not; how long an example takes says how busy the machine is.
settings.register_profile("laws", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("laws")
# A run that takes another test's scores would agree with it whatever it computes. The tests of
# shared scores turn this on, each with a cache of its own.
os.environ.setdefault("HITLIST_SHARED_SCORES", "off")
LONGEST = [
    "flows/operation/test_recovery.py",
    "flows/test_prefect.py",
    "flows/terminal/test_options.py",
    "flows/operation/test_cron.py",
    "faults/test_nth_fault.py",
    "test_documents.py",
    "flows/operation/test_thirty_nights.py",
    "flows/operation/test_deploy.py",
    "flows/doctor/test_lost_runs.py",
    "benchmarks/speed/test_speed.py",
    "flows/test_three_plates.py",
    "operation/test_backup.py",
    "chem/library/test_fuzz.py",
    "flows/test_screen_end_to_end.py",
    "flows/commands/finished_runs/test_rank.py",
    "screening/test_shared_cache.py",
    "faults/test_killed.py",
]
"""Files whose slow tests take more than a minute, the longest first."""
KIND = {"r": "regression", "c": "classification"}
Tasks = Sequence[tuple[str, str]]
MakeBundle = Callable[..., Bundle]


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their argument: two workers must find one name, and gzip writes the time."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the longest files: begun last, one of minutes leaves the other process idle.

    It counts where pytest-xdist keeps the order (``--no-loadscope-reorder``).
    """
    places = {FILES.parent / name: at for at, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """Two threads that wait for each other on a busy machine take many times as long as one."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Client], Tls]:
    """Write the key of a cluster's own, so that another process can connect to it too."""

    def written(client: Client) -> Tls:
        folder = tmp_path_factory.mktemp("certificates")
        ca, cert, key = (folder / f"{name}.pem" for name in ("ca", "cert", "key"))
        ca.write_text(client.security.tls_ca_file)
        cert.write_text(client.security.tls_client_cert)
        key.write_text(client.security.tls_client_key)
        return Tls(str(ca), str(cert), str(key))

    return written


@pytest.fixture(scope="session")
def lone() -> Iterator[Client]:
    """One worker, in this process."""
    with (
        LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.fixture(scope="session")
def drugs() -> list[Chem.Mol]:
    """Approved drugs, standardized; what cannot be is left out."""
    with (FILES / "chem/approved_sample.smi").open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    found = [standardize(row["smiles"], "smiles") for row in rows]
    mols = [result.mol for result in found if not isinstance(result, Failure)]
    assert len(mols) > 120
    return mols


@pytest.fixture(scope="session")
def drug_graphs(drugs: list[Chem.Mol]) -> list[MolGraph]:
    graphs = [featurize(mol) for mol in drugs]
    assert not any(isinstance(graph, Failure) for graph in graphs)
    return [graph for graph in graphs if not isinstance(graph, Failure)]


@pytest.fixture(scope="session")
def drug_arrays(drug_graphs: list[MolGraph]) -> GraphArrays:
    return collect(drug_graphs)


@pytest.fixture(scope="session")
def shuffle() -> Callable[[Chem.Mol, int], Chem.Mol]:
    """Give the same molecule with its atoms in another order."""

    def shuffled(mol: Chem.Mol, seed: int) -> Chem.Mol:
        order = list(range(mol.GetNumAtoms()))
        random.Random(seed).shuffle(order)
        return Chem.RenumberAtoms(mol, order)

    return shuffled


@pytest.fixture(scope="session")
def make_bundle() -> MakeBundle:
    """Write and load a bundle of untrained networks, by default small ones."""

    def make(
        folder: Path,
        name: str = "small",
        tasks: Tasks = (("EGFR", "r"), ("herg", "c")),
        members: int = 2,
        seed: int = 0,
        **sizes: int,
    ) -> Bundle:
        given = {"width": 16, "layers": 2, "environments": 64, "hidden": 16, **sizes}
        config = NetworkConfig(tasks=len(tasks), **given)
        torch.manual_seed(seed)
        states = []
        for _ in range(members):
            network = Network(config, torch.from_numpy(state_factors()))
            network.shift += torch.tensor([6.0 * (kind == "r") for _, kind in tasks])
            states.append(network.state_dict())
        calibration = Calibration(noise=0.4, spread=1.0, quantile=1.7, rows=50).to_dict()
        card = Card(
            name=name,
            title="Untrained",
            description="",
            created="2026-01-01",
            featurizer=featurizer_spec()["hash"],
            tasks=tuple(
                TaskCard(
                    name=task,
                    kind=KIND[kind],
                    unit="pActivity",
                    direction="up",
                    trained_on=0,
                    bounded=0,
                    validated_on=0,
                    calibration=calibration,
                    metrics={},
                )
                for task, kind in tasks
            ),
            network=config.to_dict(),
            members=members,
            training={},
            data=[],
            split="",
            summary={},
            coverage=None,
            notes=[],
            weights="",
            versions={"hitlist": "0.1.0"},
        )
        save_bundle(folder, card, states)
        return load_bundle(folder, card.featurizer)

    return make


@pytest.fixture(scope="session")
def give_surrogate() -> Callable[..., Bundle]:
    """Write a surrogate of random weights into a bundle's folder; returns the bundle with it."""

    def give(bundle: Bundle, seed: int = 0, error: float = 0.3) -> Bundle:
        tasks = [task.name for task in bundle.card.tasks]
        sizes = SurrogateSizes(len(tasks), radius=2, environments=128, hidden=16)
        torch.manual_seed(seed)
        network = Surrogate(sizes)
        network.mean[: len(tasks)] = torch.tensor(
            [6.0 * (task.kind == "regression") for task in bundle.card.tasks]
        )
        errors = dict.fromkeys(tasks, error)
        card = SurrogateCard(predictions_hash(bundle.card), sizes, errors, errors, "nothing")
        save_surrogate(bundle.path, network, card)
        return load_bundle(bundle.path, bundle.card.featurizer)

    return give
