"""The sentences on a morning: their counts and their wording."""

from screening.report.change_sentences import named_of, tell_moves, tell_quiet, tell_rest
from screening.report.last_run_facts import Compared, Kind, LastRun, Number, ShownChange
from tests.screening.report.test_last_run import FIRST, STAMP

LAST = LastRun(folder="night-1", run_id="ba" * 6, finished=STAMP.finished)
QUIET = FIRST.model_copy(
    update={
        "last": LAST,
        "same_library": True,
        "stable": 40,
        "steady_runs": 2,
        "steady_hits": 40,
        "counts": [Compared(name="hits", before=40, now=40)],
    }
)


def test_a_quiet_night_is_one_sentence() -> None:
    assert tell_quiet(QUIET) == (
        "nothing changed since the last run (2026-01-31 02:04 UTC): the same library, the same "
        "40 hits, the same ranks"
    )
    assert list(tell_rest(QUIET)) == []
    for changed in ({"same_library": False}, {"notes": ["models changed: x"]}, {"problem": "x"}):
        assert tell_quiet(QUIET.model_copy(update=changed)) == ""


def test_moves_by_others_are_told_apart() -> None:
    moved = Kind(name="moved", count=32, causes=[Number(name="displaced by others", count=32)])
    assert tell_moves(moved) == ""
    some = moved.model_copy(update={"by_others": 30})
    assert tell_moves(some).startswith("30 of them only because others entered, left or moved")
    assert tell_moves(moved.model_copy(update={"by_others": 32})).startswith("only because others")


def test_compounds_are_named_by_their_cause() -> None:
    texts = {"name": "", "rank_before": "1", "rank_now": "", "decision": ""}
    shown = [
        ShownChange(
            change="left", compound_id=f"Z{at}", cause="ab"[at % 2], decision_comment="", **texts
        )
        for at in range(14)
    ]
    since = QUIET.model_copy(update={"shown": shown})
    named = [one.compound_id for one in named_of(since, "left", "a")]
    assert named == ["Z0", "Z2", "Z4", "Z6", "Z8"]
