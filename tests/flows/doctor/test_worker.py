"""Workers that are alive, silent or gone, and job templates that were changed."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import Worker

from flows.doctor.finding import State
from flows.doctor.worker import check_template, check_workers
from flows.operation.deploy_server import TEMPLATE

NOW = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ages", "state", "said"),
    [
        ([5.0], State.OK, "5 s ago"),
        ([5000.0, 20.0], State.OK, "20 s ago"),
        ([600.0], State.FAULT, "10 minutes ago"),
        ([None], State.FAULT, "never"),
        ([], State.FAULT, "none has ever started"),
    ],
)
def test_workers(ages: list[float | None], state: State, said: str) -> None:
    workers = [
        Worker(
            name=f"worker {number}",
            work_pool_id=uuid4(),
            last_heartbeat_time=None if age is None else NOW - timedelta(seconds=age),
            heartbeat_interval_seconds=30,
        )
        for number, age in enumerate(ages)
    ]
    found = check_workers(workers, NOW)
    assert found.state is state
    assert said in found.found


def test_template() -> None:
    shipped = json.loads(TEMPLATE.read_text())
    assert check_template(shipped).state is State.OK
    shipped["job_configuration"]["command"] = "{{ command }}"
    assert check_template(shipped).state is State.WARNING
    assert check_template({}).state is State.WARNING
