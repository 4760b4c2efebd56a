"""A deployed flow goes on when the reader of its output is gone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.prefect_support.test_time_limit import PLACE

CODE = """
import sys
from pathlib import Path
from prefect.logging import get_logger
from prefect.logging.configuration import setup_logging
from flows.prefect_support.without_reader import go_on_without_reader

setup_logging()
if sys.argv[2] == "on":
    go_on_without_reader()
log = get_logger("hitlist")
sys.stdin.readline()
for _ in range(2):
    log.info("a line that nobody reads")
    print("another", flush=True)
Path(sys.argv[1]).write_text("went on")
"""


@pytest.mark.parametrize("guarded", ["on", "off"])
def test_a_flow_goes_on_without_its_reader(tmp_path: Path, guarded: str) -> None:
    environment = {"PREFECT_HOME": str(tmp_path), PLACE: "x"}
    pipe = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(
        [sys.executable, "-c", CODE, str(tmp_path / "file"), guarded],
        env=os.environ | environment,
        text=True,
        **pipe,  # type: ignore[call-overload]
    ) as process:
        process.stdout.close()  # the worker is gone
        process.stdin.write("\n")
        process.stdin.close()
        code = process.wait(120)
    assert (tmp_path / "file").exists() == (guarded == "on")
    assert (code == 0) == (guarded == "on")
