"""Ctrl+C after any call into SQLite: all or nothing, and nothing is held on to."""

import sys
from collections.abc import Callable
from itertools import count
from types import FrameType
from typing import Any

import apsw
import pytest

from featherchat.clock import FixedClock
from featherchat.recollection import Filter
from featherchat.store.sqlite import SqliteStore
from tests.conftest import NOW, MakeCause, MakeMemory

ALL = Filter(namespace=None, statuses=())


def interrupted_at(number: int, act: Callable[[], object]) -> bool:
    """Whether a block came to the end of so many calls of a connection, where it was interrupted."""
    left = number

    def interrupt(frame: FrameType, event: str, called: Any) -> None:
        nonlocal left
        of_sqlite = isinstance(getattr(called, "__self__", None), apsw.Connection)
        left -= event == "c_return" and of_sqlite
        if left == 0:
            sys.setprofile(None)
            raise KeyboardInterrupt

    sys.setprofile(interrupt)
    try:
        act()
    except KeyboardInterrupt:
        return True
    finally:
        sys.setprofile(None)
    return False


@pytest.mark.parametrize("reads", [False, True])
def test_whatever_is_interrupted_another_process_can_write_at_once(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause, reads: bool
) -> None:
    other = SqliteStore.open(store.path, None, FixedClock(NOW), busy_timeout=0.0)

    def act() -> None:
        if not reads:
            store.put([a_memory(f"Number {number}.")], a_cause())
        with store.database.reading():
            store.find(ALL)

    for number in count(1):
        was_interrupted = interrupted_at(number, act)
        other.put([a_memory(f"Of another process: {number}.")], a_cause())
        store.put([a_memory(f"Afterwards: {number}.")], a_cause())
        if not was_interrupted:
            break
    said = {memory.text for memory in store.find(ALL)}
    other.close()

    assert number > 2
    assert said >= {f"Afterwards: {each}." for each in range(1, number + 1)}
    assert said >= {f"Of another process: {each}." for each in range(1, number + 1)}


def test_a_reading_that_was_interrupted_at_its_end_stands_in_no_writers_way(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    other = SqliteStore.open(store.path, None, FixedClock(NOW))
    store.put([a_memory("First.")], a_cause())
    assert store.database.begin_reading()
    other.put([a_memory("Of another process.")], a_cause())
    before = other.database.revision

    store.put([a_memory("Second.")], a_cause())
    other.close()

    assert store.database.revision == before + 1
    assert len(store.find(ALL)) == 3
