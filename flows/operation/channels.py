"""The channels of notifications on a Prefect server: a webhook, Slack and mail.

A channel is a block of Prefect, which keeps the address as a secret, and one automation for each
kind of event. All addresses are kept in a block of the type Slack Webhook: it passes any address on
to apprise, on which Prefect's notification blocks are built. Prefect's other blocks do not serve:

- Webhook closes the connections of all others when it is done, so that one of two messages at the
  same time is lost (measured).
- Custom Webhook writes its address, and so the secret, into the server's log if it is refused.
- The block for mail needs an account at SendGrid.
"""

import ipaddress
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, cast
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit
from uuid import UUID

from prefect.blocks.notifications import SlackWebhook
from prefect.client.orchestration import SyncPrefectClient
from prefect.events.actions import SendNotification
from prefect.events.schemas.automations import AutomationCore
from prefect.events.schemas.events import Event
from prefect.exceptions import ObjectNotFound
from pydantic import SecretStr

from chem.errors import InputError
from flows.operation.automations import put_automation, remove_automations
from flows.operation.messages import (
    KINDS,
    NAMES,
    TEST,
    TEST_EVENT,
    body,
    slack_body,
)

CHANNELS = ("webhook", "slack", "email")
PATIENCE = 60.0
"""Seconds to wait for the server's answer to a test."""
_SLUG = "slack-webhook"
_ACTIONS = ("prefect.automation.action.executed", "prefect.automation.action.failed")
_ONLY_TEXT = {":message": "text", ":title": "", ":type": "", ":version": "", ":attachments": ""}
"""Options by which apprise sends ``{"text": …}`` alone, as Slack demands."""


class Channel(NamedTuple):
    """A channel as it is configured on the server."""

    name: str
    place: str
    """The host of its address; the rest may be a secret."""
    events: tuple[str, ...]


class Answer(NamedTuple):
    """The result of a test message."""

    channel: str
    fault: str
    """The reason why the message did not arrive; empty if it did."""


def save_channel(
    client: SyncPrefectClient, channel: str, address: str, events: Sequence[str]
) -> None:
    """Keep the address of a channel on the server, and tell these events through it, no others.

    Args:
        client: A client of the server; the active profile must name the same server.
        channel: One of ``CHANNELS``.
        address: What ``web_address`` or ``mail_address`` returns. It is a secret.
        events: Names of ``messages.KINDS``.
    """
    block = SlackWebhook(url=SecretStr(address))
    document = cast(UUID, block.save(_block(channel), overwrite=True))
    kept = (*events, TEST)
    for name in kept:
        put_automation(client, _automation(channel, name, document))
    remove_automations(client, (_title(channel, name) for name in NAMES if name not in kept))


def remove_channel(client: SyncPrefectClient, channel: str) -> bool:
    """Delete a channel's automations and its address; return False if there was none."""
    remove_automations(client, (_title(channel, name) for name in KINDS))
    try:
        found = client.read_block_document_by_name(_block(channel), _SLUG, include_secrets=False)
        client.delete_block_document(found.id)
    except ObjectNotFound:
        return False
    return True


def list_channels(client: SyncPrefectClient) -> list[Channel]:
    """Return the channels that are configured on the server."""
    return list(_channels(client))


def _channels(client: SyncPrefectClient) -> Iterator[Channel]:
    for channel in CHANNELS:
        try:
            found = client.read_block_document_by_name(_block(channel), _SLUG)
        except ObjectNotFound:
            continue
        on = tuple(name for name in NAMES if client.read_automations_by_name(_title(channel, name)))
        yield Channel(channel, urlsplit(str(found.data["url"])).hostname or "?", on)


def web_address(address: str, channel: str = "webhook") -> str:
    """Return the address by which apprise posts JSON to a webhook, or to Slack.

    Raises:
        InputError: It is no http or https address, or an unencrypted one of another machine. The
            address is not repeated.
    """
    found = address.strip()
    host = _host(found, ("http", "https"))
    parts = urlsplit(found)
    if parts.scheme == "http" and not _is_loopback(host):
        raise InputError(
            f"the webhook on {host} begins with http://, so messages and its secret could be read "
            "in transit; use https://"
        )
    options = {f"-{key}": value for key, value in parse_qsl(parts.query, keep_blank_values=True)}
    options |= _ONLY_TEXT if channel == "slack" else {}
    scheme = "json" if parts.scheme == "http" else "jsons"
    query = f"?{urlencode(options)}" if options else ""
    return f"{scheme}://{parts.netloc}{parts.path or '/'}{query}"


