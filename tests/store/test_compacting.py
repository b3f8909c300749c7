"""A compacted log: shorter, and the same from its horizon on."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from featherchat.clock import FixedClock
from featherchat.errors import InvalidValue, NothingFound
from featherchat.memory import Edge, Memory, Source
from featherchat.recollection import Filter
from featherchat.store.base import Cause
from featherchat.store.sqlite import SqliteStore
from tests.conftest import NOW, MakeCause, MakeMemory

ALL = Filter(namespace=None, statuses=())
DAY = 86_400.0


@pytest.fixture
def edited(
    store: SqliteStore, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> Iterator[Memory]:
    """A memory whose wording was changed once a day, for four days."""
    memory = a_memory("Wording 0.")
    store.put([memory], a_cause("said"))
    for day in range(1, 4):
        clock.advance(days=1)
        store.put([replace(memory, text=f"Wording {day}.")], a_cause(f"edit {day}"))
    return memory


def test_from_the_horizon_on_the_past_is_what_it_was(store: SqliteStore, edited: Memory) -> None:
    compacted = store.histories.compact(NOW + 2 * DAY)

    assert compacted.changes == 3
    assert store.as_of(NOW + 2 * DAY).get([edited.id])[edited.id].text == "Wording 2."
    assert store.get([edited.id])[edited.id].text == "Wording 3."
    assert [version.reason for version in store.histories.of(edited.id)] == ["edit 3"]


def test_before_the_horizon_nothing_is_read_and_the_error_names_it(
    store: SqliteStore, edited: Memory
) -> None:
    store.histories.compact(NOW + 2 * DAY)

    with pytest.raises(InvalidValue, match=r"2026-09-23 14:13:20 UTC"):
        store.as_of(NOW + DAY)
    with pytest.raises(InvalidValue, match=r"2026-09-23 14:13:20 UTC"):
        store.histories.diff(NOW + DAY, NOW + 3 * DAY)


def test_what_was_compacted_is_not_taken_back(
    store: SqliteStore, edited: Memory, a_cause: MakeCause
) -> None:
    store.histories.compact(NOW + 2 * DAY)

    assert store.undo(a_cause()).reason == "edit 3"
    with pytest.raises(NothingFound, match=r"compacted up to 2026-09-23 14:13:20 UTC"):
        store.undo(a_cause())
    assert store.get([edited.id])[edited.id].text == "Wording 2."


def test_an_operation_over_the_horizon_stays_whole(
    store: SqliteStore, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    cause = a_cause("learned 2 documents")
    store.put([a_memory("One.")], cause)
    clock.advance(days=1)
    store.put([a_memory("Two.")], replace(cause, at=clock.now()))

    compacted = store.histories.compact(NOW + 0.5 * DAY)

    assert compacted.changes == 0
    assert len(store.undo(a_cause(), cause.operation).removed) == 2


def test_the_space_is_given_back(
    store: SqliteStore, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("word " * 3_000)
    for number in range(20):
        store.put([replace(memory, text=f"{number} {memory.text}")], a_cause())
    clock.advance(days=1)

    compacted = store.histories.compact(clock.now())

    assert compacted.freed > 20 * 10_000
    assert store.path.stat().st_size < 300_000
    assert store.get([memory.id])[memory.id].text.startswith("19 ")


def test_a_horizon_never_goes_back_and_never_lies_ahead(store: SqliteStore, edited: Memory) -> None:
    store.histories.compact(NOW + 2 * DAY)

    again = store.histories.compact(NOW + DAY)

    assert (again.horizon, again.changes) == (NOW + 2 * DAY, 0)
    with pytest.raises(InvalidValue, match="future"):
        store.histories.compact(NOW + 10 * DAY)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "link", "undo", "forget"]), st.integers(0, 2), st.integers(0, 3)
    ),
    min_size=1,
    max_size=10,
)


def contents(store: SqliteStore) -> tuple[list[Memory], list[Edge]]:
    memories = store.find(ALL)
    return memories, store.edges_of([memory.id for memory in memories])


@given(steps=STEPS, horizon=st.integers(0, 10))
@settings(max_examples=30, deadline=None)
def test_every_state_from_the_horizon_on_survives_a_compaction(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]], horizon: int
) -> None:
    clock = FixedClock()
    path = tmp_path_factory.mktemp("compact") / "memory.feather"
    store = SqliteStore.open(path, None, clock)
    times = [clock.now()]
    for step in steps:
        clock.advance(seconds=1)
        change(store, clock, *step)
        times.append(clock.now())
    clock.advance(seconds=1)
    kept = [at for at in times if at >= times[min(horizon, len(steps))]]
    before = [contents(store.as_of(at)) for at in kept]

    store.histories.compact(kept[0])

    assert [contents(store.as_of(at)) for at in kept] == before
    store.close()


def change(store: SqliteStore, clock: FixedClock, action: str, number: int, word: int) -> None:
    cause = Cause(clock.new_id(), clock.now(), "user", action)
    memory_id, other_id = f"m{number}", f"m{(number + 1) % 3}"
    known = store.get([memory_id, other_id])
    if action == "put":
        text = f"{word} {number}"
        store.put([Memory(memory_id, text, text, "decision", Source("user", 0.0), 0.0, 1.0)], cause)
    elif action == "link" and len(known) == 2:
        store.put([], cause, [Edge(memory_id, other_id, "causes", (word + 1) / 4)])
    elif action == "forget" and memory_id in known:
        store.forget([memory_id], cause)
    elif action == "undo" and known:
        store.undo(cause)


def test_a_compacted_store_opens_and_says_its_horizon(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store = SqliteStore.open(tmp_path / "memory.feather", None, clock)
    store.put([a_memory("One.")], a_cause())
    clock.advance(days=2)
    store.histories.compact(NOW + DAY)
    store.close()

    again = SqliteStore.open(tmp_path / "memory.feather", None, clock)

    assert again.histories.horizon == NOW + DAY
    assert len(again.as_of(NOW + DAY).find(ALL)) == 1
    again.close()
