"""A whole campaign on a real server: three plates, a promotion, its night, and the way back."""

import csv
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from chem.records.records import Failure
from gnn.assembly.structures import read_graph
from gnn.bundle.bundle import Bundle, write_card
from gnn.bundle.predict import Predictor
from gnn.features.graph_arrays import collect
from screening.campaign.campaign import open_campaign
from screening.campaign.models import current_model
from screening.results.reading.plate_plan import read_plan
from screening.runs.runfolder import SCREEN, open_folder
from tests.flows.commands.finished_runs.test_learn import SHIFT, TOGETHER
from tests.flows.conftest import Crew, Rows, Run, WriteLibrary
from tests.flows.test_prefect import server as server
from tests.prefect_server import (
    EAGER,
    HITLIST,
    POOL,
    PREFECT,
    TEMPLATE,
    Environment,
    ask,
    prefect,
    running,
)
from tests.screening.results.simulate import Truth, simulate, write_wells

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
TEXT = """
name = "plates"
title = "Plates"
library = "library.csv"
bundles = ["{bundle}"]
hits = 10

[[primary]]
task = "small_EGFR"
zero = 5.0
full = 8.0

[lab]
plate = 96
points = 6
reference = "erlotinib"
reference_uM = 1.0
{more}
"""


class Lab(NamedTuple):
    """A folder with a screen, its library and its runs, and the server that works for it."""

    folder: Path
    bundle: Bundle
    server: Environment
    crew: dict[str, str]
    """The parameters of screens that name two workers which are there already."""

    @property
    def campaign(self) -> Path:
        return self.folder / "campaign"

    def screen(self, name: str, bundle: object, more: str = "") -> Path:
        """Screen for a plate, by the deployment; returns the run."""
        (self.folder / "plates.toml").write_text(TEXT.format(bundle=bundle, more=more))
        out = self.folder / "runs" / name
        self.run("screen", "plates", out=str(out), **self.crew)
        return out

    def measure(self, run: Path) -> dict[str, Any]:
        """Measure the plates of a run, and give them to the deployment for results.

        All compounds are more potent than the bundle without results says.
        """
        plan = read_plan(open_folder(run))
        read = [read_graph(one.smiles) for one in plan.compounds.values()]
        graphs = [one.graph for one in read if not isinstance(one, Failure)]
        value = Predictor([self.bundle]).predict(collect(graphs))["small_EGFR"]
        potencies = {
            rank: float(one) + SHIFT for rank, one in zip(plan.compounds, value, strict=True)
        }
        signals = simulate(plan, potencies, np.random.default_rng(8), 0.02)
        file = self.folder / f"reader_{run.name}.csv"
        write_wells(file, Truth(plan, potencies, signals))
        return self.run("results", "apply", run=str(run), files=[str(file)])

    def without(self, *runs: Path) -> str:
        """Return the part of a screen by which a plate has other compounds than those of runs."""
        names = [row["compound_id"] for run in runs for row in hits(run)]
        file = self.folder / f"picked_{len(runs)}.csv"
        file.write_text("\n".join(["compound_id", *names]) + "\n")
        return f'\n[selection]\nexclude = ["{file}"]'

    def run(self, flow: str, deployment: str, **parameters: Any) -> dict[str, Any]:
        """Start a deployment and wait; returns its run, which has to be completed."""
        named = {
            "flows": {"name": {"any_": [flow]}},
            "deployments": {"name": {"any_": [deployment]}},
        }
        (found,) = ask(self.server, "/deployments/filter", named)
        path = f"/deployments/{found['id']}/create_flow_run"
        made = ask(self.server, path, {"parameters": parameters})
        end = time.monotonic() + 300
        while made["state_type"] not in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED"):
            assert time.monotonic() < end, made["state_type"]
            time.sleep(0.5)
            made = ask(self.server, f"/flow_runs/{made['id']}")
        log = (self.folder / "worker.log").read_text(errors="replace")
        assert made["state_type"] == "COMPLETED", log
        return dict(made)


def hits(run: Path) -> list[dict[str, str]]:
    with (run / "hits.csv").open(newline="") as lines:
        return list(csv.DictReader(lines))


