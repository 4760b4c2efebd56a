"""Addresses are checked and not repeated, and every message has its text."""

from datetime import UTC, datetime
from email import message_from_string
from pathlib import Path
from socketserver import StreamRequestHandler, TCPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import apprise
import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect.blocks.notifications import SlackWebhook
from prefect.server.utilities.user_templates import UserTemplateEnvironment
from pydantic import SecretStr

from chem.errors import InputError
from flows.operation.channels import mail_address, web_address
from flows.operation.messages import KINDS, NAMES, USUAL, body, slack_body
from flows.operation.news import News, events_of
from tests.flows.conftest import Run

SECRET = "CANARY7SECRET"
HOSTILE = 'a "night" <!channel> & \\ {{ x }} \n=1'


@pytest.mark.parametrize(
    ("address", "called"),
    [
        ("https://hooks.example/services/T/B/x", "https://hooks.example/services/T/B/x"),
        (" https://hooks.example:8443/x\n", "https://hooks.example:8443/x"),
        ("http://127.0.0.1:9/x", "http://127.0.0.1:9/x"),
        ("http://localhost", "http://localhost/"),
    ],
)
def test_web_addresses(address: str, called: str) -> None:
    made: Any = apprise.Apprise.instantiate(web_address(address))
    port = f":{made.port}" if made.port else ""
    assert f"{made.schema}://{made.host}{port}{made.fullpath}".replace("json", "http") == called


def test_the_options_of_a_web_address_are_kept() -> None:
    made: Any = apprise.Apprise.instantiate(web_address("https://h.example/a?sig=a%2Fb&v=1"))
    assert made.params == {"sig": "a/b", "v": "1"}


@pytest.mark.parametrize(
    "address",
    [
        *("", "hooks.example/", "ftp://h/", "https://", "https:///", "http://hooks.example/"),
        *("https://h:port/", "https://h/ x", "https://h/\nhttps://i/", "http://10.0.0.1/"),
    ],
)
def test_wrong_web_addresses_are_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(InputError) as refused:
        web_address(f"{address}{SECRET}" if address.endswith("e/") else address)
    assert SECRET not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("server", "mode", "port"),
    [
        ("smtp://a@b.example:pw@mail.example", "starttls", 587),
        ("smtps://a@b.example:pw@mail.example", "ssl", 465),
        ("smtp://u:pw@mail.example:2525?from=a@b.example", "starttls", 2525),
        ("smtp://127.0.0.1?from=a@b.example", "insecure", 25),
        ("smtps://127.0.0.1:9?from=a@b.example", "ssl", 9),
    ],
)
def test_mail_servers(server: str, mode: str, port: int) -> None:
    made: Any = apprise.Apprise.instantiate(mail_address(server, "c@d.example"))
    assert (made.secure_mode, made.port) == (mode, port)
    assert made.smtp_host in ("mail.example", "127.0.0.1")
    assert made.from_addr == (False, "a@b.example")
    assert made.targets == [(False, "c@d.example")]
    assert made.password == ("pw" if "pw" in server else None)


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20))
def test_a_password_of_any_characters_arrives(password: str) -> None:
    server = f"smtps://u%40b.example:{quote(password, safe='')}@mail.example"
    made: Any = apprise.Apprise.instantiate(mail_address(server, "c@d.example"))
    assert (made.user, made.password) == ("u@b.example", password)


