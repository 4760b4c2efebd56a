"""A screen file is read exactly, written back exactly, and refused clearly."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chem.errors import InputError
from screening.objective.plate_settings import Lab
from screening.objective.screen_file import (
    dump_scored,
    dump_screen,
    find_screen,
    hash_screen,
    load_screen,
)
from screening.objective.screen_settings import Screen
from screening.objective.selection import ACQUISITION, Selection

SHIPPED = Path(__file__).parents[3] / "flows" / "screens"
COLUMNS = [
    f"{task}{end}"
    for task in ("activity_EGFR", "activity_AURKA", "toxicity_herg", "toxicity_ld50_zhu")
    for end in ("", "_std", "_lo", "_hi")
] + ["activity_distance"]
PROPERTIES = ["mw", "logp"]
DESCRIBED = [*PROPERTIES, "tpsa", "heavy_atoms"]

MINIMAL = """
name = "mine"
title = "My screen"
library = "drugs.csv"
bundles = ["activity", "toxicity"]
hits = 10
[[primary]]
task = "activity_EGFR"
zero = 5.0
full = 8
[[off_targets]]
task = "activity_AURKA"
[[liabilities]]
task = "toxicity_herg"
zero = 0.9
full = 0.3
[[windows]]
property = "mw"
full_to = 600
zero_above = 700
[filters]
max_mw = 800
"""

HASH_BEFORE = "6a15d5c9c37c115c8373f5284c557114351fdf0bcb0cc93faaee891c6db4f43f"
"""The hash of ``MINIMAL`` before screens had ``min_rows`` and ``max_drop``."""


def load(text: str, folder: Path) -> Screen:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return load_screen(path)


def test_reads_what_is_written(tmp_path: Path) -> None:
    screen = load(MINIMAL, tmp_path)
    assert screen.objective.primary[0].full == 8.0
    assert screen.objective.primary[0].name == "EGFR"
    assert screen.objective.off_targets[0].zero == 0.0
    assert screen.objective.windows[0].zero_below is None
    assert [tuple(limit) for limit in screen.limits] == [("max_mw", "max", "mw", 800.0)]
    assert screen.objective.tasks == ("activity_EGFR", "activity_AURKA", "toxicity_herg")
    assert screen.objective.columns == (
        *("d_EGFR", "EGFR", "EGFR_std", "EGFR_lower"),
        *("d_selectivity_AURKA", "selectivity_AURKA", "d_herg", "d_mw"),
    )
    screen.check(COLUMNS, PROPERTIES)


# fmt: off
REFUSED = [
    # what to change, into what, words that the message must have
    ("zero = 5.0", "zeroo = 5.0", ['[[primary]] 1, "zeroo"', 'did you mean "zero"', "caution"]),
    ("hits = 10", "hit = 10", ['unknown key "hit"', 'did you mean "hits"', "library"]),
    ("hits = 10", 'hits = "many"', ['"hits"', 'found "many"', "integer"]),
    ("hits = 10", "hits = 0", ['"hits"', "found 0", "greater than or equal to 1"]),
    ("hits = 10", "hits = true", ['"hits"', "found true", "integer"]),
    ('title = "My screen"', "", ['"title"', "missing"]),
    ('"activity_EGFR"', '"EGFR"', ['[[primary]] 1, "task"', 'found "EGFR"', "<bundle>_<task>"]),
    ('["activity", "toxicity"]', '"activity"', ['"bundles"', 'found "activity"', "list"]),
    ('["activity", "toxicity"]', "[]", ['"bundles"', "at least 1"]),
    ('["activity", "toxicity"]', '["activity", 3]', ["bundles, item 2", "found 3", "string"]),
    ("[[primary]]", "[primary]", ['"primary"', "[[primary]] table"]),
    ("full = 8", "full = 4", ["[[primary]] 1", "full (4) must be above zero (5)"]),
    ("full = 8", "full = nan", ['[[primary]] 1, "full"', "NaN", "finite"]),
    ("full = 8", "full = inf", ['[[primary]] 1, "full"', "finite"]),
    ("full = 0.3", "full = 0.9", ["[[liabilities]] 1", "must differ"]),
    ("full = 0.3", "full = 0.3\ncost_ratio = 0", ['[[liabilities]] 1, "cost_ratio"', "found 0"]),
    ("full = 0.3", "full = 0.3\ncost_ratio = 101", ["found 101", "less than or equal to 100"]),
    ("full = 0.3", "full = 0.95\ncost_ratio = 4", ["found cost_ratio", "expected full below zero"]),
    ("full = 8", "full = 8\ncost_ratio = 4", ['unknown key [[primary]] 1, "cost_ratio"']),
    ("full_to = 600", "", ["[[windows]] 1", "full_to and zero_above belong together"]),
    ("full_to = 600", "full_to = 900", ["[[windows]] 1", "does not hold"]),
    ("max_mw = 800", "mw = 800", ['unknown key "mw"', "max_<column>"]),
    ("max_mw = 800", "max_pains = -1", ["max_pains = -1", "nothing pass", "a count"]),
    ("max_mw = 800", "min_qed = 1.5", ["min_qed = 1.5", "nothing pass", "between 0 and 1"]),
    ("max_mw = 800", "max_qed = -0.1", ["max_qed = -0.1", "nothing pass", "between 0 and 1"]),
    ("max_mw = 800", 'max_mw = "big"', ['[filters] "max_mw"', 'found "big"', "number"]),
    ('name = "mine"', 'name = "../mine"', ['"name"', "found", "letters, digits"]),
    ('"toxicity_herg"', '"other_EGFR"', [".toml: liability other_EGFR would", 'column "d_EGFR"']),
    ('property = "mw"', 'property = "mw"\nweight = -1', ['"weight"', "found -1", "greater than 0"]),
    ("hits = 10", "hits = = 10", ["not valid TOML", "line 6"]),
    ("hits = 10", "hits = 10\nselection = 3", ["[selection]", "found 3", "[selection] table"]),
    ("[filters]", "[objective]\n[filters]", ['unknown key "objective"', "primary, off_targets"]),
    ("[filters]", "[[selection]]\n[filters]", ["[selection]", "write it as a [selection] table"]),
]
# fmt: on

SELECTIONS = [
    ("poool = 9", ['unknown key [selection] "poool"', 'did you mean "pool"', "diversity"]),
    ("pool = 9", ["selection: a pool of 9 is smaller than hits (10)", "leave it out"]),
    ("pool = 10.0", ['[selection] "pool"', "found 10.0", "integer"]),
    ('diversity = "cluster"', ['[selection] "diversity"', "'none', 'clusters' or 'maxmin'"]),
    ("similarity = 0", ['[selection] "similarity"', "greater than 0"]),
    ("max_per_scaffold = 0", ['[selection] "max_per_scaffold"', "greater than or equal to 1"]),
    ("budget = 5", ["[selection]: budget and price_column belong together"]),
    ('price_column = "Price"', ["[selection]: budget and price_column belong together"]),
    ('budget = -5\nprice_column = "P"', ['[selection] "budget"', "found -5", "greater than 0"]),
    ("explore = 0.6", ['[selection] "explore"', "found 0.6", "less than or equal to 0.5"]),
    ('exclude = "owned.csv"', ['[selection] "exclude"', 'found "owned.csv"', "list"]),
    ('include = ["a", 7]', ['[selection] "include", item 2', "found 7", "string"]),
    ('include = ["a", ""]', ['[selection] "include", item 2', 'found ""', "at least 1 character"]),
]


@pytest.mark.parametrize(("table", "words"), SELECTIONS)
def test_refuses_a_selection_in_one_line(table: str, words: list[str], tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load(f"{MINIMAL}[selection]\n{table}\n", tmp_path)
    message = str(caught.value)
    assert "\n" not in message
    for word in ["mine.toml", *words]:
        assert word in message


def test_a_selection_is_written_out_with_its_defaults(tmp_path: Path) -> None:
    plain = load(MINIMAL, tmp_path)
    assert plain.selection is None
    assert "[selection]" not in dump_screen(plain)
    screen = load(f'{MINIMAL}[selection]\nexclude = ["a b.csv", "007"]\n', tmp_path)
    assert screen.selection is not None
    assert (
        '[selection]\ndiversity = "none"\nsimilarity = 0.55\nexclude = ["a b.csv", "007"]\n'
        "include = []\nexplore = 0.0\noptimism = 1.0\n"
        "# left out: pool, max_per_scaffold, max_per_cluster, budget, price_column, price_decimal\n"
    ) in dump_screen(screen)
    assert load(dump_screen(screen), tmp_path) == screen.changed(schedule=None)
    assert hash_screen(screen) != hash_screen(plain)


def test_the_lab_is_written_out_as_it_was_used(tmp_path: Path) -> None:
    """A screen that says nothing of the lab is plated by the defaults: the run's file has them."""
    plain = load(MINIMAL, tmp_path)
    assert plain.lab == Lab()
    text = dump_screen(plain)
    lab = tomllib.loads(text)["lab"]
    assert lab == {key: value for key, value in Lab() if value not in (None, "")}
    assert (lab["plate"], lab["top_uM"], lab["drop_nl"], lab["seed"]) == (384, 10.0, 2.5, 1)
    assert text.endswith("# left out: controls_each, prefix, amount\n")
    assert load(text, tmp_path) == plain
    other = load(f"{MINIMAL}[lab]\nplate = 96\n", tmp_path)
    assert tomllib.loads(dump_screen(other))["lab"] == {**lab, "plate": 96}
    assert hash_screen(other) != hash_screen(plain)
    said = load(f"{MINIMAL}[lab]\nplate = 384\n", tmp_path)
    assert hash_screen(said) == hash_screen(plain)  # the same screen, more words


