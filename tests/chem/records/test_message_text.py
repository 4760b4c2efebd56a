import pytest

from chem.records.message_text import counted, did_you_mean, one_line


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1234, "1,234 rows")]
)
def test_a_word_fits_its_count(count: int, told: str) -> None:
    assert counted(count, "row") == told


def test_a_plural_of_its_own() -> None:
    assert counted(1, "entry", "entries") == "1 entry"
    assert counted(3, "entry", "entries") == "3 entries"


def test_a_text_becomes_one_short_line() -> None:
    assert one_line(" a\n\tb ") == "a b"
    assert one_line("x" * 200) == "x" * 200
    assert one_line("x" * 201) == "x" * 199 + "…"


def test_the_closest_name_is_asked_for_as_it_is_shown() -> None:
    assert did_you_mean("toxicty", ["activity", "toxicity"], "none") == "did you mean toxicity?"
    assert did_you_mean("egfr2", {"egfr": "EGFR"}) == "did you mean EGFR?"
    assert did_you_mean("zzz", ["activity", "toxicity"], "name one") == "name one"
    assert did_you_mean("JAK", ["JAK2", "JAK1", "EGFR"], most=2) == "did you mean JAK2 or JAK1?"
    assert did_you_mean("abcd", ["abxy"]) == ""
    assert did_you_mean("abcd", ["abxy"], cutoff=0.5) == "did you mean abxy?"
