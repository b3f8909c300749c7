"""Memories with their vectors, one by one and in batches, and what an undo brings back of them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from featherchat.clock import FixedClock
from featherchat.errors import EmbedderMismatch, NothingFound
from featherchat.memory import LIVING, Anchor, Edge, Memory, Source, Status
from featherchat.recollection import Filter
from featherchat.store.base import Cause
from featherchat.store.sqlite import SqliteStore
from tests.conftest import MakeCause, MakeMemory, examples

ALL = Filter(namespace=None, statuses=())
SPACE = "vec@2"
EAST, NORTH = [1.0, 0.0], [0.0, 1.0]


def matrix(*rows: list[float]) -> NDArray[np.float32]:
    return np.array(rows, dtype=np.float32)


def vectors_of(store: SqliteStore) -> Mapping[str, list[float]]:
    """Every stored vector by the id of its memory."""
    rows = store.database.rows("SELECT m.id, v.vector FROM vectors v JOIN memories m USING (seq)")
    return {row[0]: np.frombuffer(row[1], dtype="<f2").tolist() for row in rows}


def test_a_vector_goes_in_with_its_memory(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    east, north = a_memory("East.", id="east"), a_memory("North.", id="north")

    store.put([east, north], a_cause(), (), matrix(EAST, NORTH), SPACE)

    assert vectors_of(store) == {"east": EAST, "north": NORTH}
    assert store.match_vector(matrix(EAST)[0], 1, ALL) == {"east": 1.0}
    assert store.vectors.pending_count == 0


def test_the_vector_of_what_is_not_stored_is_left_out(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    first, again = a_memory("Same.", id="first"), a_memory("Same.", id="again")

    store.put([first, again], a_cause(), (), matrix(EAST, NORTH), SPACE)

    assert vectors_of(store) == {"first": EAST}


def test_a_vector_of_another_space_is_refused_and_nothing_is_stored(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store.put([a_memory("East.", id="east")], a_cause(), (), matrix(EAST), SPACE)

    with pytest.raises(EmbedderMismatch, match=r"vec@2, but vec@3"):
        store.put([a_memory("North.")], a_cause(), (), matrix([0.0, 1.0, 0.0]), "vec@3")

    assert [memory.id for memory in store.find(ALL)] == ["east"]


def test_memories_without_a_text_are_never_duplicates(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause, clock: FixedClock
) -> None:
    textless = [a_memory("", id=name, source=Source("api", clock.now())) for name in ("a", "b")]
    store.put(textless[:1], a_cause())
    store.forget(["a"], a_cause())

    written = store.put(textless, a_cause(), (), matrix(EAST, NORTH), SPACE)

    assert [memory.id for memory in written.stored] == ["b", "a"]
    assert vectors_of(store) == {"a": EAST, "b": NORTH}


def test_undo_of_an_edit_brings_the_vector_back(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("East.", id="m")
    store.put([memory], a_cause(), (), matrix(EAST), SPACE)
    edited = replace(memory, text="North.")
    store.put([edited], a_cause())
    assert vectors_of(store) == {}
    store.put_vectors([edited], matrix(NORTH), SPACE)

    store.undo(a_cause())

    assert store.get(["m"]) == {"m": memory}
    assert vectors_of(store) == {"m": EAST}
    assert store.match_vector(matrix(EAST)[0], 1, ALL) == {"m": 1.0}


def test_undo_of_another_vector_brings_the_first_one_back(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("East.", id="m")
    store.put([memory], a_cause(), (), matrix(EAST), SPACE)

    written = store.put([memory], a_cause(), (), matrix(NORTH), SPACE)

    assert written.stored == (memory,)
    assert vectors_of(store) == {"m": NORTH}
    store.undo(a_cause())
    assert vectors_of(store) == {"m": EAST}


def test_the_same_vector_again_is_no_change(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("East.", id="m")
    store.put([memory], a_cause("the first time"), (), matrix(EAST), SPACE)

    written = store.put([memory], a_cause("again"), (), matrix(EAST), SPACE)

    assert written.stored == ()
    assert store.undo(a_cause()).reason == "the first time"


def test_an_undo_can_be_taken_back_with_its_vector(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory, undoing = a_memory("East.", id="m"), a_cause()
    store.put([memory], a_cause(), (), matrix(EAST), SPACE)
    store.undo(undoing)
    assert vectors_of(store) == {}

    store.undo(a_cause(), undoing.operation)

    assert store.get(["m"]) == {"m": memory}
    assert vectors_of(store) == {"m": EAST}


def test_a_vector_of_a_former_embedder_does_not_come_back(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("East.", id="m")
    store.put([memory], a_cause(), (), matrix(EAST), SPACE)
    edited = replace(memory, text="North.")
    store.put([edited], a_cause())
    store.reindexing.begin("other@2")
    store.reindexing.put([edited], matrix(NORTH), "other@2")
    assert store.reindexing.finish("other@2")

    store.undo(a_cause())

    assert vectors_of(store) == {}
    assert [waiting.id for waiting in store.vectors.pending(5)] == ["m"]


def test_the_number_of_a_removed_row_is_not_given_again(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store.put([a_memory("One.", id="one")], a_cause())
    store.undo(a_cause())

    store.put([a_memory("Two.", id="two")], a_cause())

    assert store.database.rows("SELECT m.seq, g.seq FROM memories m, gone g") == [(2, 1)]


def test_undo_of_forgetting_twice_leaves_the_first_stone(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("Learnt.", source=Source("document", 0.0))
    store.put([memory], a_cause())
    for _ in range(2):
        store.forget([memory.id], a_cause())

    store.undo(a_cause())

    assert store.put([replace(memory, id="again")], a_cause()).buried == ("again",)


def test_an_edge_to_nothing_names_it_and_stores_none_of_a_batch(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memories = [a_memory(f"Number {n}.", id=f"m{n}") for n in range(3)]
    edges = [Edge("m0", "m1", "supports"), Edge("m1", "nowhere", "supports")]

    with pytest.raises(NothingFound, match="nowhere"):
        store.put(memories, a_cause(), edges, matrix(EAST, EAST, NORTH), SPACE)

    assert store.find(ALL) == []
    assert vectors_of(store) == {}


GIVEN = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(["red", "Red.", "blue", "green"]),
        st.sampled_from(["decision", "debugging"]),
        st.sampled_from([Status.ACTIVE, Status.CANDIDATE, Status.RETIRED]),
        st.sampled_from(["user", "document"]),
    ),
    max_size=10,
)


def contents(store: SqliteStore) -> object:
    memories = {memory.id: memory for memory in store.find(ALL)}
    # A memory that is merged into another in the middle of a batch keeps the batch's last vector.
    living = {memory_id for memory_id, each in memories.items() if each.status in LIVING}
    return memories, {each: vector for each, vector in vectors_of(store).items() if each in living}


@given(before=GIVEN, batch=GIVEN, buried=st.booleans())
@example(
    before=[(1, "red", "decision", Status.ACTIVE, "user")],
    batch=[
        (0, "red", "decision", Status.ACTIVE, "user"),
        (0, "red", "decision", Status.ACTIVE, "document"),
    ],
    buried=True,
)
@example(
    before=[],
    batch=[
        (0, "red", "decision", Status.ACTIVE, "user"),
        (0, "red", "debugging", Status.ACTIVE, "user"),
        (1, "red", "decision", Status.ACTIVE, "user"),
    ],
    buried=False,
)
@pytest.mark.property
@settings(max_examples=examples(20, 150), deadline=None)
def test_a_batch_does_what_one_by_one_does(
    tmp_path_factory: pytest.TempPathFactory,
    before: list[tuple[int, str, str, Status, str]],
    batch: list[tuple[int, str, str, Status, str]],
    buried: bool,
) -> None:
    at_once, one_by_one = (
        SqliteStore.open(tmp_path_factory.mktemp("batch") / "memory.feather", None, FixedClock())
        for _ in range(2)
    )
    for store in (at_once, one_by_one):
        store.put([memory_of(*each) for each in before], a_change(0))
        if buried and (known := store.find(ALL, 1)):
            store.forget([known[0].id], a_change(1))
    memories = [memory_of(*each) for each in batch]
    directions = matrix(*[[number / 10, 1.0] for number in range(len(batch))] or [[0.0, 1.0]])

    together = at_once.put(memories, a_change(2), (), directions[: len(batch)], SPACE)
    for number, memory in enumerate(memories):
        one_by_one.put([memory], a_change(3 + number), (), directions[number : number + 1], SPACE)

    assert contents(at_once) == contents(one_by_one)
    assert {memory.id for memory in together.stored} <= {memory.id for memory in memories}
    for store in (at_once, one_by_one):
        store.close()


def memory_of(number: int, text: str, kind: str, status: Status, author: str) -> Memory:
    anchors = (Anchor(f"src/{text}.py"),)
    return Memory(
        f"m{number}",
        text,
        text,
        kind,
        Source(author, 0.0),
        0.0,
        1.0,
        status=status,
        anchors=anchors,
    )


def a_change(number: int) -> Cause:
    return Cause(f"operation {number}", float(number), "user", "a test")


def test_a_large_batch_is_one_change_that_is_taken_back_as_one(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store = SqliteStore.open(tmp_path / "large.feather", None, clock)
    memories = [a_memory(f"Fact number {n}.", id=f"m{n}") for n in range(1_200)]
    edges = [Edge(f"m{n}", f"m{n + 1}", "leads_to") for n in range(1_100)]
    directions = np.ones((1_200, 2), dtype=np.float32)

    store.put(memories, a_cause(), edges, directions, SPACE)

    assert len(store.find(ALL)) == len(vectors_of(store)) == 1_200
    assert len(store.edges_of([memory.id for memory in memories])) == 1_100
    assert len(store.undo(a_cause()).removed) == 1_200
    assert (store.find(ALL), vectors_of(store)) == ([], {})
    store.close()
