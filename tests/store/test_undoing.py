"""An undo of much at once: what it brings back, in which order, and what it refuses."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from featherchat.clock import FixedClock
from featherchat.errors import InvalidValue
from featherchat.memory import Anchor, Edge, Memory, Source
from featherchat.recollection import Filter
from featherchat.store.base import Cause, Document
from featherchat.store.sqlite import SqliteStore
from tests.conftest import MakeCause, MakeMemory, examples

ALL = Filter(namespace=None, statuses=())
SPACE = "vec@2"


@dataclass(frozen=True)
class Contents:
    """Everything that an undo has to bring back. Recalls and the newest of times are not."""

    memories: tuple[Memory, ...]
    vectors: tuple[tuple[str, bytes], ...]
    edges: tuple[Edge, ...]
    stones: tuple[tuple[bytes, float, str, int], ...]
    documents: tuple[tuple[str, str], ...]


def contents(store: SqliteStore) -> Contents:
    memories = {memory.id: memory for memory in store.find(ALL)}
    vectors = "SELECT m.id, v.vector FROM vectors v JOIN memories m USING (seq) ORDER BY m.id"
    stones = "SELECT fingerprint, at, reason, form FROM tombstones ORDER BY fingerprint"
    said = {key: replace(each, recall_count=0, recalled_at=None) for key, each in memories.items()}
    return Contents(
        tuple(said[key] for key in sorted(said)),
        tuple((row[0], row[1]) for row in store.database.rows(vectors)),
        tuple(store.edges_of(list(memories))),
        tuple((row[0], row[1], row[2], row[3]) for row in store.database.rows(stones)),
        tuple((path, repr(document)) for path, document in sorted(store.documents().items())),
    )


def memory_of(number: int, word: str) -> Memory:
    source = Source("document", 0.0, path=f"{word}.md")
    anchors = (Anchor(f"src/{word}.py"),) if number % 2 else ()
    return Memory(f"m{number}", word, word, "decision", source, 0.0, 1.0, anchors=anchors)


Step = tuple[str, list[tuple[int, str]], int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "put", "forget", "learn", "link", "unlink", "reinforce"]),
        st.lists(
            st.tuples(st.integers(0, 5), st.sampled_from(["red", "blue", "green", "grey"])),
            min_size=1,
            max_size=5,
        ),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=7,
)


def apply(store: SqliteStore, step: Step, cause: Cause) -> None:
    action, named, number = step
    known = list(store.get([f"m{each}" for each, _ in named]))
    memories = [memory_of(*each) for each in named]
    edges = store.edges_of(known)
    if action == "put":
        given = np.array([[number, 1.0]] * len(memories), dtype=np.float32) if number else None
        store.put(memories, cause, (), given, SPACE)
    elif action == "forget" and known:
        store.forget(known, cause)
    elif action == "learn":
        pieces = {f"piece {memory.id}": memory.id for memory in memories}
        former = store.documents().get("a.md")
        retired = list(former.pieces.values()) if former else []
        store.put_document(Document("a.md", str(number), 0.0, pieces), memories, [], retired, cause)
    elif action == "link" and len(known) > 1:
        store.put([], cause, [Edge(*ends, "causes", (number + 1) / 3) for ends in pairwise(known)])
    elif action == "unlink" and edges:
        store.unlink(edges, cause)
    elif action == "reinforce":
        store.reinforce(dict.fromkeys(known, 1), cause.at)


def change(number: int, operation: str) -> Cause:
    return Cause(operation, float(number), "user", f"step {number}", session_id="S")


@given(before=STEPS, session=STEPS, as_one=st.booleans())
@pytest.mark.property
@settings(max_examples=examples(25, 400), deadline=None)
def test_a_session_and_its_undo_are_taken_back_whole(
    tmp_path_factory: pytest.TempPathFactory,
    before: Sequence[Step],
    session: Sequence[Step],
    as_one: bool,
) -> None:
    folder = tmp_path_factory.mktemp("undo")
    store = SqliteStore.open(folder / "memory.feather", None, FixedClock())
    for number, step in enumerate(before):
        apply(store, step, replace(change(number, f"before {number}"), session_id=None))
    first = contents(store)
    for number, step in enumerate(session, 100):
        apply(store, step, change(number, "S" if as_one else f"operation {number}"))
    last = contents(store)

    if store.database.value("SELECT count(*) FROM changes WHERE session_id = 'S'"):
        store.undo_session(Cause("back", 200.0, "user", "back"), "S")
        assert contents(store) == first
        store.undo(Cause("forth", 201.0, "user", "forth"), "back")

    assert contents(store) == last
    store.close()


@given(steps=STEPS)
@pytest.mark.property
@settings(max_examples=examples(15, 200), deadline=None)
def test_a_session_taken_back_at_once_is_taken_back_as_change_by_change(
    tmp_path_factory: pytest.TempPathFactory, steps: Sequence[Step]
) -> None:
    at_once, one_by_one = (
        SqliteStore.open(tmp_path_factory.mktemp("undo") / "memory.feather", None, FixedClock())
        for _ in range(2)
    )
    for store in (at_once, one_by_one):
        for number, step in enumerate(steps):
            apply(store, step, change(number, f"operation {number}"))
    operations = one_by_one.database.rows("SELECT operation FROM changes ORDER BY revision DESC")

    if operations:
        at_once.undo_session(Cause("back", 200.0, "user", "back"), "S")
    for number, row in enumerate(operations):
        one_by_one.undo(Cause(f"back {number}", 200.0, "user", "back"), row[0])

    assert contents(at_once) == contents(one_by_one)
    for store in (at_once, one_by_one):
        store.close()


def test_a_batch_that_gives_what_one_memory_said_to_another_is_taken_back(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    one, undoing = a_memory("Red.", id="one"), a_cause()
    store.put([one], a_cause())
    before = contents(store)
    store.put([replace(one, text="Blue."), a_memory("Red.", id="other")], a_cause())
    after = contents(store)

    store.undo(undoing)
    taken_back = contents(store)
    store.undo(a_cause(), undoing.operation)

    assert (taken_back, contents(store)) == (before, after)


def test_what_was_removed_in_a_batch_comes_again_in_its_order_with_all_that_hung_on_it(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memories = [a_memory(f"Number {n}.", id=f"m{n}") for n in range(3)]
    edges = [Edge("m0", "m1", "causes"), Edge("m2", "m0", "supports", 0.5)]
    east = np.array([[1.0, 0.0]] * 3, dtype=np.float32)
    store.put(memories, a_cause(), edges, east, SPACE)
    there, undoing = contents(store), a_cause()
    store.undo(undoing)

    undone = store.undo(a_cause(), undoing.operation)

    assert undone.restored == tuple(memories)
    assert contents(store) == there


def test_one_memory_that_another_says_by_now_keeps_a_whole_batch_as_it_is(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memories = [a_memory(f"Number {n}.", id=f"m{n}") for n in range(3)]
    forgetting = a_cause()
    store.put(memories, a_cause())
    store.forget(["m0", "m1", "m2"], forgetting)
    store.put([a_memory("Number 1.", id="twin")], a_cause())
    there = contents(store)

    with pytest.raises(InvalidValue, match="m1 would say again what twin says since"):
        store.undo(a_cause(), forgetting.operation)

    assert contents(store) == there


def test_recalls_that_were_counted_since_outlive_the_undo_of_a_batch(
    store: SqliteStore, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memories = [a_memory(f"Number {n}.", id=f"m{n}") for n in range(2)]
    store.put(memories, a_cause())
    store.put([replace(each, text=f"{each.text} Edited.") for each in memories], a_cause())
    store.reinforce({"m1": 2}, clock.now())

    undone = store.undo(a_cause())

    recalled = replace(memories[1], recall_count=2, recalled_at=clock.now())
    assert {each.id: each for each in undone.restored} == {"m0": memories[0], "m1": recalled}
    assert store.get(["m0", "m1"]) == {"m0": memories[0], "m1": recalled}