class _Mail(StreamRequestHandler):
    """A mail server for one letter, without encryption and login."""

    def handle(self) -> None:
        self.answer(220)
        while line := self.rfile.readline().decode().strip().upper():
            if line == "QUIT":
                self.answer(221)
                return
            self.answer(354 if line == "DATA" else 250)
            if line == "DATA":
                while (part := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                    LETTER.append(part)
                self.answer(250)

    def answer(self, code: int) -> None:
        self.wfile.write(f"{code} ok\r\n".encode())


LETTER: list[str] = []


def test_a_mail_arrives_by_the_block_of_prefect() -> None:
    with TCPServer(("127.0.0.1", 0), _Mail) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        port = server.server_address[1]
        url = mail_address(f"smtp://127.0.0.1:{port}?from=night@lab.example", "a@lab.example")
        block = SlackWebhook(url=SecretStr(url))
        with block.raise_on_failure():
            block.notify("screen/kinase crashed\n\nhttp://127.0.0.1/runs/7\n", "hitlist: crashed")
        thread.join(30)
    letter = message_from_string("\n".join(LETTER))
    assert letter["Subject"] == "hitlist: crashed"
    assert "night@lab.example" in letter["From"]
    assert "a@lab.example" in letter["To"]
    assert "http://127.0.0.1/runs/7" in str(letter)


@pytest.mark.parametrize(
    ("server", "to", "told"),
    [
        ("smtp://u:CANARY7SECRET@mail.example", "c@d.example", "?from="),
        ("smtp://a@b.example:CANARY7SECRET@mail.example", "nobody", 'the recipient "nobody"'),
        ("http://a@b.example:CANARY7SECRET@mail.example", "c@d.example", "smtp or smtps://"),
        ("smtp://a@b.example:CANARY7SECRET@mail.example:x", "c@d.example", "found no address"),
    ],
)
def test_wrong_mail_servers_are_refused(server: str, to: str, told: str) -> None:
    with pytest.raises(InputError) as refused:
        mail_address(server, to)
    assert told in str(refused.value)
    assert SECRET not in str(refused.value)


def render(template: str) -> str:
    """Fill in a template as the server does, with names that somebody else chose."""
    environment = UserTemplateEnvironment(undefined=jinja2.ChainableUndefined)
    environment.filters["ui_url"] = lambda run: f"http://127.0.0.1/runs/{run.id}"
    named = SimpleNamespace(name=HOSTILE, id="7", expected_start_time="2026-11-29 02:00")
    payload = {"text": HOSTILE, "screen": "kinase", "link": "http://127.0.0.1/runs/7"}
    event = SimpleNamespace(
        occurred=datetime(2026, 11, 29, tzinfo=UTC),
        payload=payload,
        resource={"prefect.state-message": HOSTILE + "x" * 5000},
    )
    context = {"event": event, "flow": named, "flow_run": named, "deployment": named}
    return environment.from_string(template).render(context)


@pytest.mark.parametrize("name", KINDS)
def test_every_message_is_whole_whatever_the_names_are(name: str) -> None:
    text, title = render(body(name)), render(KINDS[name].title)
    assert 0 < len(text) < 1200
    assert title.startswith("hitlist: ")
    for one in (text, title):
        assert "{%" not in one
    slack = render(slack_body(name))
    assert "<" not in slack
    assert ">" not in slack
    assert slack.startswith("hitlist: ")
    link = "" if name == "test" else "http://127.0.0.1/runs/7"
    assert text.endswith(link)
    assert slack.endswith(link)


def test_the_usual_events_tell_a_run_once() -> None:
    assert set(NAMES) - set(USUAL) == {"finished"}


@pytest.mark.parametrize(
    "news",
    [
        News("", "no earlier finished run in runs", (), 0),
        News("a", "", (), 0),
        News("a", "", (0.9,), 0),
    ],
)
def test_the_usual_events_tell_what_a_night_may_have_found(news: News) -> None:
    triggers = [event for name in USUAL for event in KINDS[name].trigger.after]
    told = [event for event in events_of(news, 0.8) if event in triggers]
    assert len(told) == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "nothing to do"),
        (["--on", "failed"], "nothing to do"),
        (["--on", "failed", "--list"], "--on needs a channel"),
        (["--webhook", f"https://x.example/{SECRET}"], "an address is a secret"),
        (["--slack", f"http:/x.example/{SECRET}"], "an address is a secret"),
        (["--webhook", "none.txt"], "--webhook: cannot read none.txt: No such file"),
        (["--webhook", "hook.txt", "--on", "fialed"], 'unknown event "fialed"; events: failed'),
        (["--webhook", "hook.txt", "--on", ","], "--on names no event"),
        (["--webhook", "bytes.txt"], "it is not a text file"),
        (["--email", "a@b.example"], "--email and --smtp belong together"),
        (["--remove", "telegram"], 'unknown channel "telegram"'),
        (["--webhook", "hook.txt"], "`hitlist server`"),
    ],
)
def test_mistakes_are_told_in_one_line(
    run: Run, words: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    Path("hook.txt").write_text(f"https://hooks.example/{SECRET}\n")
    Path("bytes.txt").write_bytes(b"\xff\xfe\x00")
    answer = run("notify", *words)
    assert answer.code == 2
    assert told in answer.err
    assert answer.err.count("\n") == 1
    assert SECRET not in answer.err