def mail_address(server: str, recipient: str) -> str:
    """Return the address by which apprise sends mail.

    Args:
        server: ``smtp://user:password@host:port`` (STARTTLS; plain text on this machine) or
            ``smtps://…`` (TLS from the start); ``?from=`` names the sender if the user does not.
        recipient: The recipient's mail address.

    Raises:
        InputError: A part is missing; the password is not repeated.
    """
    host = _host(server.strip(), ("smtp", "smtps"))
    parts = urlsplit(server.strip())
    user = unquote(parts.username or "")
    query = dict(part.partition("=")[::2] for part in parts.query.split("&"))
    sender = unquote(query.get("from", "")) or user
    for what, found in (("recipient", recipient), ("sender", sender)):
        if found.count("@") != 1 or len(found.split()) != 1:
            hint = "; add ?from=name@host to the address of the mail server"
            raise InputError(
                f'the {what} "{found}" is no mail address{hint if what == "sender" else ""}'
            )
    plain = parts.scheme == "smtp" and _is_loopback(host)
    mode = "ssl" if parts.scheme == "smtps" else "insecure" if plain else "starttls"
    port = parts.port or {"ssl": 465, "starttls": 587, "insecure": 25}[mode]
    login = ""
    if user:
        login = f"{quote(user, safe='')}:{quote(unquote(parts.password or ''), safe='')}@"
    options = {"from": sender, "to": recipient, "smtp": host, "mode": mode, "format": "text"}
    scheme = "mailto" if plain else "mailtos"
    return f"{scheme}://{login}{host}:{port}?{urlencode(options)}"


def _host(address: str, schemes: Sequence[str]) -> str:
    """Return the host of an address. Raises InputError, which does not repeat the address."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in schemes or not host or len(address.split()) != 1:
        raise InputError(
            f"found no address, expected one line that begins with {' or '.join(schemes)}:// "
            "(it is not shown here because it may be a secret)"
        )
    return host


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def send_test(client: SyncPrefectClient, patience: float = PATIENCE) -> list[Answer]:
    """Send a test through every channel: by an event, the server's automations and its blocks.

    Returns:
        An answer for each channel.
    """
    waiting = {
        str(one.id): channel
        for channel in CHANNELS
        for one in client.read_automations_by_name(_title(channel, TEST))
    }
    began = datetime.now(UTC)
    event = Event(
        event=TEST_EVENT,
        resource={"prefect.resource.id": "hitlist.notify"},
        payload={},
        occurred=began,
    )
    if waiting:
        client.request("POST", "/events", json=[event.model_dump(mode="json")])
    answers: dict[str, str] = {}
    end = time.monotonic() + patience
    while len(answers) < len(waiting) and time.monotonic() < end:
        time.sleep(0.5)
        answers |= _answers(client, waiting, began)
    silent = f"the server did not send it within {patience:g} seconds; see its log"
    return [Answer(channel, answers.get(one, silent)) for one, channel in waiting.items()]


def _answers(client: SyncPrefectClient, waiting: dict[str, str], since: datetime) -> dict[str, str]:
    """Return the fault, or an empty text, by the id of each automation that has acted."""
    wanted = {
        "occurred": {"since": since.isoformat()},
        "event": {"name": list(_ACTIONS)},
        "resource": {"id": [f"prefect.automation.{one}" for one in waiting]},
    }
    page = client.request("POST", "/events/filter", json={"filter": wanted, "limit": 50}).json()
    found = {}
    for event in page["events"]:
        payload, fault = event["payload"], ""
        if event["event"] == _ACTIONS[1]:
            fault = str(payload.get("notification_log") or payload.get("reason") or "it failed")
        found[event["resource"]["prefect.resource.id"].rpartition(".")[2]] = fault
    return found


def _block(channel: str) -> str:
    return f"hitlist-{channel}"


def _title(channel: str, name: str) -> str:
    return f"hitlist: {channel} on {name}"


def _automation(channel: str, name: str, document: UUID) -> AutomationCore:
    kind = KINDS[name]
    text = slack_body(name) if channel == "slack" else body(name)
    return AutomationCore(
        name=_title(channel, name),
        description="Made by hitlist notify, which also changes and removes it.",
        trigger=kind.trigger,
        actions=[SendNotification(block_document_id=document, subject=kind.title, body=text)],
    )
