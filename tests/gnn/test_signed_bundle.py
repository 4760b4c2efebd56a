"""A bundle that is loaded is the signed one, also where it was swapped after it was looked at."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from chem.errors import InputError
from chem.signatures import SIGNERS, sign_folder
from gnn.bundle import Bundle, find_bundle, load_bundle
from gnn.surrogate import FILE

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
