"""A bundle that is loaded is the signed one, also where it was swapped after it was looked at."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from chem.disk.ssh_signatures import SIGNERS, sign_folder
from chem.errors import InputError
from data.activities.activity import ActivityTable, Task, object_array
from gnn.bundle.bundle import Bundle, load_bundle
from gnn.bundle.find_bundle import find_bundle
from gnn.bundle.measured_compounds import MeasuredCompounds, save_measured_compounds
from gnn.bundle.surrogate import FILE

MakeBundle = Callable[..., Bundle]
pytestmark = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="OpenSSH's client is not installed"
)


@pytest.mark.parametrize("swapped", [("card.json", "weights.safetensors", FILE), (FILE,)])
def test_what_is_swapped_between_the_look_and_the_reading_is_refused(
    make_bundle: MakeBundle,
    give_surrogate: MakeBundle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    swapped: tuple[str, ...],
) -> None:
    signed, key = give_surrogate(make_bundle(tmp_path / "signed")), tmp_path / "key"
    seed = 0 if swapped == (FILE,) else 5  # of the same weights: its surrogate fits beside them
    other = give_surrogate(make_bundle(tmp_path / "other", seed=seed), seed=7)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    sign_folder(signed.path, key)
    (tmp_path / "signers").write_text(f"ann {key.with_suffix('.pub').read_text()}")
    monkeypatch.setenv(SIGNERS, str(tmp_path / "signers"))
    folder = find_bundle(str(signed.path))
    assert load_bundle(folder, signed.card.featurizer).sha256 == signed.sha256
    for name in swapped:
        shutil.copyfile(other.path / name, folder / name)
    with pytest.raises(InputError, match=r"^[^\n]*is not what ann signed[^\n]* was altered[^\n]*$"):
        load_bundle(folder, signed.card.featurizer)
    monkeypatch.delenv(SIGNERS)
    load_bundle(folder, signed.card.featurizer)  # nothing else finds it


def test_what_was_learnt_from_is_held_to_the_signature_when_it_is_read(
    make_bundle: MakeBundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read long after the bundle was loaded."""
    bundle, key = make_bundle(tmp_path / "signed"), tmp_path / "key"
    table = ActivityTable(
        object_array(["C", "CC"]),
        object_array(["a", "b"]),
        (Task("EGFR", "regression", "pActivity"), Task("herg", "classification", "1 = active")),
        np.array([[5, 1], [6, 0]], np.float32),
        np.zeros((2, 2), np.int8),
    )
    measured = MeasuredCompounds.of_table(table)
    save_measured_compounds(bundle.path, bundle.card, measured, bundle.card.data)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    sign_folder(bundle.path, key)
    (tmp_path / "signers").write_text(f"ann {key.with_suffix('.pub').read_text()}")
    monkeypatch.setenv(SIGNERS, str(tmp_path / "signers"))
    loaded = load_bundle(find_bundle(str(bundle.path)), bundle.card.featurizer)
    other = replace(measured, values=measured.values + 1)
    save_measured_compounds(bundle.path, bundle.card, other, bundle.card.data)
    with pytest.raises(InputError, match=r"measured.parquet was altered[^\n]*$"):
        _ = loaded.measured_compounds
    save_measured_compounds(bundle.path, bundle.card, measured, bundle.card.data)
    found = loaded.measured_compounds
    assert found is not None
    assert found.sha256 == measured.sha256
