"""Packages against requirements and pins, with the real packages of this environment."""

from importlib.metadata import requires, version

import pytest

from flows.doctor.finding import State
from flows.doctor.installed import check_constraints, check_packages


@pytest.mark.parametrize(
    ("requirements", "state", "said"),
    [
        (["numpy>=2", "rdkit"], State.OK, "2 packages"),
        (["numpy>=999"], State.FAULT, f"numpy is {version('numpy')}, expected >=999"),
        (["no-such-package-here"], State.FAULT, "no-such-package-here is missing"),
        (['no-such-package-here; extra == "dev"'], State.OK, "0 packages"),
    ],
)
def test_packages(requirements: list[str], state: State, said: str) -> None:
    found = check_packages(requirements)
    assert found.state is state
    assert said in found.found
    assert bool(found.remedy) == (state is not State.OK)


def test_what_hitlist_requires_is_installed() -> None:
    assert check_packages(requires("hitlist") or []).state is State.OK


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ([f"numpy=={version('numpy')}", "# a comment"], State.OK),
        (["numpy==1.0"], State.WARNING),
        (["not-installed-here==1.0"], State.OK),
        ([f"numpy=={version('numpy')} --hash=sha256:00"], State.OK),
    ],
)
def test_other_versions_than_the_tested_ones_are_told(lines: list[str], state: State) -> None:
    assert check_constraints(lines).state is state
