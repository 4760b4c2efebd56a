"""The profile of a server: one port, from which every address follows, and no way around it."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.settings import PREFECT_HOME, PREFECT_PROFILES_PATH, temporary_settings

from chem.errors import InputError
from flows.prefect_support.artifacts import artifact_address
from flows.prefect_support.prefect_profile import make_profile, server_environment
from tests.prefect_server import free_port


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of Prefect's of the test's own."""
    own = {PREFECT_HOME: tmp_path, PREFECT_PROFILES_PATH: tmp_path / "profiles.toml"}
    with temporary_settings(own):
        yield tmp_path


def test_every_address_follows_the_port_which_stays_until_another_is_given() -> None:
    first, second = free_port(), free_port()
    for given, port in ((first, first), (None, first), (second, second), (None, second)):
        ready = make_profile(given)
        assert ready.port == port
        assert ready.settings["PREFECT_API_URL"] == f"http://127.0.0.1:{port}/api"
        assert ready.settings["PREFECT_SERVER_UI_API_URL"] == "/api"
        assert ready.settings["PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS"].count(f":{port}") == 2
        ports = {value.rpartition(":")[2].partition("/")[0] for value in ready.settings.values()}
        assert {one for one in ports if one.isdigit()} == {str(port)}


def test_a_port_that_is_taken_is_refused_and_the_profile_stays(home: Path) -> None:
    make_profile(free_port())
    before = (home / "profiles.toml").read_text()
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        with pytest.raises(InputError, match=rf"cannot listen on 127\.0\.0\.1:{taken}: .*--port"):
            make_profile(taken)
    assert (home / "profiles.toml").read_text() == before


def test_the_secret_stays_until_the_file_is_deleted(home: Path) -> None:
    first, same = (make_profile(free_port()).settings["PREFECT_API_AUTH_STRING"] for _ in range(2))
    (home / "profiles.toml").unlink()
    other = make_profile(free_port()).settings
    assert first == same != other["PREFECT_API_AUTH_STRING"]
    assert other["PREFECT_API_AUTH_STRING"] == other["PREFECT_SERVER_API_AUTH_STRING"]


@pytest.mark.parametrize(
    "name", ["SERVE_BASE", "STATIC_DIRECTORY", "API_URL", "SHOW_PROMOTIONAL_CONTENT", "V2_ENABLED"]
)
def test_the_environment_does_not_replace_the_pages(name: str) -> None:
    """Prefect would write pages without the policy over those of another base."""
    ready = make_profile(free_port())
    given = {f"PREFECT_UI_{name}": "/x", f"PREFECT_SERVER_UI_{name}": "/y"}
    found = server_environment(given | {"PATH": "/bin"}, ready)
    assert found[f"PREFECT_SERVER_UI_{name}"] == ready.settings[f"PREFECT_SERVER_UI_{name}"]
    assert f"PREFECT_UI_{name}" not in found or name in ("SHOW_PROMOTIONAL_CONTENT", "V2_ENABLED")
    assert found["PATH"] == "/bin"


def test_an_artifact_has_one_address_for_all_runs() -> None:
    with temporary_settings({"PREFECT_API_URL": "http://127.0.0.1:4711/api"}):
        address = artifact_address("key/kinase-top-hits")
    assert address == "http://127.0.0.1:4711/artifacts/key/kinase-top-hits"
