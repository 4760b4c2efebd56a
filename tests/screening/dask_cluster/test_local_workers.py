"""Processes of this machine start with the first work, and as many as have something to do."""

import signal
from collections.abc import Sequence
from time import sleep

import pytest
from distributed import Client

from screening.dask_cluster.cluster import connect, run_window
from screening.dask_cluster.lazy_client import LazyClient, is_started, started


class Counted:
    """Workers of which only the number is kept; one that is there does their work."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.numbers: list[int] = []

    def start(self, workers: int) -> Client:
        self.numbers.append(workers)
        return self.client

    def add(self, client: Client, workers: int) -> None:
        assert client is self.client
        self.numbers.append(workers)


def test_workers_start_with_the_first_item(lone: Client) -> None:
    workers, meanwhile = Counted(lone), []
    client = LazyClient(workers, 2)
    assert list(run_window(client, abs, [], meanwhile=lambda: meanwhile.append(1))) == []
    assert (meanwhile, workers.numbers, is_started(client)) == ([1], [], False)
    assert sorted(run_window(client, abs, [-1, -2])) == [1, 2]
    assert list(run_window(client, abs, [3])) == [3]
    assert workers.numbers == [2]
    client.close()
    with pytest.raises(RuntimeError, match="after their end"):
        client.start()


Stages = Sequence[tuple[int, bool]]
"""The number of items of each stage, and whether they are light."""


@pytest.mark.parametrize(
    ("stages", "numbers"),
    [
        ([(1, False)], [1]),
        ([(2, False)], [8]),
        ([(5, True)], [8]),
        ([(1, False), (1, False), (9, True)], [1]),
        ([(1, False), (9, True), (2, False), (1, False)], [1, 8]),
        ([(0, False), (1, True), (9, False), (9, False)], [1, 8]),
    ],
)
def test_a_single_item_starts_one_worker(lone: Client, stages: Stages, numbers: list[int]) -> None:
    workers = Counted(lone)
    client = LazyClient(workers, 8, is_fixed=False)
    for items, is_light in stages:
        made = sorted(run_window(client, abs, range(items), is_light=is_light))
        assert made == list(range(items))
    assert workers.numbers == numbers


@pytest.mark.parametrize(("items", "is_light"), [(1, False), (3, True)])
def test_workers_that_were_asked_for_all_start(lone: Client, items: int, is_light: bool) -> None:
    workers = Counted(lone)
    list(run_window(LazyClient(workers, 8), abs, range(items), is_light=is_light))
    assert workers.numbers == [8]


def test_further_processes_join_for_more_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screening.dask_cluster.cluster.cores", lambda: 2)

    def number() -> int:
        return len(started(client, 1).nthreads())

    with connect() as client:
        assert list(run_window(client, abs, [-1])) == [1]
        assert number() == 1
        assert sorted(run_window(client, abs, [-1, -2, -3], is_light=True)) == [1, 2, 3]
        assert number() == 1
        places = set(run_window(client, _place, range(8)))
        assert number() == 2
        assert len(places) == 2
        ignoring = started(client, 1).run(_ignores_interrupts)
        assert list(ignoring.values()) == [True, True]  # Ctrl-C is for the command alone


def _ignores_interrupts() -> bool:
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def _place(item: int) -> str:
    from distributed import get_worker

    sleep(0.2)  # so that one worker does not take all
    return str(get_worker().address)