@pytest.mark.parametrize(
    ("hits", "pool", "considered", "sought"),
    [
        (10, None, 500, 50),
        (100, None, 1000, 100),
        (1_000, None, 10_000, 1_000),
        (1_000_000, None, 1_050_000, 1_000_000),  # bounded beyond the hits
        (10, 10, 10, 10),
        (10, 2001, 2001, 201),
    ],
)
def test_a_pool_is_as_deep_as_the_screen_says(
    hits: int, pool: int | None, considered: int, sought: int
) -> None:
    table = {} if pool is None else {"pool": pool}
    screen = Screen.model_validate(
        {
            "name": "x",
            "title": "t",
            "library": "l",
            "bundles": ["a"],
            "hits": hits,
            "primary": [{"task": "a_A", "zero": 0, "full": 1}],
            "selection": table,
        }
    )
    assert screen.selection is not None
    assert screen.selection.considered(hits) == considered
    assert screen.sought == sought
    assert screen.changed(selection=None).sought == hits


@pytest.mark.parametrize(
    ("hits", "share", "explored", "hoped"),
    [
        (40, 0.1, 4, 540),
        (1000, 0.1, 100, 2000),
        (100, 0.29, 29, 600),  # 28.999999999999996 in binary
        (4, 0.1, 0, 504),
        (1_000_000, 0.5, 500_000, 1_050_000),
    ],
)
def test_exploration_looks_beyond_the_hits(
    hits: int, share: float, explored: int, hoped: int
) -> None:
    selection = Selection(explore=share)
    assert (selection.explored(hits), selection.acquisition_pool(hits)) == (explored, hoped)


