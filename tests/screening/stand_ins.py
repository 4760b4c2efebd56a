"""Real drugs with stand-in predictions, ranked: the input of a hand-over."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rdkit import Chem
from rdkit.Chem import rdMolDescriptors

from chem.features.properties import PROPERTIES, describe
from data.catalogue.panel import human_kinases
from screening.evidence.evidence import Contributions, Evidence, Flag, Neighbour, Relation
from screening.objective.objective import evaluate
from screening.objective.screen_file import load_screen
from screening.objective.screen_settings import Screen
from screening.rank.costly_filters import rank_with_costly_filters
from screening.rank.rank import Ranking
from screening.reason.reason import reason
from screening.reason.sentence import HitFacts
from screening.report.manifest import Artefact, RunFacts
from screening.score.card_facts import ErrorCorrelations
from screening.score.target_panel import GROUPS, PanelTarget, TargetPanel

DRUGS = {
    "gefitinib": "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1",
    "erlotinib": "C#Cc1cccc(Nc2ncnc3cc(OCCOC)c(OCCOC)cc23)c1",
    "osimertinib": "C=CC(=O)Nc1cc(Nc2nccc(-c3cn(C)c4ccccc34)n2)c(OC)cc1N(C)CCN(C)C",
    "afatinib": "CN(C)C/C=C/C(=O)Nc1cc2c(Nc3ccc(F)c(Cl)c3)ncnc2cc1O[C@H]1CCOC1",
    "imatinib": "Cc1ccc(NC(=O)c2ccc(CN3CCN(C)CC3)cc2)cc1Nc1nccc(-c2cccnc2)n1",
    "ibuprofen": "CC(C)Cc1ccc(C(C)C(=O)O)cc1",
    "warfarin": "CC(=O)CC(c1ccccc1)c1c(O)c2ccccc2oc1=O",
    "aspirin": "CC(=O)Oc1ccccc1C(=O)O",
}
SMARTS = {"aniline": "c[NX3;H1,H2]", "halide": "c[F,Cl]", "acid": "C(=O)[OH]"}
"""Stand-ins for alerts, with their atoms."""
ENDS = ("", "_std", "_lo", "_hi")


@pytest.fixture(scope="session")
def kinase() -> Screen:
    return load_screen(Path(__file__).parents[2] / "flows" / "screens" / "kinase.toml")


@pytest.fixture(scope="session")
def units(kinase: Screen) -> dict[str, str]:
    return {
        task: "pActivity" if task.startswith("activity_") else "probability"
        for task in kinase.objective.tasks
    }


Scored = Callable[[Sequence[tuple[str, str, dict[str, str]]]], pd.DataFrame]


@pytest.fixture(scope="session")
def scored(kinase: Screen) -> Scored:
    """Make a scored frame of the drugs, with the ids, names and vendor fields given."""

    def build(who: Sequence[tuple[str, str, dict[str, str]]]) -> pd.DataFrame:
        structures = list(DRUGS.values())[: len(who)]
        described = [describe(Chem.MolFromSmiles(smiles)) for smiles in structures]
        frame = pd.DataFrame(described, columns=list(PROPERTIES), dtype=np.float32)
        frame.insert(0, "row", range(1, len(who) + 1))
        for at, column in enumerate(("compound_id", "name")):
            frame[column] = pd.Series([entry[at] for entry in who], dtype="str")
        frame["extra"] = pd.Series([json.dumps(entry[2]) for entry in who], dtype="str")
        frame["smiles"] = frame["input_smiles"] = pd.Series(structures, dtype="str")
        frame["changes"] = [
            ["kept the largest fragment", "neutralized"][: i % 3] for i in frame["row"]
        ]
        draw = np.random.default_rng(7)
        for task in kinase.objective.tasks:
            active = task.startswith("activity_")
            mean = draw.uniform(5, 9, len(who)) if active else draw.uniform(0, 1, len(who))
            std = draw.uniform(0.05, 0.4, len(who)) * (1 if active else 0.2)
            for end, values in zip(ENDS, (mean, std, mean - 2 * std, mean + 2 * std), strict=True):
                frame[task + end] = values.astype(np.float32)
        return frame

    return build


@pytest.fixture(scope="session")
def ranking(kinase: Screen, scored: Scored) -> Ranking:
    who = [
        (f"00{n}", name, {"Price": f"{n}.50", "score": "A", "": "x"})
        for n, name in enumerate(DRUGS)
    ]
    return rank_with_costly_filters(lambda: [scored(who)], kinase)


@pytest.fixture(scope="session")
def facts(units: dict[str, str]) -> RunFacts:
    return RunFacts(
        library=Artefact("drugs.csv", "a" * 64),
        bundles=(Artefact("activity", "b" * 64), Artefact("toxicity", "c" * 64)),
        featurizer="d" * 64,
        rows=11,
        accepted=8,
        rejected=2,
        duplicates=1,
        reject_codes={"parse/invalid_valence": 1, "read/empty": 1},
        seconds={"prepare": 1.23456},
        units=units,
    )


@pytest.fixture(scope="session")
def evidence(ranking: Ranking, kinase: Screen) -> list[Evidence]:
    """Real alerts of each hit, its share of logP by atom, and the other drugs as neighbours."""
    found = []
    tasks = [part.task for part in (*kinase.objective.primary, *kinase.objective.liabilities)]
    for number, smiles in enumerate(ranking.hits["smiles"]):
        mol = Chem.MolFromSmiles(smiles)
        logp = [pair[0] for pair in rdMolDescriptors._CalcCrippenContribs(mol)]
        atoms = np.array(logp, dtype=np.float32)
        flags = tuple(
            Flag("BRENK", name, tuple(sorted({at for match in matches for at in match})))
            for name, smarts in SMARTS.items()
            if (matches := mol.GetSubstructMatches(Chem.MolFromSmarts(smarts)))
        )
        others = [(name, text) for name, text in DRUGS.items() if text != smiles][:3]
        near = tuple(
            Neighbour(name, text, 0.9 - 0.2 * at, 7.5 - number / 4 - at, "<" if at == 2 else "=")
            for at, (name, text) in enumerate(others)
        )
        contributions = tuple(
            Contributions(task, 5.0, atoms / np.float32(1 + k)) for k, task in enumerate(tasks)
        )
        found.append(Evidence({kinase.objective.primary[0].task: near}, contributions, flags))
    return found


@pytest.fixture(scope="session")
def panel() -> TargetPanel:
    """The panel of the shipped kinase bundle, with its groups."""
    kinases = sorted(human_kinases().values(), key=lambda one: GROUPS.index(one.group))
    targets = [PanelTarget(f"activity_{k.gene}", k.gene, k.group, k.family) for k in kinases]
    return TargetPanel("activity", tuple(targets))


@pytest.fixture(scope="session")
def panel_ranking(ranking: Ranking, panel: TargetPanel) -> Ranking:
    """The hits with predictions of the whole panel, from 4 to 8; those of the screen stay."""
    draw = np.random.default_rng(11)
    count, more = len(ranking.hits), {}
    for one in panel.targets:
        mean, std = draw.uniform(4, 8, count), draw.uniform(0.3, 0.9, count)
        for end, values in zip(ENDS, (mean, std, mean - 2 * std, mean + 2 * std), strict=True):
            if one.task not in ranking.hits:
                more[one.task + end] = values.astype(np.float32)
    frame = pd.DataFrame(more, index=ranking.hits.index)
    return ranking._replace(hits=pd.concat([ranking.hits, frame], axis="columns"))


SMILES = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"
GOOD = {
    "activity_EGFR": 8.14,
    "activity_EGFR_std": 0.42,
    **dict.fromkeys(["activity_AURKA", "activity_CDK2", "activity_INSR"], 5.0),
    **dict.fromkeys(["activity_AURKA_std", "activity_CDK2_std", "activity_INSR_std"], 0.3),
    **dict.fromkeys(["toxicity_herg", "toxicity_ames", "toxicity_dili", "toxicity_SR-MMP"], 0.1),
    "mw": 400.0,
    "logp": 3.0,
    "tpsa": 80.0,
}
"""Predictions and properties that the kinase screen has nothing against."""
GOOD_UNITS = {
    task: "pActivity" if task.startswith("activity") else "probability"
    for task in GOOD
    if "_" in task
}
Tell = Callable[..., str]


@pytest.fixture(scope="session")
def good() -> dict[str, float]:
    """What the kinase screen has nothing against, to be changed."""
    return dict(GOOD)


@pytest.fixture(scope="session")
def good_units() -> dict[str, str]:
    return dict(GOOD_UNITS)


@pytest.fixture(scope="session")
def near() -> Callable[..., Neighbour]:
    """Make a measured compound that is like the hit."""

    def made(
        similarity: float, value: float = 7.92, relation: Relation = "=", smiles: str = "C"
    ) -> Neighbour:
        return Neighbour("AAA", smiles, similarity, value, relation)

    return made


@pytest.fixture(scope="session")
def tell() -> Tell:
    """Say the sentence of a hit: ``GOOD`` with some numbers changed, of a screen."""

    def told(
        screen: Screen,
        changed: Mapping[str, float] | None = None,
        neighbours: Sequence[Neighbour] = (),
        units: Mapping[str, str] | None = None,
        limits: Mapping[str, float] | None = None,
        correlations: Mapping[str, ErrorCorrelations] | None = None,
        **more: Any,
    ) -> str:
        frame = pd.DataFrame([{**GOOD, **(changed or {})}])
        whole = pd.concat([evaluate(frame, screen.objective), frame], axis="columns")
        row = {str(name): value for name, value in whole.iloc[0].items()}
        hit: dict[str, Any] = {**row, "smiles": SMILES, **more}
        known = {screen.objective.primary[0].task: neighbours}
        given = {
            **dict.fromkeys(screen.objective.tasks, "pActivity"),
            **GOOD_UNITS,
            **(units or {}),
        }
        facts = HitFacts(hit, screen, given, limits or {}, known)
        return reason(replace(facts, correlations=correlations or {}))

    return told
