"""A model of a small assay of actives, and molecules unlike any of it: they are not its hits."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pytest

from chem.features.graphs import featurize, featurizer_spec
from chem.records.records import Failure
from chem.structure.standardize import standardize
from data.assay.read import AssayOptions, read_assay
from gnn.assembly.build import BundlePlan, build_assay
from gnn.assembly.own_assay import assemble_assay, fit_assay
from gnn.assembly.presumed_inactives import INACTIVE
from gnn.bundle.bundle import load_bundle
from gnn.bundle.predict import Predictor
from gnn.calibration.shrinkage import EARLIEST_OOD_START, OOD_START
from gnn.card.card import TaskCard
from gnn.evaluation.held_tasks import UNKNOWN
from gnn.features.graph_arrays import collect
from gnn.models.encoder import load_pretrained

FILE = Path(__file__).parents[1] / "files/my_assay.csv"
ROWS = 90
STRANGERS = {
    "orlistat": "CCCCCCCCCCC[C@@H](C[C@@H]1OC(=O)[C@H]1CCCCCC)OC(=O)[C@H](CC(C)C)NC=O",
    "fosfestrol": "CC/C(=C(/CC)c1ccc(OP(=O)(O)O)cc1)c1ccc(OP(=O)(O)O)cc1",
    "norgestrel": "CC[C@]12CC[C@H]3[C@@H](CCC4=CC(=O)CC[C@@H]43)[C@@H]1CC[C@@]2(O)C#C",
    "cholecalciferol": "C=C1CC[C@H](O)C/C1=C/C=C1\\CCC[C@]2(C)[C@@H]([C@H](C)CCCC(C)C)CC[C@@H]12",
    "morphine": "CN1CC[C@]23c4c5ccc(O)c4O[C@H]2[C@@H](O)C=C[C@H]3[C@H]1C5",
    "amoxicillin": "CC1(C)S[C@@H]2[C@H](NC(=O)[C@H](N)c3ccc(O)cc3)C(=O)N2[C@H]1C(=O)O",
    "metformin": "CN(C)C(=N)NC(=N)N",
    "erythromycin": "CC[C@H]1OC(=O)[C@H](C)[C@@H](O[C@H]2C[C@@](C)(OC)[C@@H](O)[C@H](C)O2)[C@H](C)"
    "[C@@H](O[C@@H]2O[C@H](C)C[C@@H]([C@H]2O)N(C)C)[C@](C)(O)C[C@@H](C)C(=O)[C@H](C)[C@@H](O)"
    "[C@]1(C)O",
    "sucrose": "OC[C@H]1O[C@@](CO)(O[C@H]2O[C@H](CO)[C@@H](O)[C@H](O)[C@H]2O)[C@@H](O)[C@@H]1O",
    "stearic acid": "CCCCCCCCCCCCCCCCCC(=O)O",
}


class Answer(NamedTuple):
    """What a model of the assay says."""

    task: TaskCard
    limit: float
    own: dict[str, npt.NDArray[np.float32]]
    """Of the assay's compounds, without the bundle's and the task's name."""
    strange: dict[str, npt.NDArray[np.float32]]


def ask(folder: Path, header: str, change: str = "") -> Answer:
    """Train on the first rows of the assay under another header and with other values."""
    lines = FILE.read_text().splitlines()[: ROWS + 1]
    cells = [line.rsplit(",", 1) for line in lines[1:]]
    numbers = 9 - np.log10([float(value) for _, value in cells])
    told = {
        "": numbers,
        "percent": np.clip(20 * (numbers - 4), 0, 100),
        "left": 100 - np.clip(20 * (numbers - 4), 0, 100),
        "class": (numbers > np.quantile(numbers, 0.25)).astype(int),
        "weak": numbers - 5,
        "number": numbers * 10,
    }[change]
    folder.mkdir(exist_ok=True)
    path = folder / "assay.csv"
    rows = [f"{start},{value:g}" for (start, _), value in zip(cells, told, strict=True)]
    path.write_text("\n".join([f"compound_id,SMILES,{header}", *rows]) + "\n")
    units = "number" if change == "number" else None
    table = read_assay(path, AssayOptions(value_column=header, units=units))
    made = assemble_assay(table, {"name": "mine"}, 3, 0)
    fitted = fit_assay(made.data, load_pretrained(), "gp")
    card = build_assay(folder / "bundle", made, fitted, BundlePlan("m", "m", forest=False))
    predictor = Predictor([load_bundle(folder / "bundle", featurizer_spec()["hash"])])
    task = card.tasks[0]
    assert card.domain is not None

    def predict(structures: list[str]) -> dict[str, npt.NDArray[np.float32]]:
        graphs = []
        for text in structures:
            read = standardize(text, "smiles")
            assert not isinstance(read, Failure)
            graph = featurize(read.mol)
            assert not isinstance(graph, Failure)
            graphs.append(graph)
        found = predictor.predict(collect(graphs))
        return {name.removeprefix("m_").removeprefix(task.name): x for name, x in found.items()}

    own = [str(smiles) for smiles in table.smiles]
    return Answer(task, card.domain.limit, predict(own), predict([*STRANGERS.values()]))


