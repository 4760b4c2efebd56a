"""The result of one check, and what a check may look at."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.responses import DeploymentResponse


class State(StrEnum):
    """The state of what was checked, from the best to the worst."""

    OK = "ok"
    SKIPPED = "not checked"
    WARNING = "warning"
    FAULT = "fault"

    @property
    def severity(self) -> int:
        """Return 0 for ok to 3 for a fault."""
        return list(State).index(self)


class Finding(NamedTuple):
    """What one check found."""

    name: str
    state: State
    found: str
    """One line; for a check that was left out, the reason."""
    remedy: str = ""
    """One line that says what to do; empty if nothing is."""
    mended: str = ""
    """What ``--fix`` did about it."""
    room: str = ""
    """The group of the check; the runner of the checks fills it in."""

    def mend(self, done: str) -> "Finding":
        """Return the finding after ``--fix`` did something about it."""
        return self._replace(state=State.OK, mended=done, remedy="")


def ok(name: str, found: str) -> Finding:
    """Return the finding of a check that passed."""
    return Finding(name, State.OK, found)


def skipped(name: str, why: str, remedy: str = "") -> Finding:
    """Return the finding of a check that was left out."""
    return Finding(name, State.SKIPPED, why, remedy)


def warning(name: str, found: str, remedy: str) -> Finding:
    """Return a finding that an operator should read, although nights run."""
    return Finding(name, State.WARNING, found, remedy)


def fault(name: str, found: str, remedy: str) -> Finding:
    """Return a finding that stops nights or makes them wrong."""
    return Finding(name, State.FAULT, found, remedy)


@dataclass
class Look:
    """What the checks look at."""

    deep: bool = False
    """True: make the checks that take long."""
    fix: bool = False
    """True: mend what is safe to mend."""
    runs: Sequence[Path] = ()
    """The folders of runs that exist."""
    client: "SyncPrefectClient | None" = None
    """A client of the server; None if there is none, or it does not answer."""
    no_server: str = "no server"
    """The reason why there is no client."""
    deployments: "list[DeploymentResponse]" = field(default_factory=list)
    """The deployments of hitlist on the server."""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def server(self) -> "SyncPrefectClient":
        """Return the client. Raises RuntimeError if there is none."""
        if self.client is None:
            raise RuntimeError(self.no_server)
        return self.client


Check = Callable[[Look], Iterator[Finding]]
"""A group of checks: yields its findings one after the other."""


def size_text(count: float) -> str:
    """Return a number of bytes as text.

    >>> size_text(512), size_text(1_500_000_000)
    ('512 B', '1.5 GB')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def listed(names: Sequence[str], most: int = 3) -> str:
    """Return the first names, and how many more there are.

    >>> listed(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
