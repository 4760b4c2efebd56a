"""Bundles are found and their cards read without torch, which takes two seconds to load."""

import subprocess
import sys

from gnn.bundle.find_bundle import find_bundle, read_card, shipped_bundles


def test_listing_loads_no_torch() -> None:
    code = (
        "import sys\n"
        "from flows.commands.bundles import list_bundles\n"
        "list_bundles()\n"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    *table, loaded = done.stdout.splitlines()
    assert loaded == "False"
    assert len(table) == 1 + len(shipped_bundles())


def test_each_shipped_bundle_has_the_name_of_its_folder() -> None:
    assert {"activity", "admet", "toxicity"} <= set(shipped_bundles())
    for name in shipped_bundles():
        assert read_card(find_bundle(name)).name == name