def cautious(said: dict[str, npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
    return said[""] - said["_std"]


@pytest.fixture(scope="module")
def potency(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    return ask(tmp_path_factory.mktemp("pki"), "pKi")


def test_the_strangers_are_strange(potency: Answer) -> None:
    assert (potency.strange["distance"] > 0.7).all()
    assert potency.limit < 0.7, "they are outside the domain that the card states"


def test_values_are_drawn_away_from_where_the_domain_ends(potency: Answer) -> None:
    numbers = potency.task.calibration
    assert (
        EARLIEST_OOD_START <= numbers["fade"] <= max(EARLIEST_OOD_START, potency.limit) <= OOD_START
    )
    assert numbers["remote"] == pytest.approx(INACTIVE)


def test_strangers_are_no_hits_of_an_assay_of_actives(potency: Answer) -> None:
    centre = potency.task.calibration["centre"]
    assert centre > 8.5
    assert (potency.strange[""] < 6).all(), dict(zip(STRANGERS, potency.strange[""], strict=True))
    # The assay's own compounds stay what they were measured to be, and above every stranger.
    assert potency.own[""].mean() == pytest.approx(centre, abs=0.1)
    assert cautious(potency.own).min() > cautious(potency.strange).max()


def test_a_lower_bound_is_lower_and_an_interval_wider_far_away(potency: Answer) -> None:
    assert potency.strange["_std"].min() > potency.own["_std"].max()
    assert potency.strange["_lo"].max() < potency.own["_lo"].min()
    far = np.argsort(potency.strange["distance"])
    assert cautious(potency.strange)[far[-3:]].mean() < cautious(potency.strange)[far[:3]].mean()


def test_strangers_of_a_weak_assay_are_no_better_than_it(tmp_path: Path) -> None:
    """Fragments of pKi 4: what is presumed at 5 elsewhere would put strangers on top here."""
    found = ask(tmp_path, "pKi", "weak")
    centre = found.task.calibration["centre"]
    assert centre < 4
    assert (found.strange[""] <= centre + 0.3).all()
    assert np.median(cautious(found.own)) > cautious(found.strange).max()


def test_strangers_do_not_inhibit(tmp_path: Path) -> None:
    found = ask(tmp_path, "% inhibition", "percent")
    assert found.task.calibration["centre"] > 80
    assert (found.strange[""] < 40).all()


def test_strangers_leave_all_that_was_there(tmp_path: Path) -> None:
    found = ask(tmp_path, "% residual activity", "left")
    assert found.task.calibration["centre"] < 20
    assert (found.strange[""] > 60).all()


def test_strangers_of_a_class_are_likely_not_active(tmp_path: Path) -> None:
    found = ask(tmp_path, "active", "class")
    assert found.own[""].mean() > 0.6
    assert (found.strange[""] < 0.5).all()
    assert (found.strange["_hi"] - found.strange["_lo"] > 0.3).all(), "and nobody is sure of it"


def test_a_class_that_is_a_risk_is_not_taken_for_absent(tmp_path: Path) -> None:
    found = ask(tmp_path, "toxic", "class")
    share = 1 / (1 + np.exp(-found.task.calibration["remote"]))
    assert share == pytest.approx(0.75, abs=0.05), "as often as in the assay"


def test_a_number_of_unknown_meaning_gets_a_wide_interval_and_no_made_up_value(
    tmp_path: Path,
) -> None:
    found = ask(tmp_path, "score", "number")
    numbers = found.task.calibration
    assert numbers["remote"] == numbers["centre"]
    scale = numbers["far"] / UNKNOWN
    assert found.strange["_std"].min() > found.own["_std"].max()
    assert numbers["far"] > 1.5 * scale
