"""A folder that a stopped training left is gone on with; a folder of something else is not."""

from pathlib import Path

import pytest

from chem.errors import InputError
from flows.planning.training_checks import check_bundle_folder


@pytest.mark.parametrize(
    "names",
    [
        (),
        ("weights.safetensors",),
        (".1a2b3c4d.weights.safetensors",),
        ("weights.safetensors", ".1a2b3c4d.card.json"),
        ("weights.safetensors", ".card.json.part"),
    ],
)
def test_what_was_begun_is_no_obstacle(names: tuple[str, ...], tmp_path: Path) -> None:
    for name in names:
        (tmp_path / name).touch()
    assert check_bundle_folder(tmp_path) == tmp_path


@pytest.mark.parametrize("name", ["thesis.docx", ".1a2b3c4d", ".bashrc"])
def test_a_folder_of_something_else_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "weights.safetensors").touch()
    (tmp_path / name).touch()
    with pytest.raises(InputError, match="is not empty and not a bundle"):
        check_bundle_folder(tmp_path)
