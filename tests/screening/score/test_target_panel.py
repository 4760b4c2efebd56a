"""The panel of a screen: which bundles have one, and the groups of its targets."""

from pathlib import Path

import pytest

from gnn.bundle.bundle import Bundle, load_bundle, write_card
from screening.objective.screen_settings import Screen
from screening.runs.plan import load_bundles
from screening.score.target_panel import FEWEST, GROUPS, NO_GROUP, bundle_panel, panel_of
from tests.conftest import MakeBundle

PROTEINS = [f"P9999{n:02}" for n in range(FEWEST)]


@pytest.fixture(scope="module")
def bundles() -> tuple[Bundle, ...]:
    return load_bundles(("activity", "toxicity"))


def on_proteins(bundle: Bundle, proteins: list[str], **changed: str) -> Bundle:
    """Give the tasks of a bundle their proteins, and other fields new values."""
    tasks = [
        task.model_copy(update={"uniprot": protein, **changed})
        for task, protein in zip(bundle.card.tasks, proteins, strict=True)
    ]
    write_card(bundle.path, bundle.card.model_copy(update={"tasks": tuple(tasks)}))
    return load_bundle(bundle.path, bundle.card.featurizer)


def test_the_shipped_panel_has_every_kinase_in_its_group(
    bundles: tuple[Bundle, ...], kinase: Screen
) -> None:
    panel = panel_of(kinase, bundles)
    assert panel is not None
    assert panel.bundle == "activity"
    names = [task.name for task in bundles[0].card.tasks]
    assert sorted(one.name for one in panel.targets) == sorted(names)
    groups = [GROUPS.index(one.group) for one in panel.targets]
    assert groups == sorted(groups)
    by_name = {one.name: one for one in panel.targets}
    assert (by_name["EGFR"].group, by_name["AURKA"].group) == ("TK", "Other")
    assert by_name["JAK2"].family == by_name["JAK1"].family == "Jak"


def test_a_primary_target_of_another_bundle_has_no_panel(
    bundles: tuple[Bundle, ...], kinase: Screen
) -> None:
    primary = kinase.objective.primary[0].changed(task="toxicity_ld50_zhu", zero=1.0, full=3.0)
    assert panel_of(kinase.changed(primary=(primary,)), bundles) is None


@pytest.mark.parametrize("fewer", [0, 1])
def test_a_panel_has_enough_different_proteins(
    fewer: int, make_bundle: MakeBundle, tmp_path: Path
) -> None:
    tasks = tuple((f"T{n}", "r") for n in range(FEWEST))
    proteins = [*PROTEINS[: FEWEST - fewer], *PROTEINS[:fewer]]
    found = bundle_panel(on_proteins(make_bundle(tmp_path / "own", "own", tasks), proteins))
    assert (found is None) == bool(fewer)
    assert found is None or {one.group for one in found.targets} == {NO_GROUP}


@pytest.mark.parametrize("changed", [{"unit": "% bound"}, {"uniprot": ""}])
def test_other_units_and_unknown_proteins_are_no_panel(
    changed: dict[str, str], make_bundle: MakeBundle, tmp_path: Path
) -> None:
    tasks = tuple((f"T{n}", "r") for n in range(FEWEST))
    bundle = on_proteins(make_bundle(tmp_path / "own", "own", tasks), PROTEINS, **changed)
    assert bundle_panel(bundle) is None
