import pytest

from chem.errors import InputError
from screening.prepare.limits import SECONDS_VARIABLE, Limits, read_limits


@pytest.mark.parametrize("given", [{}, {SECONDS_VARIABLE: " "}, {SECONDS_VARIABLE: "10"}])
def test_a_molecule_has_ten_seconds_and_a_gibibyte(given: dict[str, str]) -> None:
    assert read_limits(given) == Limits(10.0, 2**30)


def test_the_environment_gives_other_seconds() -> None:
    assert read_limits({SECONDS_VARIABLE: "2.5"}) == Limits(seconds=2.5)


@pytest.mark.parametrize("text", ["fast", "0", "-1", "nan", "inf", "0.1", "1e9"])
def test_other_seconds_are_refused_in_one_line(text: str) -> None:
    with pytest.raises(InputError, match=rf"^{SECONDS_VARIABLE} is '{text}', expected [^\n]*$"):
        read_limits({SECONDS_VARIABLE: text})