@pytest.mark.parametrize(("old", "new", "words"), REFUSED)
def test_refuses_in_one_line(old: str, new: str, words: list[str], tmp_path: Path) -> None:
    assert MINIMAL.count(old) >= 1
    with pytest.raises(InputError) as caught:
        load(MINIMAL.replace(old, new, 1), tmp_path)
    message = str(caught.value)
    assert "\n" not in message
    for word in ["mine.toml", *words]:
        assert word in message


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None])
def test_refuses_what_is_no_text(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "odd.toml"
    path.write_bytes(content) if content else path.mkdir()
    with pytest.raises(InputError, match=r"odd\.toml"):
        load_screen(path)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("activity_EGFR", "activity_EGRF", ["[[primary]] 1", 'did you mean "activity_EGFR"']),
        ("toxicity_herg", "toxicity_HERGG", ["[[liabilities]] 1", '"toxicity_herg"']),
        ("activity_AURKA", "kinases_aurka", ["[[off_targets]] 1", '"activity_AURKA"']),
        ("activity_EGFR", "activity_EGFR_std", ["unknown target", '"activity_EGFR"']),
        ("activity_EGFR", "activity_distance", ['unknown target "activity_distance"']),
        ('property = "mw"', 'property = "MW"', ["[[windows]] 1", 'did you mean "mw"']),
        ("max_mw", "max_mass", ["[filters] max_mass", 'unknown column "mass"', 'mean "mw"?']),
        ("max_mw", "max_molweight", ['unknown column "molweight"; did you mean "mw"?']),
        ("max_mw", "max_Mol_Weight", ['unknown column "Mol_Weight"; did you mean "mw"?']),
        (
            "max_mw",
            "max_pain",
            ["[filters] max_pain", 'did you mean "pains"', "known: qed, alerts"],
        ),
        ('property = "mw"', 'property = "qed"', ["[[windows]] 1", "not score", "min_qed"]),
        ('property = "mw"', 'property = "m\\nw"', ['unknown property "m w"', "known: mw, logp"]),
    ],
)
def test_check_names_the_unknown_target(
    old: str, new: str, words: list[str], tmp_path: Path
) -> None:
    screen = load(MINIMAL.replace(old, new, 1), tmp_path)
    with pytest.raises(InputError) as caught:
        screen.check(COLUMNS, PROPERTIES)
    assert "\n" not in str(caught.value)
    for word in ["screen mine", *words]:
        assert word in str(caught.value)


