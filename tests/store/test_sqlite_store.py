import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from featherchat.clock import FixedClock
from featherchat.errors import InvalidValue, NothingFound, StoreDamaged
from featherchat.memory import Anchor, Edge, Memory, Source, Status
from featherchat.recollection import Filter
from featherchat.store.base import Cause, Document
from featherchat.store.sqlite import SqliteStore
from tests.conftest import MakeCause, MakeMemory

ALL = Filter(namespace=None, statuses=())


def contents(store: SqliteStore) -> tuple[dict[str, Memory], list[Edge]]:
    """Everything a reader can see, as one comparable value."""
    memories = {memory.id: memory for memory in store.find(ALL)}
    return memories, store.edges_of(list(memories))


def test_a_memory_comes_back_as_it_was_stored(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory(
        "Use PostgreSQL.",
        title="PostgreSQL",
        anchors=(Anchor("src/pool.py", "Pool", "abc", "def"),),
        attributes={"adr_status": "accepted", "number": 12, "nothing": None},
        source=Source("document", 1.5, "docs/1.md", 3, "A › B", "f00", quote="We use it."),
        expires_at=None,
        valid_from=3.0,
    )

    store.put([memory], a_cause())

    assert store.get([memory.id]) == {memory.id: memory}


def test_the_file_is_private(store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause) -> None:
    store.put([a_memory("A secret plan.")], a_cause())

    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_a_closed_store_is_one_file(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store = SqliteStore.open(tmp_path / "place" / "memory.feather", None, clock)
    store.put([a_memory("One.")], a_cause())

    store.close()

    assert [file.name for file in (tmp_path / "place").iterdir()] == ["memory.feather"]
    assert stat.S_IMODE((tmp_path / "place").stat().st_mode) == 0o700


def test_the_same_text_is_one_memory(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    first = a_memory("Use  PostgreSQL.")
    again = a_memory("use PostgreSQL")
    store.put([first], a_cause())

    written = store.put([again], a_cause())

    assert written.stored == ()
    assert written.duplicates == {again.id: first.id}
    assert len(store.find(ALL)) == 1


def test_an_edge_to_a_duplicate_leads_to_the_first(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    first, again, other = a_memory("Same."), a_memory("Same."), a_memory("Other.")
    store.put([first], a_cause())

    store.put([again, other], a_cause(), [Edge(other.id, again.id, "supports")])

    assert [edge.target_id for edge in store.edges_of([other.id])] == [first.id]


def test_an_edge_to_nothing_is_refused_and_nothing_is_stored(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("Alone.")

    with pytest.raises(NothingFound, match="nowhere"):
        store.put([memory], a_cause(), [Edge(memory.id, "nowhere", "supports")])

    assert store.find(ALL) == []


def test_undo_takes_back_the_last_operation(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store.put([a_memory("First.")], a_cause())
    before = contents(store)
    store.put([a_memory("Second.")], a_cause("the second"))

    undone = store.undo(a_cause())

    assert undone.reason == "the second"
    assert [memory.text for memory in undone.removed] == ["Second."]
    assert contents(store) == before


def test_undo_of_a_large_batch_and_of_that_undo_leaves_everything_as_it_was(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    batch = [a_memory(f"Number {number}.") for number in range(1_100)]
    ends = (batch[0].id, batch[-1].id)
    store.put(batch, a_cause(), [Edge(*ends, "supports"), Edge(*reversed(ends), "causes")])
    before = contents(store)

    taking_back = a_cause()
    undone = store.undo(taking_back)
    between = contents(store)
    store.undo(a_cause(), taking_back.operation)

    assert {memory.id for memory in undone.removed} == {memory.id for memory in batch}
    assert between == ({}, [])
    assert contents(store) == before


def test_undo_goes_further_back_each_time(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    for text in ("First.", "Second."):
        store.put([a_memory(text)], a_cause())
    store.undo(a_cause())

    store.undo(a_cause())

    assert store.find(ALL) == []
    with pytest.raises(NothingFound, match="no change"):
        store.undo(a_cause())


def test_undo_of_an_older_change_is_refused_when_a_later_one_builds_on_it(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("First.")
    older = a_cause()
    store.put([memory], older)
    store.put([replace(memory, text="Changed.")], a_cause("an edit"))

    with pytest.raises(InvalidValue, match="an edit"):
        store.undo(a_cause(), older.operation)

    assert store.get([memory.id])[memory.id].text == "Changed."


def test_a_forgotten_memory_is_not_learnt_again_but_can_be_said_again(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("Learnt from a document.", source=Source("document", 0.0))
    store.put([memory], a_cause())
    store.forget([memory.id], a_cause())

    learnt = store.put([replace(memory, id="again")], a_cause())
    said = store.put([a_memory("Learnt from a document.")], a_cause())

    assert learnt.buried == ("again",)
    assert len(said.stored) == 1


def test_undo_of_forget_restores_the_memory_and_digs_up_its_stone(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("Keep me.", source=Source("document", 0.0))
    store.put([memory], a_cause())
    store.forget([memory.id], a_cause())

    store.undo(a_cause())

    assert store.get([memory.id])[memory.id] == memory
    assert store.put([replace(memory, text="keep me")], a_cause()).buried == ()


def test_hard_forget_leaves_no_trace_in_any_file(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store = SqliteStore.open(tmp_path / "s" / "memory.feather", tmp_path / "cache", clock)
    memory = a_memory("The xylophone password is plugh.")
    store.put([memory], a_cause())
    store.put([replace(memory, title="about xylophones")], a_cause())
    store.match_words("xylophone", 5, ALL)

    store.forget([memory.id], a_cause(), hard=True)
    store.close()

    assert store_files_with(tmp_path, b"xylophone") == []
    assert store_files_with(tmp_path, b"plugh") == []


def store_files_with(folder: Path, needle: bytes) -> list[Path]:
    return [
        file for file in folder.rglob("*") if file.is_file() and needle in file.read_bytes().lower()
    ]


def test_a_row_that_was_changed_behind_our_back_is_named(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("We use PostgreSQL.")
    store.put([memory], a_cause())
    with store.database.transaction():
        store.database.execute("UPDATE memories SET text = 'We use MongoDB.'")

    with pytest.raises(StoreDamaged, match=memory.id):
        store.get([memory.id])


def test_reinforcement_counts_and_keeps_the_row_sound(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("Recalled.")
    store.put([memory], a_cause())

    store.reinforce({memory.id: 3}, 99.0)

    found = store.get([memory.id])[memory.id]
    assert (found.recall_count, found.recalled_at) == (3, 99.0)


def test_history_tells_what_a_memory_was(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("First wording.")
    store.put([memory], a_cause("said"))
    store.put([replace(memory, text="Second wording.")], a_cause("edited"))

    history = store.histories.of(memory.id)

    assert [(version.memory and version.memory.text, version.reason) for version in history] == [
        (None, "said"),
        ("First wording.", "edited"),
    ]


def test_a_document_that_says_less_retires_what_only_it_said(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    first, second = (Source("document", 0.0, path=path) for path in ("one.md", "two.md"))
    shared, own = a_memory("Shared.", source=first), a_memory("Own.", source=first)
    one = Document("one.md", "b1", 0.0, {"a": shared.id, "b": own.id})
    store.put_document(one, [shared, own], [], [], a_cause())
    echo = a_memory("Shared.", source=second)
    store.put_document(Document("two.md", "b2", 0.0, {"a": echo.id}), [echo], [], [], a_cause())

    store.drop_document("one.md", a_cause())

    found = store.get([shared.id, own.id])
    assert (found[shared.id].status, found[shared.id].source) == (Status.ACTIVE, second)
    assert found[own.id].status is Status.RETIRED
    assert store.documents()["two.md"].pieces == {"a": shared.id}


def test_undo_of_learning_lets_the_document_be_learnt_again(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("Piece.")
    store.put_document(Document("a.md", "b", 0.0, {"x": memory.id}), [memory], [], [], a_cause())

    store.undo(a_cause())

    assert store.documents() == {}
    assert store.find(ALL) == []


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 4), st.sampled_from(["a", "b", "c"])),
        st.tuples(st.just("forget"), st.integers(0, 4), st.just("")),
        st.tuples(st.just("link"), st.integers(0, 4), st.sampled_from(["supports", "causes"])),
    ),
    max_size=8,
)


def apply(store: SqliteStore, step: tuple[str, int, str], template: Memory, cause: Cause) -> None:
    action, number, word = step
    memory_id = f"m{number}"
    known = store.get([memory_id])
    if action == "put":
        store.put([replace(template, id=memory_id, text=f"{word} {number}")], cause)
    elif action == "forget" and memory_id in known:
        store.forget([memory_id], cause)
    elif action == "link" and memory_id in known:
        other = next((each.id for each in store.find(ALL) if each.id != memory_id), None)
        if other:
            store.put([], cause, [Edge(memory_id, other, word)])


@given(steps=STEPS)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_undo_is_the_inverse_of_every_change(
    tmp_path_factory: pytest.TempPathFactory,
    a_memory: MakeMemory,
    a_cause: MakeCause,
    clock: FixedClock,
    steps: list[tuple[str, int, str]],
) -> None:
    folder = tmp_path_factory.mktemp("undo")
    store = SqliteStore.open(folder / "memory.feather", None, clock)
    template = a_memory("template")
    states = [contents(store)]
    causes = []
    for step in steps:
        cause = a_cause()
        apply(store, step, template, cause)
        if store.database.value("SELECT 1 FROM changes WHERE operation = ?", (cause.operation,)):
            causes.append(cause)
            states.append(contents(store))

    for _ in causes:
        assert contents(store) == states.pop()
        store.undo(a_cause())

    assert contents(store) == states.pop()
    store.close()
