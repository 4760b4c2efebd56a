"""The automation for lost runs needs a job template that can set the heartbeat."""

import json

import pytest
from prefect.workers.process import ProcessWorker

from flows.operation.automations import heartbeat_fault
from flows.operation.deploy_server import TEMPLATE


def test_the_shipped_template_takes_the_heartbeat() -> None:
    assert heartbeat_fault(json.loads(TEMPLATE.read_text())) == ""
    assert heartbeat_fault({"job_configuration": {"env": {}}}) == ""


@pytest.mark.parametrize(
    "template", [ProcessWorker.get_default_base_job_template(), {"job_configuration": {}}, {}]
)
def test_a_template_without_an_environment_is_told(template: dict[str, object]) -> None:
    told = heartbeat_fault(template, "mine")
    assert told.startswith("work pool mine: runs send too few heartbeats")
    assert "'hitlist: lost run'" in told
