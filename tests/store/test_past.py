"""The past is what it was: every earlier state against a snapshot taken at the time."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from featherchat.clock import FixedClock
from featherchat.errors import InvalidValue, NothingFound, StoreReadOnly
from featherchat.memory import Anchor, Edge, Memory, Source, Status
from featherchat.recollection import Filter
from featherchat.store.base import Cause
from featherchat.store.sqlite import SqliteStore
from tests.conftest import NOW, MakeCause, MakeMemory

ALL = Filter(namespace=None, statuses=())
SPACE = "vec@2"
EAST, NORTH = np.array([[1.0, 0.0]], dtype=np.float32), np.array([[0.0, 1.0]], dtype=np.float32)


def a_moment_later(clock: FixedClock) -> float:
    """The time now; whatever follows is later."""
    at = clock.now()
    clock.advance(seconds=10.0)
    return at


def test_a_memory_is_what_it_was_before_it_was_edited(
    store: SqliteStore, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("First wording.", anchors=(Anchor("src/a.py"),))
    store.put([memory], a_cause())
    before = a_moment_later(clock)
    store.put([replace(memory, text="Second wording.", anchors=())], a_cause())

    past = store.as_of(before)

    assert past.get([memory.id]) == {memory.id: memory}
    assert store.get([memory.id])[memory.id].text == "Second wording."


def test_what_came_later_is_not_there(
    store: SqliteStore, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    first, second = a_memory("First."), a_memory("Second.")
    store.put([first], a_cause())
    before = a_moment_later(clock)
    store.put([second], a_cause(), [Edge(second.id, first.id, "supersedes")])
    clock.advance(seconds=1)

    past = store.as_of(before)

    assert past.find(ALL) == [first]
    assert past.edges_of([first.id]) == []
    assert past.histories.of(second.id) == []


def test_words_and_meaning_find_what_was_said_then(
    store: SqliteStore, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("We use MySQL.", id="m")
    store.put([memory], a_cause(), (), EAST, SPACE)
    before = a_moment_later(clock)
    store.put([replace(memory, text="We use PostgreSQL.")], a_cause(), (), NORTH, SPACE)
    clock.advance(seconds=1)

    past = store.as_of(before, words=True)

    assert list(past.match_words("mysql", 5, ALL).scores) == ["m"]
    assert list(past.match_words("postgresql", 5, ALL).scores) == []
    assert past.match_vector(EAST[0], 1, ALL) == {"m": 1.0}


def test_what_has_expired_since_was_in_force_then(
    store: SqliteStore, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("Freeze until Monday.", expires_at=clock.now() + 5)
    store.put([memory], a_cause())
    before = a_moment_later(clock)

    past = store.as_of(before)

    assert (past.find(Filter()), store.find(Filter())) == ([memory], [])


def test_recall_counts_are_todays(
    store: SqliteStore, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("First wording.")
    store.put([memory], a_cause())
    before = a_moment_later(clock)
    store.put([replace(memory, text="Second wording.")], a_cause())
    store.reinforce({memory.id: 3}, clock.now())

    past = store.as_of(before)

    assert past.get([memory.id])[memory.id] == replace(
        memory, recall_count=3, recalled_at=clock.now()
    )


def test_the_past_cannot_be_changed_and_changes_nothing(
    store: SqliteStore, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("Kept.")
    before = a_moment_later(clock)
    store.put([memory], a_cause())

    past = store.as_of(before)
    with pytest.raises(StoreReadOnly, match="earlier time"):
        past.put([a_memory("Rewritten.")], a_cause())
    past.close()

    assert store.find(ALL) == [memory]


def test_changes_of_one_moment_belong_together(
    store: SqliteStore, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memories = [a_memory(f"Number {n}.") for n in range(3)]
    for memory in memories:
        store.put([memory], a_cause())
    at = a_moment_later(clock)

    assert len(store.as_of(at).find(ALL)) == 3
    assert store.as_of(at - 1).find(ALL) == []


def test_a_clock_that_was_put_back_moves_no_change_in_front_of_another(
    store: SqliteStore, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("First wording.")
    store.put([memory], a_cause())
    store.put([replace(memory, text="Second wording.")], a_cause(at=NOW + 100))
    store.put([replace(memory, text="Third wording.")], a_cause(at=NOW + 50))
    clock.advance(seconds=1000)

    def wording(at: float) -> str:
        return store.as_of(at).get([memory.id])[memory.id].text

    assert [wording(NOW + after) for after in (0, 50, 99, 100)] == [
        "First wording.",
        "First wording.",
        "First wording.",
        "Third wording.",
    ]


def test_the_present_is_the_present_whatever_the_clock_of_a_change_said(
    store: SqliteStore, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("From tomorrow.")
    store.put([memory], a_cause(at=NOW + 86_400))

    assert store.as_of(clock.now()).find(ALL) == [memory]
    assert store.as_of(clock.now() - 1).find(ALL) == []


def test_the_first_vector_of_a_text_counts_from_its_first_day(
    store: SqliteStore, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("East.", id="m")
    store.put([memory], a_cause())
    before = a_moment_later(clock)
    edited = replace(memory, text="North.")
    store.put([edited], a_cause())
    between = a_moment_later(clock)
    store.put_vectors([edited], NORTH, SPACE)

    assert store.as_of(between).match_vector(NORTH[0], 1, ALL) == {"m": 1.0}
    assert store.as_of(before).match_vector(NORTH[0], 1, ALL) == {}


@dataclass(frozen=True)
class Snapshot:
    """Everything that a reader could see at a time."""

    memories: Mapping[str, Memory]
    edges: tuple[Edge, ...]
    vectors: Mapping[str, bytes]
    filtered: tuple[tuple[str, ...], ...]


FILTERS = (
    Filter(),
    Filter(kinds=("decision",)),
    Filter(path="src"),
    Filter(statuses=(Status.RETIRED,)),
    Filter(attributes={"round": 1}),
)


def snapshot(store: SqliteStore) -> Snapshot:
    memories = {memory.id: memory for memory in store.find(ALL)}
    vectors = store.database.rows(
        "SELECT m.id, v.vector FROM vectors v JOIN memories m USING (seq)"
    )
    return Snapshot(
        memories,
        tuple(store.edges_of(list(memories))),
        dict(vectors),
        tuple(tuple(each.id for each in store.find(where)) for where in FILTERS),
    )


NUMBERS = st.integers(0, 3)


class PastMachine(RuleBasedStateMachine):
    """Changes a store at random, and remembers what it was after each change."""

    @initialize()
    def begin(self) -> None:
        self.clock = FixedClock()
        self.folder = tempfile.TemporaryDirectory()
        self.store = SqliteStore.open(Path(self.folder.name, "memory.feather"), None, self.clock)
        self.before = [(self.clock.now() - 1, snapshot(self.store))]
        self.causes: list[Cause] = []

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    def change(self, reason: str) -> Cause:
        cause = Cause(self.clock.new_id(), self.clock.now(), "user", reason)
        self.causes.append(cause)
        return cause

    def changed(self) -> None:
        self.before.append((self.clock.now(), snapshot(self.store)))
        self.clock.advance(seconds=1.0)

    @rule(number=NUMBERS, word=st.sampled_from("abc"), turn=st.integers(0, 2), bare=st.booleans())
    def put(self, number: int, word: str, turn: int, bare: bool) -> None:
        memory = Memory(
            f"m{number}",
            f"{word} {number}",
            word,
            "decision" if number % 2 else "debugging",
            Source("user", 0.0),
            float(number),
            1.0,
            anchors=(Anchor(f"src/{word}.py"),) if turn else (),
            attributes={"round": turn},
        )
        given = None if bare else np.array([[turn, 1.0]], dtype=np.float32)
        self.store.put([memory], self.change("put"), (), given, SPACE)
        self.changed()

    @rule(number=NUMBERS, hard=st.sampled_from([False, False, True]))
    def forget(self, number: int, hard: bool) -> None:
        memory_id = f"m{number}"
        if memory_id not in self.store.get([memory_id]):
            return
        self.store.forget([memory_id], self.change("forget"), hard=hard)
        if hard:
            # What is forgotten for good was never there.
            self.before = [(at, without(state, memory_id)) for at, state in self.before]
        self.changed()

    @rule(one=NUMBERS, other=NUMBERS, weight=st.sampled_from([0.5, 1.0]))
    def link(self, one: int, other: int, weight: float) -> None:
        ends = [f"m{one}", f"m{other}"]
        if len(self.store.get(ends)) == 2:
            self.store.put([], self.change("link"), [Edge(ends[0], ends[1], "causes", weight)])
            self.changed()

    @rule(back=st.integers(1, 3))
    def undo(self, back: int) -> None:
        if len(self.causes) < back:
            return
        operation = self.causes[-back].operation
        try:
            self.store.undo(self.change("undo"), operation)
        except (InvalidValue, NothingFound):
            return
        self.changed()

    @invariant()
    def every_earlier_state_is_what_it_was(self) -> None:
        for at, state in self.before[-4:]:
            past = self.store.as_of(at)
            assert snapshot(past) == state
            past.close()


def without(state: Snapshot, memory_id: str) -> Snapshot:
    return Snapshot(
        {key: value for key, value in state.memories.items() if key != memory_id},
        tuple(edge for edge in state.edges if memory_id not in (edge.source_id, edge.target_id)),
        {key: value for key, value in state.vectors.items() if key != memory_id},
        tuple(tuple(each for each in found if each != memory_id) for found in state.filtered),
    )


PastMachine.TestCase.settings = settings(
    max_examples=15, stateful_step_count=15, deadline=None, derandomize=True
)
test_every_earlier_state_is_what_it_was = PastMachine.TestCase
