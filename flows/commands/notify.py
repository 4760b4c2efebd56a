"""``hitlist notify``: send messages about nightly runs by webhook, Slack or mail."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chem.errors import InputError
from flows.terminal.console import note

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

_LONGEST = 10_000
"""The most characters of a file with an address."""


Webhook = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE|-", help="File with the address of a webhook, or - for standard input."
    ),
]
Slack = Annotated[
    Path | None, typer.Option(metavar="FILE|-", help="The same for an incoming webhook of Slack.")
]
Email = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Recipient of mail; needs --smtp.")
]
Smtp = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE|-",
        help="File with the mail server: smtp://user:password@host:587, or smtps://…:465.",
    ),
]
On = Annotated[
    str | None,
    typer.Option(
        metavar="LIST",
        help="Events: failed, late, cancelled, crashed, nothing-new, new-hits, not-compared, "
        "finished; by default all except finished.",
    ),
]
Test = Annotated[
    bool, typer.Option("--test", help="Send a test through every channel and wait for it.")
]
Show = Annotated[bool, typer.Option("--list", help="List the channels and their events.")]
Remove = Annotated[
    str | None, typer.Option(metavar="CHANNEL", help="Remove webhook, slack or email, or all.")
]


def notify(  # noqa: PLR0913 - one parameter per option
    webhook: Webhook = None,
    slack: Slack = None,
    email: Email = None,
    smtp: Smtp = None,
    on: On = None,
    test: Test = False,
    show: Show = False,
    remove: Remove = None,
) -> None:
    """Send a message about each event of nightly runs by webhook, Slack or mail.

    The Prefect server keeps the addresses as secrets and sends the messages, one per event and
    channel. A new address or list of events replaces the previous one of that channel. Addresses
    are read from a file or standard input, because others on this machine can see arguments.
    """
    from flows.operation.channels import (
        mail_address,
        remove_channel,
        save_channel,
        web_address,
    )
    from flows.operation.deploy_server import server_client

    events = _events(on)
    addresses = {
        name: web_address(_read(place, f"--{name}"), name)
        for name, place in (("webhook", webhook), ("slack", slack))
        if place is not None
    }
    if (email is None) != (smtp is None):
        raise InputError("--email and --smtp belong together: give both or neither")
    if email is not None and smtp is not None:
        addresses["email"] = mail_address(_read(smtp, "--smtp"), email)
    gone = _gone(remove)
    if not (addresses or gone or test or show):
        raise InputError("nothing to do; give --webhook, --slack or --email, or --list or --test")
    if on is not None and not addresses:
        raise InputError("--on needs a channel: give --webhook, --slack or --email too")
    with server_client() as client:
        for name in gone:
            note(f"{name}: {'removed' if remove_channel(client, name) else 'there was none'}")
        if addresses:
            _ensure_recovery(client)
        for name, address in addresses.items():
            save_channel(client, name, address, events)
            note(f"{name}: {', '.join(events)}")
        if test:
            _test(client)
        if show:
            _show(client)


def _ensure_recovery(client: "SyncPrefectClient") -> None:
    """Make the automations that recover runs, and tell what was made or could not be."""
    from flows.operation.automations import ensure_automations

    for line in ensure_automations(client):
        note(line)


def _events(on: str | None) -> Sequence[str]:
    """Return the names of the events. Raises InputError for an unknown one."""
    from flows.operation.messages import NAMES, USUAL

    if on is None:
        return USUAL
    wanted = [name.strip() for name in on.split(",") if name.strip()]
    for name in wanted:
        if name not in NAMES:
            raise InputError(f'--on: unknown event "{name}"; events: {", ".join(NAMES)}')
    if not wanted:
        raise InputError(f"--on names no event; events: {', '.join(NAMES)}")
    return [name for name in NAMES if name in wanted]


def _gone(remove: str | None) -> Sequence[str]:
    from flows.operation.channels import CHANNELS

    if remove is not None and remove not in (*CHANNELS, "all"):
        raise InputError(
            f'--remove: unknown channel "{remove}"; channels: {", ".join(CHANNELS)}, or all'
        )
    return CHANNELS if remove == "all" else [] if remove is None else [remove]


def _read(place: Path, option: str) -> str:
    """Return the one line of a file or of standard input; an address on the line is refused."""
    if "//" in str(place) or str(place).partition(":")[0] in ("http", "https", "smtp", "smtps"):
        raise InputError(
            f"{option}: an address is a secret, and others on this machine can see arguments; put "
            f"it in a file that only you can read, or pipe it in: {option} -"
        )
    if str(place) == "-":
        text = sys.stdin.readline(_LONGEST)
    else:
        try:
            with place.open(encoding="utf-8") as file:
                text = file.read(_LONGEST)
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not a text file"
            raise InputError(f"{option}: cannot read {place}: {why}") from None
    return text.strip()


def _test(client: "SyncPrefectClient") -> None:
    """Send a test; raise InputError if a message did not arrive or there is no channel."""
    from flows.operation.channels import send_test

    answers = send_test(client)
    if not answers:
        raise InputError("no channel is configured; give --webhook, --slack or --email")
    for one in answers:
        note(f"{one.channel}: {one.fault or 'the test was sent'}")
    if faults := [one for one in answers if one.fault]:
        raise InputError(f"{faults[0].channel}: {faults[0].fault}")


def _show(client: "SyncPrefectClient") -> None:
    from flows.operation.channels import list_channels

    channels = list_channels(client)
    for one in channels:
        print(f"{one.name}\t{one.place}\t{', '.join(one.events)}")
    if not channels:
        note("no channel is configured")