def test_check_refuses_a_label_that_hides_a_property(tmp_path: Path) -> None:
    text = MINIMAL.replace('task = "activity_EGFR"', 'task = "activity_EGFR"\nlabel = "logp"')
    with pytest.raises(InputError, match='"logp" hides'):
        load(text, tmp_path).check(COLUMNS, PROPERTIES)


@pytest.mark.parametrize("column", ["mw", "score", "EGFR_lower", "toxicity_ld50_zhu", "d_mw"])
def test_filters_take_any_column(column: str, tmp_path: Path) -> None:
    load(f"{MINIMAL}min_{column} = 0.1\n", tmp_path).check(COLUMNS, PROPERTIES)


def test_late_filters_are_told_apart_and_keep_their_order(tmp_path: Path) -> None:
    late = ["min_qed", "max_alerts", "max_pains", "max_qed", "max_brenk", "max_nih"]
    text = MINIMAL + "".join(f"{name} = 0.5\n" for name in late) + "min_logp = 0\n"
    screen = load(text, tmp_path)
    screen.check(COLUMNS, PROPERTIES)
    assert [limit.name for limit in screen.limits] == ["max_mw", "min_logp"]
    assert [limit.name for limit in screen.costly_limits] == late
    assert load(dump_screen(screen), tmp_path) == screen


@pytest.mark.parametrize("label", ["qed", "alerts", "pains", "scaffold", "picked_by", "list_rank"])
def test_no_label_takes_a_late_column(label: str, tmp_path: Path) -> None:
    text = MINIMAL.replace('task = "activity_EGFR"', f'task = "activity_EGFR"\nlabel = "{label}"')
    with pytest.raises(InputError, match=f'column "{label}", which the hit list itself'):
        load(text, tmp_path)


def test_the_keys_that_the_shipped_screen_explains_can_be_used(tmp_path: Path) -> None:
    """Its [selection] and [lab] are comments: without the signs before them they are a screen."""
    written = (SHIPPED / "kinase.toml").read_text(encoding="utf-8")
    used = re.sub(r"^# (\[+\w+\]+|\w+ = )", r"\1", written, flags=re.MULTILINE)
    screen = load(used, tmp_path)
    predicted = [f"{task}{end}" for task in screen.objective.tasks for end in ("", "_std")]
    screen.check(predicted, [*DESCRIBED, "activity_distance", "toxicity_distance"])
    assert [term.targets for term in screen.objective.selective_over] == ["group"]
    assert screen.selection is not None
    fields = [name for name in Selection.model_fields if name not in ACQUISITION]
    assert list(tomllib.loads(used)["selection"]) == fields
    assert (screen.lab.points, screen.lab.reference) == (8, "erlotinib")


def test_the_acquisition_that_the_shipped_screen_explains_can_be_used(tmp_path: Path) -> None:
    """It is further to the right, as it does not go with the other order of picks."""
    written = (SHIPPED / "kinase.toml").read_text(encoding="utf-8")
    used = re.sub(r"^#   (\w+ = )", r"\1", written, flags=re.MULTILINE)
    used = used.replace("# [selection]", "[selection]")
    selection = load(used, tmp_path).selection
    assert selection is not None
    assert (selection.acquisition, selection.later_plates) == ("knowledge", 2)


def test_the_shipped_screen_fits_a_window() -> None:
    for line in (SHIPPED / "kinase.toml").read_text(encoding="utf-8").splitlines():
        assert len(line) <= 96, line


def test_dump_and_load_is_the_identity(tmp_path: Path) -> None:
    for path in SHIPPED.glob("*.toml"):
        screen = load_screen(path)
        assert load(dump_screen(screen), tmp_path) == screen.changed(schedule=None)


