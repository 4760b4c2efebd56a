"""The code keeps to the field's words (docs/glossary.md): words it once had for itself stay out."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("chem", "data", "gnn", "screening", "flows", "benchmarks", "hitlist")
WORDS = {
    "basket": "constraints",
    "fade": "ood_start",
    "fate": "outcome",
    "hoped": "optimistic, acquisition",
    "hopes": "explorable",
    "imitate": "fit_surrogate",
    "imitated": "predictions_hash",
    "imitates": "fit_surrogate",
    "imitation": "surrogate training",
    "judge": "rank_run, run_head: what is done",
    "judged": "evaluation, cross_fitted: what is known of it",
    "judgement": "evaluation",
    "lesson": "soft_targets, targets",
    "lessons": "by_teacher, surrogate_targets",
    "nobody": "no_rows, empty",
    "pace": "rate, progress",
    "player": "group",
    "players": "atom_groups",
    "promise": "expected_score",
    "promises": "expected_scores",
    "remoteness": "ood_weight",
    "sealed": "verified",
    "taught": "distilled, soft_targets",
    "verdict": "exclusion, reason",
    "verdicts": "exclusions",
    "who": "what: a molecule is no person",
    "whom": "which",
    "whose": "of",
}
"""Forbidden as a word of any identifier, such as ``_basket`` or ``BasketSize``: what to say."""
NAMES = {
    "FoldedKernel": "HashedKernel",
    "Frames": "ScoredFrames",
    "Known": "BundleRef",
    "Marks": "ListMatches",
    "Measured": "MeasuredCompounds",
    "Offers": "PickOrder",
    "PARTS": "TERMS, SPLITS, COLUMN_ENDINGS",
    "Part": "Term, Phrase",
    "Parts": "Terms, Phrases",
    "Unit": "WorkItem",
    "examine": "compute_costly_properties",
    "folded_counts": "hashed_counts",
    "gather_evidence": "collect_evidence",
    "half": "bfloat16, quantize, fold",
    "known_bundles": "model_refs",
    "late_limits": "costly_limits",
    "load_measured": "load_measured_compounds",
    "on_a_plane": "tsne_layout",
    "whole_units": "partition_items",
}
"""Forbidden as identifiers: what to say."""
MODULES = {
    "basket": "constraints",
    "chosen": "selection_report",
    "cut": "partition_size",
    "examine": "costly_properties",
    "fate": "record_outcome",
    "fitting": "tables",
    "folded": "hashed_fingerprints",
    "frames": "scored_frames",
    "gather": "collect_evidence",
    "grouping": "structure_columns",
    "imitate": "fit_surrogate",
    "judge": "rank_run",
    "late": "costly_filters",
    "loaded": "worker_models",
    "marks": "list_matches",
    "measured": "measured_compounds, own_measurement",
    "orders": "pick_order",
    "pace": "progress",
    "passing": "not_selected",
    "past": "past_run",
    "places": "paths",
    "plane": "tsne_layout",
    "players": "atom_groups",
    "promise": "acquisition",
    "rounding": "quantize",
    "sealed": "verified_store",
    "verdicts": "exclusions",
}
"""Forbidden as names of modules: what to say."""
ALLOWED = {
    ("NO_VERDICT", "cells"): "what an assay's own cell says",
    ("NO_VERDICT", "column_values"): "the same",
    ("verdict", "column_values"): "the same",
    ("VERDICT", "potency"): "the first phrase of a hit's sentence",
    ("VERDICT", "sentence"): "the same",
    ("fade", "attribution"): "a key of card.json",
    ("fade", "calibrated_tasks"): "a key of card.json",
    ("fade", "calibrate"): "a key of card.json",
    ("fade", "calibration"): "a key of card.json",
    ("half", "parquet"): "half of something",
    ("imitates", "fit_surrogate"): "a key of a surrogate's card",
    ("imitates", "surrogate"): "a key of a surrogate's card",
    ("pace", "progress"): "a field of rich's progress bar",
    ("who", "ssh_signatures"): "the person who signed",
    ("who", "verify_files"): "the person who signed",
}
"""Identifiers that stay, by module: why."""


def identifiers(text: str) -> Iterator[tuple[int, str]]:
    """Yield every identifier with its line."""
    for node in ast.walk(ast.parse(text)):
        for field in ("id", "attr", "arg", "name", "asname"):
            name = getattr(node, field, None)
            if isinstance(name, str):
                yield getattr(node, "lineno", 0), name.rpartition(".")[2]


def words_of(name: str) -> list[str]:
    return [w.lower() for w in re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+", name)]


def faults_of(text: str, module: str) -> Iterator[tuple[int, str, str]]:
    """Yield line, identifier and what to say instead."""
    for line, name in identifiers(text):
        if (name, module) in ALLOWED:
            continue
        if name in NAMES:
            yield line, name, NAMES[name]
        for word in words_of(name):
            if word in WORDS:
                yield line, name, WORDS[word]


def sources() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def test_an_old_word_is_found_wherever_an_identifier_can_be() -> None:
    text = (
        "import a.basket\nfrom a import b as hopes\nclass SealedStore:\n    fate: int\n"
        "def judge(x, *, lesson=1):\n    x.players = f(half=2)\n    return NO_VERDICT\n"
    )
    found = [(line, name) for line, name, _ in faults_of(text, "module")]
    assert sorted(found) == [
        (1, "basket"),
        (2, "hopes"),
        (3, "SealedStore"),
        (4, "fate"),
        (5, "judge"),
        (5, "lesson"),
        (6, "half"),
        (6, "players"),
        (7, "NO_VERDICT"),
    ]
    assert list(faults_of("fades = passing = prejudged = 1", "module")) == []


def test_no_identifier_has_an_old_word() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name}, say {better}"
        for path in sources()
        for line, name, better in faults_of(path.read_text(encoding="utf-8"), path.stem)
    ]
    assert found == []


def test_no_module_has_an_old_name() -> None:
    assert [
        f"{path.relative_to(ROOT)}: say {MODULES[path.stem]}"
        for path in sources()
        if path.stem in MODULES
    ] == []


def test_what_is_allowed_is_there() -> None:
    """An exception that nothing needs any more would let the word come back."""
    there = {
        (name, path.stem)
        for path in sources()
        for _, name in identifiers(path.read_text(encoding="utf-8"))
    }
    assert set(ALLOWED) - there == set()


def test_the_glossary_is_in_order_and_leads_to_files() -> None:
    tables = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").split("\n## ")[1:]
    assert len(tables) == 2
    for table in tables:
        rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| ")][1:]
        words = [row[0].strip("| `").lower() for row in rows]
        assert len(words) > 20
        assert words == sorted(words)
        places = [place for row in rows for place in re.findall(r"`([^`]+)`", row[2])]
        assert [place for place in places if not (ROOT / place).exists()] == []