@contextmanager
def working(lab: Lab) -> Iterator[None]:
    """A worker that asks for work each second."""
    own = EAGER | {
        "HITLIST_CACHE": str(lab.folder / "cache"),
        "HITLIST_ROOTS": f"{lab.folder}{os.pathsep}{Path(lab.crew['tls_ca']).parent}",
    }
    words = ("worker", "start", "--pool", "hitlist")
    with running(lab.folder / "worker.log", lab.server | own, PREFECT, *words):
        yield


@pytest.fixture
def lab(
    server: Environment,
    crew: Crew,
    make_bundle: Callable[..., Bundle],
    drugs: Rows,
    write_library: WriteLibrary,
    tmp_path: Path,
) -> Lab:
    bundle = make_bundle(tmp_path / "small", "small")
    write_card(bundle.path, bundle.card.model_copy(update={"shared_error": TOGETHER}))
    write_library(tmp_path / "library.csv", drugs)
    (tmp_path / "plates.toml").write_text(TEXT.format(bundle=bundle.path, more=""))
    prefect(server, *POOL, *TEMPLATE)
    prefect(server, "--no-prompt", "deploy", "--all")
    roots = server | {"HITLIST_ROOTS": str(tmp_path)}
    prefect(roots, "deploy", "plates.toml", program=HITLIST, folder=tmp_path)
    named = {word[2:].replace("-", "_"): value for word, value in batched(crew)}
    return Lab(tmp_path, bundle, server, named)


def batched(words: Crew) -> Iterator[tuple[str, str]]:
    """Yield each option with its value."""
    yield from zip(words[::2], words[1::2], strict=True)


def causes(run: Path) -> tuple[str, list[dict[str, str]]]:
    """Return what a run tells of the last one, and its changes."""
    with (run / "changes.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    return json.dumps(json.loads((run / "changes.json").read_text())), rows


def test_three_plates_a_promotion_and_the_way_back(lab: Lab, run: Run) -> None:
    current = lab.campaign / "models/current"
    with working(lab):
        first = lab.screen("first", lab.bundle.path)
        said = lab.measure(first)["state"]["message"]
        assert "kept as event 001" in said
        assert "nothing changed" in said
        second = lab.screen("second", lab.bundle.path, lab.without(first))
        said = lab.measure(second)["state"]["message"]
        assert "kept as event 002" in said
        assert "promoted model 002 (moved by results) in place of 001" in said

        # The night after: the same screen, of which only the model changed.
        night = lab.screen("night", current, lab.without(first))
        told, rows = causes(night)
        assert "small (model 002, promoted on " in told
        moved = [row for row in rows if row["cause"] == "models changed"]
        assert moved
        assert all("models: small (model 002, promoted on " in row["detail"] for row in moved)

        third = lab.screen("third", current, lab.without(first, second))
        assert str(lab.campaign / "models/002") in (third / SCREEN).read_text()
        assert not {row["key"] for row in hits(third)} & {row["key"] for row in hits(first)}
        said = lab.measure(third)["state"]["message"]
        assert "kept as event 004" in said
        assert "nothing changed" in said
        assert "one more event tells" in (lab.folder / "worker.log").read_text()
    artifacts = {one["key"]: one for one in ask(lab.server, "/artifacts/filter", {})}
    assert {"plates-findings", "plates-promised-and-kept", "plates-promotion"} <= {*artifacts}
    kept = json.dumps([one for key, one in artifacts.items() if key.startswith("plates-p")])
    structures = {row["smiles"] for one in (first, second, third) for row in hits(one)}
    assert not [text for text in structures if len(text) > 15 and text in kept]

    answer = run("promote", lab.campaign, "--rollback")
    assert answer.code == 0, answer.err
    model = current_model(open_campaign(lab.campaign))
    assert model is not None
    assert (model.number, model.sha256) == ("001", lab.bundle.sha256)
    for folder in (lab.campaign, third):
        verified = run("verify", folder)
        assert verified.code == 0, verified.err
    shown = run("campaign", lab.campaign).out
    assert "current model: small, model 001, rolled back on " in shown
