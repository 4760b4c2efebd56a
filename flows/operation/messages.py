"""The messages of notifications: for each event a trigger and a text.

Texts are Jinja templates, which the Prefect server fills in. They hold names of screens and runs,
the message of a state, counts and a link, and no compound.
"""

from datetime import timedelta
from typing import NamedTuple

from prefect.events.schemas.automations import EventTrigger, Posture

from flows.operation.automations import CRASHED, ENDED, NEVER, SETTLE, wait_for
from flows.operation.news import FINISHED, NEW_HITS, NOT_COMPARED, NOTHING_NEW

LATE = timedelta(minutes=10)
"""The delay of a night from which it is told."""
TEST = "test"
TEST_EVENT = "hitlist.notify.test"
_LONGEST = 500
"""The most characters of a state's message; a traceback is longer."""
_LATE_EVENT = "prefect.flow-run.Late"
_RUN = "{{ flow.name }}/{{ deployment.name }}, run {{ flow_run.name }}"
_STATE = (
    "{% set why = event.resource['prefect.state-message'] %}"
    f"{{% if why %}}: {{{{ why|string|truncate({_LONGEST}) }}}}{{% endif %}}"
)


class Kind(NamedTuple):
    """A kind of event that is told."""

    trigger: EventTrigger
    title: str
    """The subject of the message, a template."""
    text: str
    """What happened in one line, a template without the link."""
    link: str
    """The address of the run's page, a template."""


def _state_kind(trigger: EventTrigger, word: str, told: str = _STATE) -> Kind:
    return Kind(
        trigger,
        f"hitlist: {{{{ flow.name }}}}/{{{{ deployment.name }}}} {word}",
        f"{_RUN} {word}{told}",
        "{{ flow_run|ui_url }}",
    )


def _on_state(event: str) -> EventTrigger:
    return wait_for({event}, {NEVER}, SETTLE)


def _on_news(event: str, source: str, each: str) -> EventTrigger:
    """Return a trigger for an event of ours, once for each value of a label."""
    return EventTrigger(
        after={event},
        expect={NEVER},
        match={"prefect.resource.id": source},
        for_each={each},
        posture=Posture.Proactive,
        threshold=1,
        within=SETTLE,
    )


def _news_kind(event: str, word: str) -> Kind:
    return Kind(
        _on_news(event, "hitlist.screen.*", "related:flow-run:prefect.resource.id"),
        f"hitlist: {{{{ event.payload.screen }}}} {word}",
        "{{ event.payload.text }}",
        "{{ event.payload.link }}",
    )


def _late_trigger() -> EventTrigger:
    """Return a trigger for a run that is marked late and does not start soon after."""
    started = ("Pending", "Running", "AwaitingConcurrencySlot")
    return wait_for(
        {_LATE_EVENT}, {*(f"prefect.flow-run.{name}" for name in started), *ENDED}, LATE
    )


KINDS: dict[str, Kind] = {
    "failed": _state_kind(_on_state("prefect.flow-run.Failed"), "failed"),
    "late": _state_kind(
        _late_trigger(),
        "did not start",
        ": it was due at {{ flow_run.expected_start_time }}; is the worker running?",
    ),
    "cancelled": _state_kind(_on_state("prefect.flow-run.Cancelled"), "was cancelled"),
    "crashed": _state_kind(_on_state(CRASHED), "crashed"),
    "nothing-new": _news_kind(NOTHING_NEW, "has nothing new"),
    "new-hits": _news_kind(NEW_HITS, "has new hits"),
    "not-compared": _news_kind(NOT_COMPARED, "was not compared"),
    "finished": _news_kind(FINISHED, "finished"),
    TEST: Kind(
        _on_news(TEST_EVENT, "hitlist.notify", "prefect.resource.id"),
        "hitlist: a test",
        "this is a test of hitlist notify",
        "",
    ),
}
"""The kinds of events by the names that ``hitlist notify --on`` takes; the test is always on."""
NAMES = tuple(name for name in KINDS if name != TEST)
USUAL = tuple(name for name in NAMES if name != "finished")
"""The kinds that are told unless others are named; ``finished`` comes beside those of news."""


def body(name: str) -> str:
    """Return the template of a message's text, with the link in the last line."""
    kind = KINDS[name]
    return f"{kind.text}\n\n{kind.link}" if kind.link else kind.text


def slack_body(name: str) -> str:
    """Return the same with the title, escaped as Slack demands."""
    escaped = "".join(
        f"|replace('{char}', '{code}')"
        for char, code in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))
    )
    whole = f"{KINDS[name].title}\n{body(name)}"
    return f"{{% set whole %}}{whole}{{% endset %}}{{{{ whole{escaped} }}}}"
