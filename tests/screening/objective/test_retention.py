"""[retention] is read strictly, and changes neither the text nor the hash of a screen."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chem.errors import InputError
from screening.objective.retention import Retention, read_age, read_size
from screening.objective.screen_file import dump_screen, hash_screen, load_screen
from screening.objective.screen_settings import Screen


@pytest.mark.parametrize(
    ("text", "size"),
    [("0B", 0), ("500 MB", 500_000_000), ("1.5TB", 1_500_000_000_000), ("2GiB", 2 << 30)],
)
def test_sizes(text: str, size: int) -> None:
    assert read_size(text) == size


@pytest.mark.parametrize("text", ["", "50", "GB", "-1GB", "50 gb", "1e9GB", "50GBB", "١GB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no size; write it as"):
        read_size(text)


@pytest.mark.parametrize(("text", "hours"), [("12h", 12), ("30d", 720), ("1w", 168), ("0d", 0)])
def test_ages(text: str, hours: int) -> None:
    assert read_age(text) == 3600 * hours


@pytest.mark.parametrize("text", ["", "30", "d", "-1d", "30 days", "1e3d", "nand"])
def test_what_is_no_age_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no age; write it as"):
        read_age(text)


def test_a_screen_with_retention_is_the_same_run(
    objective: Callable[..., Screen], tmp_path: Path
) -> None:
    plain = objective("EGFR", 5)
    file = tmp_path / "screen.toml"
    table = '\n[retention]\nkeep_runs = 30\nkeep_days = 400\nmost_cache = "50GB"\n'
    file.write_text(dump_screen(plain) + table, encoding="utf-8")
    kept = load_screen(file)
    assert kept.retention == Retention(keep_runs=30, keep_days=400, most_cache="50GB")
    assert kept.retention.most_bytes == 50 * 10**9
    assert kept.retention.seconds == 400 * 86_400
    assert dump_screen(kept) == dump_screen(plain)
    assert hash_screen(kept) == hash_screen(plain)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("keep_runs = 0", '[retention] "keep_runs": found 0; '),
        ("keep_days = -1", '[retention] "keep_days": found -1'),
        ('most_cache = "50"', '[retention] "most_cache": "50" is no size'),
        ("keep_run = 3", 'unknown key [retention] "keep_run"; did you mean "keep_runs"?'),
    ],
)
def test_mistakes_are_told_in_one_line(
    objective: Callable[..., Screen], tmp_path: Path, line: str, told: str
) -> None:
    file = tmp_path / "screen.toml"
    file.write_text(f"{dump_screen(objective('EGFR', 5))}\n[retention]\n{line}\n")
    with pytest.raises(InputError) as caught:
        load_screen(file)
    assert told in str(caught.value)
