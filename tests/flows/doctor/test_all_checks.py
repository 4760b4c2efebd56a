"""All checks together, without a server and with one that does not answer."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from flows.doctor import all_checks
from flows.doctor.all_checks import Group, exit_code, run_all_checks, sort_findings
from flows.doctor.finding import Finding, Look, State, fault, ok, skipped, warning
from tests.flows.conftest import Run
from tests.prefect_server import free_port

SECRET = "hitlist:CANARY7SECRET"


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache and a temporary folder of the test's own."""
    for variable in ("HITLIST_CACHE", "TMPDIR", "PREFECT_HOME"):
        (tmp_path / variable).mkdir()
        monkeypatch.setenv(variable, str(tmp_path / variable))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.chdir(tmp_path)


def test_without_a_server_nothing_is_at_fault(run: Run) -> None:
    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        answer = run("doctor", "--json")
    told = json.loads(answer.out)
    assert (answer.code, told["exit_code"], told["counts"]["fault"]) == (0, 0, 0)
    left_out = [one for one in told["findings"] if "names no server" in one["found"]]
    assert {one["state"] for one in left_out} == {"not checked"}
    assert {one["check"] for one in left_out} >= {"server", "worker", "nights", "lost runs"}


def test_a_server_that_a_profile_names_has_to_answer(run: Run) -> None:
    address = f"http://someone:CANARY7PASSWORD@127.0.0.1:{free_port()}/api"
    with temporary_settings({PREFECT_API_URL: address, PREFECT_API_AUTH_STRING: SECRET}):
        answer = run("doctor")
    assert answer.code == 2
    assert "nothing answers at http://127.0.0.1:" in answer.out
    assert "CANARY7" not in answer.out + answer.err
    assert "no server at http://127.0.0.1:" in answer.out
    last = answer.out.splitlines()[-1].split("\t")
    assert last[:3] == ["server", "server", "fault"]


@pytest.mark.parametrize(
    ("found", "strict", "code"),
    [
        ([ok("a", "")], True, 0),
        ([ok("a", ""), skipped("b", "")], True, 0),
        ([warning("a", "", "")], False, 0),
        ([warning("a", "", "")], True, 1),
        ([warning("a", "", ""), fault("b", "", "")], False, 2),
        ([fault("a", "", "").mend("done")], True, 0),
    ],
)
def test_exit_codes(found: list[Finding], strict: bool, code: int) -> None:
    assert exit_code(found, strict) == code


def test_the_worst_is_last() -> None:
    rooms = {
        "x": [fault("1", "", ""), ok("2", "")],
        "y": [ok("3", "")],
        "z": [warning("4", "", "")],
    }
    found = [one._replace(room=room) for room, many in rooms.items() for one in many]
    assert [one.name for one in sort_findings(found)] == ["3", "4", "2", "1"]


def test_a_check_that_fails_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Look) -> Iterator[Finding]:
        yield ok("first", "")
        raise ValueError("CCO CANARY7")

    def whole(_: Look) -> Iterator[Finding]:
        yield ok("second", "")

    monkeypatch.setattr(Group, "load", lambda self: {"a": broken, "b": whole}[self.function])
    monkeypatch.setattr(all_checks, "GROUPS", (Group("one", "", "a"), Group("two", "", "b")))
    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        found = run_all_checks()
    assert {one.name for one in found} >= {"first", "second"}
    (told,) = [one for one in found if one.state is State.FAULT]
    assert told.found.startswith("a check failed itself: ValueError (test_all_checks.py line ")
