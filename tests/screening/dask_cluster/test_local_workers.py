"""Processes of this machine start with the first work, and as many as have something to do."""

import os
import signal
from collections.abc import Sequence
from time import sleep

import psutil
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


Stages = Sequence[tuple[int, int]]
"""The number of items of each stage, and for how many a worker is started."""


@pytest.mark.parametrize(
    ("stages", "numbers"),
    [
        ([(1, 1)], [1]),
        ([(3, 1)], [3]),
        ([(9, 1)], [8]),
        ([(4, 4)], [1]),
        ([(5, 4)], [2]),
        ([(1, 1), (1, 1), (4, 4)], [1]),
        ([(1, 1), (5, 4), (2, 1), (9, 1), (1, 1)], [1, 2, 8]),
        ([(0, 1), (9, 1), (9, 4)], [8]),
    ],
)
def test_work_starts_as_many_as_have_something_to_do(
    lone: Client, stages: Stages, numbers: list[int]
) -> None:
    workers = Counted(lone)
    client = LazyClient(workers, 8, is_fixed=False)
    for items, per_worker in stages:
        made = sorted(run_window(client, abs, range(items), per_worker=per_worker))
        assert made == list(range(items))
    assert workers.numbers == numbers


@pytest.mark.parametrize(("items", "numbers"), [(1, [1]), (2, [8]), (9, [8])])
def test_all_start_for_items_of_unknown_number(
    lone: Client, items: int, numbers: list[int]
) -> None:
    workers = Counted(lone)
    client = LazyClient(workers, 8, is_fixed=False)
    assert sorted(run_window(client, abs, iter(range(items)))) == list(range(items))
    assert workers.numbers == numbers


def test_workers_that_were_asked_for_all_start(lone: Client) -> None:
    workers = Counted(lone)
    list(run_window(LazyClient(workers, 8), abs, [1]))
    assert workers.numbers == [8]


def test_more_processes_replace_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screening.dask_cluster.cluster.cores", lambda: 2)
    with connect() as client:
        assert list(run_window(client, abs, [-1])) == [1]
        (alone,) = started(client, 1).run(os.getpid).values()
        assert sorted(run_window(client, abs, [-1, -2, -3], per_worker=3)) == [1, 2, 3]
        assert list(started(client, 1).run(os.getpid).values()) == [alone]
        assert len(set(run_window(client, _place, range(8)))) == 2
        both = started(client, 1)
        assert alone not in both.run(os.getpid).values()
        assert not psutil.pid_exists(alone)
        ignoring = both.run(_ignores_interrupts)
        assert list(ignoring.values()) == [True, True]  # Ctrl-C is for the command alone


def _ignores_interrupts() -> bool:
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def _place(item: int) -> str:
    from distributed import get_worker

    sleep(0.2)  # so that one worker does not take all
    return str(get_worker().address)