HOSTILE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(title=HOSTILE, library=HOSTILE, caution=st.floats(0, 10), limit=FINITE, key=HOSTILE)
def test_any_text_and_number_survives_the_dump(
    title: str,
    library: str,
    caution: float,
    limit: float,
    key: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    screen = Screen.model_validate(
        {
            "name": "x",
            "title": title,
            "library": library,
            "bundles": ["activity", title],
            "primary": [{"task": "activity_A", "zero": -1e300, "full": 1e300, "caution": caution}],
            "filters": {f"min_{key}": limit, "max_mw": 5e-324},
        }
    )
    again = load(dump_screen(screen), tmp_path_factory.getbasetemp())
    assert again == screen
    assert list(again.filters) == list(screen.filters)
    assert hash_screen(again) == hash_screen(screen)


def test_the_hash_sees_meaning_and_not_comments(tmp_path: Path) -> None:
    screen = load(MINIMAL, tmp_path)
    assert hash_screen(load("# note\n" + MINIMAL, tmp_path)) == hash_screen(screen)
    other = load(MINIMAL.replace("full = 8", "full = 8.1"), tmp_path)
    assert hash_screen(other) != hash_screen(screen)


def test_finds_shipped_names_and_files(tmp_path: Path) -> None:
    assert find_screen("kinase", SHIPPED) == SHIPPED / "kinase.toml"
    mine = tmp_path / "mine.toml"
    mine.write_text(MINIMAL)
    assert find_screen(str(mine), SHIPPED) == mine


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("kinas", ['"kinas"', 'did you mean "kinase"', "shipped screens:"]),
        ("zzz", ['"zzz"', "kinase"]),
        ("no/such.toml", ['"no/such.toml"', "path"]),
    ],
)
def test_an_unknown_screen_lists_the_shipped_ones(asked: str, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        find_screen(asked, SHIPPED)
    for word in words:
        assert word in str(caught.value)


def test_the_shipped_kinase_screen_is_led_by_potency() -> None:
    screen = load_screen(SHIPPED / "kinase.toml")
    assert [part.task for part in screen.objective.primary] == ["activity_EGFR"]
    others = (
        sum(part.weight for part in screen.objective.terms) - screen.objective.primary[0].weight
    )
    assert screen.objective.primary[0].weight > others
    # Approved EGFR drugs hit these two: they must not count against them.
    assert not {"activity_ERBB2", "activity_ERBB4"} & set(screen.objective.tasks)


@pytest.mark.parametrize(
    ("old", "new", "more"),
    [
        ("zero = 5.0", "zero = 5.0\ncautoin = 1", ""),
        ("zero = 5.0", "zero = 5.0\nweight = -1", ""),
        ("zero = 5.0", "zero = 8.0", ""),  # not below full
        ("zero = 5.0", "zreo = 5.0", ""),  # unknown, and its key is missing
        ("zero = 5.0", "weight = 2.0\nzreo = 5.0\nlabel = 7", " (and 1 more)"),
        ("zero = 5.0", "weight = -1\ncaution = -1", " (and 2 more)"),  # and zero is missing
    ],
)
def test_one_mistake_is_told_as_one(old: str, new: str, more: str, tmp_path: Path) -> None:
    assert MINIMAL.count(old) == 1
    with pytest.raises(InputError) as caught:
        load(MINIMAL.replace(old, new), tmp_path)
    told = re.search(r" \(and \d+ more\)$", str(caught.value))
    assert (told[0] if told else "") == more


def test_a_changed_screen_is_checked_like_a_new_one(tmp_path: Path) -> None:
    screen = load(MINIMAL, tmp_path)
    term = screen.objective.primary[0].changed(full=9.0)
    assert screen.changed(primary=(term,), hits=3).objective.primary[0].full == 9.0
    for wrong in ({"hits": 0}, {"primary": ()}, {"colour": "red"}, {"filters": {"mw": 3.0}}):
        with pytest.raises(ValidationError):
            screen.changed(**wrong)
    with pytest.raises(ValidationError, match="above zero"):
        term.changed(zero=10.0)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("min_rows = 0", '"min_rows": found 0; .*greater than or equal to 1'),
        ("min_rows = 1.5", '"min_rows": found 1.5; .*integer'),
        ("min_rows = true", '"min_rows": found true; .*integer'),
        ('min_rows = "many"', '"min_rows": found "many"; .*integer'),
        ("max_drop = 1.0", '"max_drop": found 1.0; .*less than 1'),
        ("max_drop = 20", '"max_drop": found 20.*; .*less than 1'),
        ("max_drop = -0.1", '"max_drop": found -0.1; .*greater than or equal to 0'),
        ("max_drop = nan", '"max_drop": found NaN; .*'),
        ("min_row = 5", 'unknown key "min_row"; did you mean "min_rows"'),
    ],
)
def test_a_bound_of_the_rows_that_means_nothing_is_refused(
    line: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=words) as refused:
        load(f"{line}{MINIMAL}", tmp_path)
    assert "\n" not in str(refused.value)


