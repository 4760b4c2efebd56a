"""The chain of the log: any change of any byte is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.campaign.event import FIRST, AnyEvent, Event, Input, read_line, write_line
from screening.campaign.replaced import read_as
from screening.results.evaluate import Options


def event(number: int, name: str = "reader.csv") -> Event:
    return Event(
        number=f"{number:03d}",
        time="2026-01-31T12:00:00Z",
        run="0123456789ab",
        run_name="mine",
        screen="kinase",
        task="activity_EGFR",
        target="EGFR",
        kind="plates",
        plates=["kinase_P1"],
        ranks=[1, 2],
        supersedes=[],
        withdraws=[],
        options=read_as(Options()),
        inputs=[Input(name=name, kept_as="input/1_reader.csv", sha256="a" * 64)],
        files={"wells.csv": "b" * 64},
        summary="20 compounds",
    )


def chain(names: list[str]) -> bytes:
    lines, before = [], FIRST
    for number, name in enumerate(names, 1):
        line, before = write_line(event(number, name), before)
        lines.append(line.encode())
    return b"".join(lines)


def read(content: bytes) -> list[AnyEvent]:
    before = FIRST
    found: list[AnyEvent] = []
    for line in content.splitlines(keepends=True):
        one, before = read_line(line, before)
        found.append(one)
    return found


@given(st.lists(st.text(max_size=20), min_size=1, max_size=4), st.data())
def test_any_altered_byte_is_found(names: list[str], data: st.DataObject) -> None:
    content = chain(names)
    read_again = [one for one in read(content) if isinstance(one, Event)]
    assert [one.inputs[0].name for one in read_again] == names
    at = data.draw(st.integers(0, len(content) - 1))
    other = data.draw(st.integers(1, 255))
    altered = bytearray(content)
    altered[at] ^= other
    with pytest.raises(ValueError):  # noqa: PT011
        read(bytes(altered))


def test_every_byte_of_a_log_counts() -> None:
    content = chain(["a", "b"])
    for at in range(len(content)):
        altered = bytearray(content)
        altered[at] ^= 1
        with pytest.raises(ValueError):  # noqa: PT011
            read(bytes(altered))


def test_a_line_that_is_removed_or_moved_is_found() -> None:
    first, second, third = chain(["a", "b", "c"]).splitlines(keepends=True)
    for lines in ([second, third], [first, third], [first, third, second], [first, first]):
        with pytest.raises(ValueError, match="does not follow"):
            read(b"".join(lines))
