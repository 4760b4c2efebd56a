"""The command line of the benchmarks, in process, with a cache of its own."""

from functools import partial

import pytest

from benchmarks.__main__ import app
from tests.flows.conftest import Run, _cache, ask

__all__ = ["_cache"]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run ``python -m benchmarks`` in this process."""
    return partial(ask, capfd, app)
