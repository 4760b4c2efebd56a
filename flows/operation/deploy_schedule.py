"""Decides on the schedule of a nightly deployment: from the screen, the server or an option.

An operator may have changed the schedule on the server. The deployment therefore remembers which
schedule the screen's file had when it was deployed. If the server still has that one, a change of
the file is taken over. If it has another one, an operator set it, and it stays.
"""

from collections.abc import Sequence
from typing import NamedTuple

from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.schedules import CronSchedule

from chem.errors import InputError
from screening.objective.schedule import Schedule, check_cron, check_timezone

SLUG = "nightly"
"""The name of the schedule inside its deployment."""
_REMEMBERED = "schedule "


class Cron(NamedTuple):
    """A cron line and its time zone."""

    cron: str
    timezone: str

    def __str__(self) -> str:
        return f"{self.cron} {self.timezone}"


class Options(NamedTuple):
    """What the operator asks for on the command line; None: as it is."""

    cron: str | None = None
    timezone: str | None = None

    def check(self) -> "Options":
        """Return the options in the form of a screen's file. Raises InputError."""
        try:
            return Options(
                None if self.cron is None else check_cron(self.cron),
                None if self.timezone is None else check_timezone(self.timezone),
            )
        except ValueError as error:
            raise InputError(str(error)) from None


class Decision(NamedTuple):
    """The schedule that a deployment gets, and what to tell."""

    cron: Cron | None
    """None: no schedule, or one on the server that is no cron line and stays."""
    told: tuple[str, ...] = ()


def of_file(schedule: Schedule | None) -> Cron | None:
    """Return the schedule of a screen's file."""
    return None if schedule is None else Cron(schedule.cron, schedule.timezone)


def remember(file: Cron | None) -> str:
    """Return the schedule of a file as the version text of its deployment.

    >>> remember(Cron("0 2 * * *", "UTC"))
    'schedule 0 2 * * * UTC'
    """
    return f"{_REMEMBERED}{file or 'none'}"


def remembered(version: str | None) -> Cron | None:
    """Return the schedule that a version text remembers; None without one.

    >>> remembered("schedule 0 2 * * * UTC")
    Cron(cron='0 2 * * *', timezone='UTC')
    """
    cron, _, timezone = (version or "").removeprefix(_REMEMBERED).rpartition(" ")
    return Cron(cron, timezone) if (version or "").startswith(_REMEMBERED) and cron else None


def find_schedule(schedules: Sequence[DeploymentSchedule]) -> DeploymentSchedule | None:
    """Return the schedule that belongs to the screen: the one of our slug, or the only one."""
    named = [one for one in schedules if one.slug == SLUG]
    if named:
        return named[0]
    return schedules[0] if len(schedules) == 1 else None


def cron_of(schedule: DeploymentSchedule | None) -> Cron | None:
    """Return a schedule on the server as a cron line; None if it is of another kind."""
    if schedule is None or not isinstance(schedule.schedule, CronSchedule):
        return None
    return Cron(schedule.schedule.cron, schedule.schedule.timezone or "UTC")


def decide(
    current: DeploymentSchedule | None, before: Cron | None, file: Cron | None, options: Options
) -> Decision:
    """Decide on the schedule of a deployment.

    Args:
        current: the schedule on the server.
        before: the schedule that the file had when it was deployed last.
        file: the schedule that the file has now.
        options: what the operator asks for now.

    Raises:
        InputError: an option needs a schedule, and there is none.
    """
    if options == Options():
        decision = _without_options(current, before, file)
    else:
        decision = _with_options(cron_of(current) or file, options)
    if current is not None and not current.active:
        told = (*decision.told, "stays paused; resume it on the server's page")
        return Decision(decision.cron, told)
    return decision


def _with_options(base: Cron | None, options: Options) -> Decision:
    cron = options.cron or (base.cron if base else None)
    if cron is None:
        raise InputError(
            "--timezone needs a cron line: give --cron too, or add [schedule] to the screen"
        )
    return Decision(Cron(cron, options.timezone or (base.timezone if base else "UTC")))


def _without_options(
    current: DeploymentSchedule | None, before: Cron | None, file: Cron | None
) -> Decision:
    now = cron_of(current)
    if current is not None and now is None:
        return Decision(None, ("kept its schedule, which was set on the server",))
    if now is None and before is not None:
        return Decision(None, ("what was set on the server stays; --cron adds a schedule",))
    if now is None or now == file:
        return Decision(file)
    if file is None:
        return Decision(
            now, ("kept, although the screen has no [schedule]; --no-schedule removes it",)
        )
    if now == before:
        return Decision(file, (f"its schedule was {now}",))
    return Decision(
        now,
        (
            f"kept {now}, which was set on the server; the screen says {file}: give --cron and "
            "--timezone to change it",
        ),
    )
