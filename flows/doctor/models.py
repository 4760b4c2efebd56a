"""Checks the shipped bundles, and the screens that deployments name."""

import json
from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING

from chem.disk.bounded_read import read_regular
from chem.errors import HitlistError, InputError
from flows.doctor.finding import Finding, Look, fault, ok, warning

if TYPE_CHECKING:
    from prefect.client.schemas.responses import DeploymentResponse

SHIPPED = Path(__file__).parents[2] / "gnn" / "bundles"
"""The folder of the shipped bundles, as in :mod:`gnn.bundle.bundle`, which imports torch."""
_RESTORE = "restore the file from the checkout or the package"


def check_bundles(look: Look) -> Iterator[Finding]:
    """Check the hashes of the shipped bundles; with ``deep``, load each one too."""
    names = sorted(card.parent.name for card in SHIPPED.glob("*/card.json"))
    if not names:
        yield fault("bundles", f"there is none in {SHIPPED}", "install hitlist again (make setup)")
    for name in names:
        yield check_bundle(name, SHIPPED / name, look.deep)


def check_bundle(name: str, folder: Path, deep: bool = False) -> Finding:
    """Check one bundle: the hash of its weights in its card; with ``deep``, load it.

    Without ``deep`` the card is read as plain JSON, because its model imports torch-geometric,
    which takes seconds.
    """
    name = f"bundle {name}"
    try:
        card = json.loads(read_regular(folder / "card.json"))
        wanted = card.get("weights", "") if isinstance(card, dict) else ""
        found = _hash(folder / "weights.safetensors")
        if found != wanted:
            return fault(
                name, f"its weights have sha256 {found[:12]}, not {str(wanted)[:12]}", _RESTORE
            )
        if deep:
            from chem.features.graphs import featurizer_spec
            from gnn.bundle.bundle import load_bundle

            load_bundle(folder, featurizer_spec()["hash"])
    except OSError as error:
        return fault(name, f"a file cannot be read ({error.strerror})", _RESTORE)
    except ValueError:
        return fault(name, "its card is no JSON", _RESTORE)
    except HitlistError as error:
        return fault(name, str(error), _RESTORE)
    return ok(name, f"{found[:12]}, {'loads' if deep else 'as its card says'}")


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def check_screens(look: Look) -> Iterator[Finding]:
    """Check that the screens of deployments can be read, and have their models and library."""
    for one in look.deployments:
        if one.parameters.get("screen"):
            yield _check_screen(one, look.deep)


def _check_screen(deployment: "DeploymentResponse", deep: bool) -> Finding:
    from flows.doctor.folders import folder_of
    from screening.objective.screen_file import find_screen, load_screen

    name = f"screen/{deployment.name}"
    given = str(deployment.parameters["screen"])
    try:
        file = find_screen(given, Path(__file__).parents[1] / "screens")
        screen = load_screen(file)
        for bundle in screen.bundles:
            places = (SHIPPED / bundle, file.parent / bundle, Path(bundle))
            if not any((place / "card.json").is_file() for place in places):
                raise InputError(f"there is no bundle {bundle}")
        if deep:
            from flows.planning.planning import check_deployable

            check_deployable(given)
    except HitlistError as error:
        return fault(name, str(error), "mend the screen, and give `hitlist deploy` again")
    library = deployment.parameters.get("library")
    working = folder_of(deployment) or Path.cwd()
    where = working if library else file.parent
    return _check_library(name, str(library or screen.library), where, working)


def _check_library(name: str, text: str, where: Path, working: Path) -> Finding:
    """Find a library from a folder; one that is only in the working folder is found by runs."""
    from data.catalogue.catalogue import datasets
    from flows.planning.screen_paths import locate_library

    remedy = "deliver the library; nights wait for it, and then fail"
    try:
        path = locate_library(text, where).path
    except HitlistError as error:
        return warning(name, str(error), remedy)
    if path not in datasets() and not any((one / path).exists() for one in (where, working)):
        return warning(name, f"its library {path} is not there", remedy)
    return ok(name, f"screens {path}")