def test_bounds_of_the_rows_are_written_only_if_given(tmp_path: Path) -> None:
    """The hash of a screen without them is the one that earlier versions wrote in manifests."""
    plain = load(MINIMAL, tmp_path)
    assert (plain.min_rows, plain.max_drop) == (None, None)
    assert hash_screen(plain) == HASH_BEFORE
    given_both = load(f"min_rows = 100_000\nmax_drop = 0.2{MINIMAL}", tmp_path)
    text = dump_screen(given_both)
    assert "\nmin_rows = 100000\nmax_drop = 0.2\n" in text
    assert load(text, tmp_path) == given_both
    assert "max_drop" not in dump_screen(load(f"min_rows = 1{MINIMAL}", tmp_path))
    assert load(f"max_drop = 0{MINIMAL}", tmp_path).max_drop == 0.0


SCHEDULE = """
[schedule]
cron = "0 2 * * *"
timezone = "Europe/Berlin"
max_runtime = "6h"
"""


def test_a_schedule_changes_no_hash_and_is_not_written(tmp_path: Path) -> None:
    """The key of a run, its scores and its screen.toml are those of the screen without it."""
    plain, timed = load(MINIMAL, tmp_path), load(MINIMAL + SCHEDULE, tmp_path)
    assert timed.schedule is not None
    assert timed.schedule.seconds == 6 * 3600
    assert hash_screen(timed) == hash_screen(plain) == HASH_BEFORE
    assert dump_screen(timed) == dump_screen(plain)
    assert dump_scored(timed, timed.limits) == dump_scored(plain, plain.limits)
    assert timed.changed(hits=3).schedule == timed.schedule


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("0 2 * * *", "0 2 * *", ["[schedule]", "cron", "five fields", '"0 2 * *" has 4']),
        ("Europe/Berlin", "Europe/Berlim", ["[schedule]", "timezone", "Europe/Berlim"]),
        ("6h", "6 hours", ["[schedule]", "max_runtime", '"6 hours"', "1h 30min"]),
        ("cron =", "crom =", ["[schedule]", 'did you mean "cron"', "timezone, max_runtime"]),
    ],
)
def test_a_schedule_that_means_nothing_is_refused(
    old: str, new: str, words: list[str], tmp_path: Path
) -> None:
    with pytest.raises(InputError) as refused:
        load(MINIMAL + SCHEDULE.replace(old, new), tmp_path)
    assert "\n" not in str(refused.value)
    assert [word for word in words if word not in str(refused.value)] == []


def test_a_cost_ratio_is_written_back_and_changes_no_key_of_scores(tmp_path: Path) -> None:
    plain = load(MINIMAL, tmp_path)
    costly = load(MINIMAL.replace("full = 0.3", "full = 0.3\ncost_ratio = 4"), tmp_path)
    assert costly.objective.liabilities[0].cost_ratio == 4.0
    assert "\ncost_ratio = 4.0\n" in dump_screen(costly)
    assert load(dump_screen(costly), tmp_path) == costly
    assert hash_screen(plain) == HASH_BEFORE != hash_screen(costly)
    assert dump_scored(costly, costly.limits) == dump_scored(plain, plain.limits)
    assert costly.objective.as_scored() == plain.objective


def test_a_file_of_decisions_is_written_back_and_is_no_part_of_the_hash(tmp_path: Path) -> None:
    plain = load(MINIMAL, tmp_path)
    named = load(f'decisions = "own.csv"{MINIMAL}', tmp_path)
    assert '\ndecisions = "own.csv"\n' in dump_screen(named)
    assert load(dump_screen(named), tmp_path) == named
    assert hash_screen(named) == hash_screen(plain) == HASH_BEFORE
    assert dump_scored(named, named.limits) == dump_scored(plain, plain.limits)
