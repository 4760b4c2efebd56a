"""The schedule of a screen: when its nightly run starts, and how long it may take.

It says nothing about the compounds. Therefore no key, hash or output of a run contains it, and a
run that writes its screen leaves it out.
"""

import re
from calendar import monthrange
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

from screening.objective.terms import Strict

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NAMES = {name: number for number, name in enumerate(_MONTHS, 1)} | {
    name: number for number, name in enumerate(_DAYS)
}
_FIELDS = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("weekday", 0, 7, _DAYS),
)
"""The fields of a cron line: name, least and largest number, and names of its numbers."""
_PART = re.compile(r"(?:(\*)|(\w+)(?:-(\w+))?)(?:/(\d{1,2}))?", re.ASCII)
_TIME = re.compile(r"(?:(\d{1,3}) ?d)? ?(?:(\d{1,3}) ?h)? ?(?:(\d{1,5}) ?min)?", re.ASCII)
LEAST_SECONDS, MOST_SECONDS = 60, 30 * 86_400
"""The limits of ``max_runtime``: one minute and 30 days."""


def check_cron(line: str) -> str:
    """Return a cron line with single spaces between its five fields.

    >>> check_cron("0 2  * * mon-fri")
    '0 2 * * mon-fri'

    Raises:
        ValueError: It is no cron line, or its day does not exist, such as 30 February.
    """
    fields = line.split()
    if len(fields) != len(_FIELDS):
        raise ValueError(
            f'a cron line has five fields, "minute hour day month weekday", such as "0 2 * * *" '
            f'for 02:00 every day; "{line}" has {len(fields)}'
        )
    minutes, hours, days, months, _ = (
        _numbers(text, *field) for text, field in zip(fields, _FIELDS, strict=True)
    )
    assert minutes
    assert hours
    longest = max(monthrange(2000, month)[1] for month in months)  # a leap year
    if fields[4] == "*" and min(days) > longest:
        raise ValueError(f'"{line}" never comes: none of its months has a day {min(days)}')
    return " ".join(fields)


def _numbers(text: str, name: str, least: int, most: int, names: tuple[str, ...]) -> set[int]:
    """Return the numbers that a field of a cron line stands for."""
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise _no_field(part, name, least, most, names)
        every, first, last, step = match.groups()
        start = least if every else _number(first, name, least, most, names)
        end = most if every or (step and not last) else start
        end = _number(last, name, least, most, names) if last else end
        if end < start or step in ("0", "00"):
            raise _no_field(part, name, least, most, names)
        found.update(range(start, end + 1, int(step or 1)))
    return found


def _number(text: str, name: str, least: int, most: int, names: tuple[str, ...]) -> int:
    word = text.lower()
    number = _NAMES[word] if word in names else int(word) if word.isdigit() else -1
    if not least <= number <= most:
        raise _no_field(text, name, least, most, names)
    return number


def _no_field(part: str, name: str, least: int, most: int, names: tuple[str, ...]) -> ValueError:
    also = f" or {names[0]} to {names[-1]}" if names else ""
    return ValueError(
        f'"{part}" is no {name} of a cron line; give {least} to {most}{also}, *, a list such as '
        f"{least},{least + 1}, a range such as {least}-{least + 1}, or */2"
    )


def check_timezone(name: str) -> str:
    """Return the name of a time zone, such as ``Europe/Berlin``; raise ValueError if unknown."""
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        pass
    else:
        return name
    raise ValueError(
        f'no time zone "{name}" is known; give a name such as UTC, Europe/Berlin or '
        "America/New_York"
    )


def read_seconds(text: str) -> int:
    """Return the seconds of a time such as ``6h``, ``90 min``, ``1h 30min`` or ``2d``.

    >>> read_seconds("6h"), read_seconds("1h 30min")
    (21600, 5400)

    Raises:
        ValueError: It is no such time, or not between one minute and 30 days.
    """
    match = _TIME.fullmatch(text.strip())
    days, hours, minutes = (int(one or 0) for one in match.groups()) if match else (0, 0, 0)
    seconds = ((days * 24 + hours) * 60 + minutes) * 60
    if not LEAST_SECONDS <= seconds <= MOST_SECONDS:
        raise ValueError(
            f'"{text}" is no time between 1 min and 30 d; write it as "6h", "90min" or "1h 30min"'
        )
    return seconds


def _checked_time(text: str) -> str:
    read_seconds(text)
    return text


class Schedule(Strict):
    """The table ``[schedule]`` of a screen."""

    cron: Annotated[str, AfterValidator(check_cron)]
    """When a run starts: minute, hour, day, month and weekday."""
    timezone: Annotated[str, AfterValidator(check_timezone)] = "UTC"
    """The time zone of ``cron``."""
    max_runtime: Annotated[str, AfterValidator(_checked_time)] | None = None
    """The time after which a deployed run is ended, such as ``6h``."""

    @property
    def seconds(self) -> int | None:
        """``max_runtime`` in seconds."""
        return None if self.max_runtime is None else read_seconds(self.max_runtime)
