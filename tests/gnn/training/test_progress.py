import pytest

from gnn.training.progress import ProgressPrinter


def test_each_part_has_its_own_rate(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    times = iter([10.0, 12.0, 14.0, 20.0, 20.5, 21.0])
    monkeypatch.setattr("gnn.training.progress.monotonic", lambda: next(times))
    show = ProgressPrinter()
    show("encoder outputs", 0, 82_904)
    show("encoder outputs", 40_000, 82_904)
    show("encoder outputs", 82_904, 82_904)
    show("networks", 1, 4)
    show("networks", 2, 4)
    show("networks", 1, 4)  # of the next fit
    assert capsys.readouterr().out.splitlines() == [
        "encoder outputs: 0/82,904",
        "encoder outputs: 40,000/82,904, 20,000/s, 2 s left",
        "encoder outputs: 82,904/82,904, 20,726/s, 0 s left",
        "networks: 1/4",
        "networks: 2/4, 2/s, 1 s left",
        "networks: 1/4",
    ]
