"""Every short name of the shipped toxicity model and of the alerts is explained."""

import json
from pathlib import Path

from chem.assess.alerts import SOURCES
from screening.text.words import ALERTS, ENDPOINTS, endpoint

CARD = Path(__file__).parents[3] / "gnn" / "bundles" / "toxicity" / "card.json"


def test_every_task_of_the_toxicity_bundle_is_explained() -> None:
    tasks = {task["name"] for task in json.loads(CARD.read_text(encoding="utf-8"))["tasks"]}
    assert set(ENDPOINTS) == tasks
    assert all(endpoint(f"toxicity_{task}") for task in tasks)


def test_every_collection_of_alerts_is_explained() -> None:
    assert set(ALERTS) == set(SOURCES)
