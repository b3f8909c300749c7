"""What is said twice is one memory that knows all who said it."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from featherchat.clock import FixedClock
from featherchat.errors import InvalidValue, StoreDamaged
from featherchat.memory import Anchor, Edge, Memory, Source, Status
from featherchat.recollection import Filter
from featherchat.store.base import Document
from featherchat.store.provenance import MAX_SOURCES, said_again, with_sources, without_document
from featherchat.store.sqlite import SqliteStore
from tests.conftest import MakeCause, MakeMemory
from tests.workshop import files_with

ALL = Filter(namespace=None, statuses=())
PERSON = Source("user", 1.0)
MODEL = Source("assistant", 2.0, session_id="s", turn_id="t", quote="we use Redis")
COMMIT = Source("commit", 3.0, sha="f00")


def document(path: str, line: int = 1, sha: str = "b1") -> Source:
    return Source("document", 4.0, path=path, line=line, heading="A › B", sha=sha)


def only(store: SqliteStore) -> Memory:
    (memory,) = store.find(ALL)
    return memory


def test_who_says_it_again_is_kept_in_the_order_of_arrival(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    for source in (PERSON, document("a.md"), MODEL, COMMIT):
        store.put([a_memory("We use Redis.", source=source)], a_cause())

    memory = only(store)

    assert memory.source == PERSON
    assert memory.sources == (document("a.md"), MODEL, COMMIT)


def test_the_same_source_is_kept_once_and_a_document_as_it_is_now(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    said = (PERSON, document("a.md", 1), replace(PERSON, at=9.0), document("a.md", 7, "b2"))
    for source in said:
        store.put([a_memory("We use Redis.", source=source)], a_cause())

    memory = only(store)

    assert (memory.source, memory.sources) == (PERSON, (document("a.md", 7, "b2"),))


def test_of_very_many_sources_the_first_are_kept(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    paths = [f"{number}.md" for number in range(MAX_SOURCES + 5)]
    for path in paths:
        store.put([a_memory("We use Redis.", source=document(path))], a_cause())

    memory = only(store)

    assert [each.path for each in (memory.source, *memory.sources)] == paths[: MAX_SOURCES + 1]


def test_a_candidate_that_a_person_repeats_is_active_and_theirs(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    # A model's sentence waits for a person's word; saying the same is that word.
    guess = a_memory(
        "We use Redis.",
        source=MODEL,
        status=Status.CANDIDATE,
        importance=1.5,
        confidence=0.6,
        attributes={"adr_status": "proposed", "tag": "cache"},
    )
    store.put([guess], a_cause())

    store.put(
        [a_memory("we use Redis", source=PERSON, attributes={"adr_status": "accepted"})], a_cause()
    )

    memory = only(store)
    assert (memory.id, memory.status, memory.trust) == (guess.id, Status.ACTIVE, 1.0)
    assert (memory.source, memory.sources) == (PERSON, (MODEL,))
    assert (memory.importance, memory.confidence, memory.adr_status) == (2.0, 1.0, "accepted")
    assert memory.attributes["tag"] == "cache"


def test_a_model_that_repeats_itself_confirms_nothing(a_memory: MakeMemory) -> None:
    guess = a_memory("We use Redis.", source=MODEL, status=Status.CANDIDATE, confidence=0.6)
    echo = a_memory("We use Redis.", source=replace(MODEL, turn_id="u"), pinned=True)

    merged = said_again(guess, echo)

    assert merged == replace(guess, sources=(echo.source,))


def test_a_repetition_lowers_nothing_and_counts_no_recall(a_memory: MakeMemory) -> None:
    known = a_memory(
        "We use Redis.",
        pinned=True,
        importance=2.0,
        recall_count=7,
        attributes={"adr_status": "accepted"},
        anchors=(Anchor("a.py", blob="1"),),
    )
    said = a_memory(
        "We use Redis.",
        importance=0.5,
        confidence=0.1,
        expires_at=5.0,
        recall_count=9,
        source=COMMIT,
        attributes={"adr_status": "proposed", "number": 4},
        anchors=(Anchor("a.py", blob="2"), Anchor("b.py")),
    )

    merged = said_again(known, said)

    assert merged == replace(
        known,
        sources=(COMMIT,),
        attributes={"adr_status": "accepted", "number": 4},
        anchors=(Anchor("a.py", blob="1"), Anchor("b.py")),
    )


def test_other_kinds_namespaces_and_people_keep_their_own(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store.put([a_memory("We use Redis.")], a_cause())

    written = store.put(
        [
            a_memory("We use Redis.", kind="convention"),
            a_memory("We use Redis.", namespace="another"),
            a_memory("We use Redis.", developer="ada@example.org"),
        ],
        a_cause(),
    )

    assert len(written.stored) == 3
    assert all(memory.sources == () for memory in store.find(ALL))


def test_memories_without_a_text_are_never_the_same(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    bare = [a_memory("", source=Source("api", 0.0)) for _ in range(2)]

    written = store.put(bare, a_cause())

    assert len(written.stored) == 2


def test_an_undo_takes_the_second_source_back(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store.put([a_memory("We use Redis.", source=PERSON)], a_cause())
    before = only(store)
    store.put([a_memory("We use Redis.", source=COMMIT)], a_cause("said again"))

    undone = store.undo(a_cause())

    assert undone.reason == "said again"
    assert only(store) == before


def test_saying_what_is_known_from_the_same_source_changes_nothing(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store.put([a_memory("We use Redis.", source=PERSON)], a_cause("the first"))
    store.put([a_memory("We use Redis.", source=PERSON)], a_cause("the second"))

    assert store.undo(a_cause()).reason == "the first"


def test_an_edit_keeps_who_else_said_it(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    for source in (PERSON, COMMIT):
        store.put([a_memory("We use Redis.", source=source)], a_cause())

    store.put([replace(only(store), text="We use Valkey.")], a_cause())

    assert (only(store).text, only(store).sources) == ("We use Valkey.", (COMMIT,))


def test_a_text_that_is_edited_into_another_becomes_that_memory(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    first = a_memory("We use Redis.", source=PERSON)
    second = a_memory("We use Rediss.", source=COMMIT)
    third = a_memory("Sessions survive.")
    store.put([first, second, third], a_cause(), [Edge(second.id, third.id, "causes")])
    edges = store.edges_of([first.id, second.id, third.id])

    written = store.put([replace(second, text="We use Redis.")], a_cause())

    found = store.get([first.id, second.id])
    assert written.duplicates == {second.id: first.id}
    assert (found[first.id].status, found[first.id].sources) == (Status.ACTIVE, (COMMIT,))
    assert (found[second.id].status, found[second.id].text) == (Status.RETIRED, "We use Rediss.")
    assert [edge.key for edge in store.edges_of([third.id])] == [(first.id, third.id, "causes")]
    store.undo(a_cause())
    assert store.get([first.id, second.id]) == {first.id: first, second.id: second}
    assert store.edges_of([first.id, second.id, third.id]) == edges


def test_an_undo_that_would_make_two_of_one_is_refused(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    first, second = a_memory("We use Redis."), a_memory("We use Redis.")
    store.put([first], a_cause())
    forgotten = a_cause()
    store.forget([first.id], forgotten)
    store.put([second], a_cause())

    with pytest.raises(InvalidValue, match=second.id):
        store.undo(a_cause(), forgotten.operation)

    assert store.get([first.id])[first.id].status is Status.RETIRED


def test_a_source_that_was_changed_behind_our_back_is_damage(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    for source in (PERSON, COMMIT):
        store.put([a_memory("We use Redis.", source=source)], a_cause())
    memory = only(store)
    with store.database.transaction():
        store.database.execute("UPDATE sources SET source = replace(source, 'f00', 'bad')")

    with pytest.raises(StoreDamaged, match=memory.id):
        store.get([memory.id])


def test_hard_forget_takes_every_source_along(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store = SqliteStore.open(tmp_path / "s" / "memory.feather", tmp_path / "cache", clock)
    for source in (PERSON, replace(MODEL, quote="the xylophone password")):
        store.put([a_memory("We use Redis.", source=source)], a_cause())

    store.forget([only(store).id], a_cause(), hard=True)
    store.close()

    assert files_with(tmp_path, b"xylophone") == []


def learn(store: SqliteStore, path: str, said: Memory, a_cause: MakeCause) -> None:
    page = Document(path, "blob", 0.0, {"piece": said.id})
    store.put_document(page, [replace(said, source=document(path))], [], [], a_cause())


def test_a_document_that_vanishes_takes_only_its_own_word_back(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store.put([a_memory("We use Redis.", source=PERSON)], a_cause())
    for path in ("a.md", "b.md"):
        learn(store, path, a_memory("We use Redis."), a_cause)

    for path in ("a.md", "b.md"):
        store.drop_document(path, a_cause())

    memory = only(store)
    assert (memory.status, memory.source, memory.sources) == (Status.ACTIVE, PERSON, ())


SOURCES = st.sampled_from([PERSON, MODEL, COMMIT, document("a.md"), document("b.md")])


@given(first=SOURCES, others=st.lists(SOURCES, max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sources_are_neither_lost_nor_doubled(
    a_memory: MakeMemory, first: Source, others: list[Source]
) -> None:
    memory = a_memory("We use Redis.", source=first)

    merged = with_sources(memory, others)

    kept = [merged.source, *merged.sources]
    assert len({source.place for source in kept}) == len(kept)
    assert set(kept) == {first, *others}
    assert merged.trust == max(replace(memory, source=source).trust for source in kept)
    assert with_sources(merged, others) == merged
    left = without_document(merged, "a.md")
    assert (left is None) == (set(kept) == {document("a.md")})


WRITER = """
import sys
from pathlib import Path
from featherchat.clock import SystemClock
from featherchat.memory import Memory, Source
from featherchat.store.base import Cause
from featherchat.store.sqlite import SqliteStore

name, path = sys.argv[1], Path(sys.argv[2])
clock = SystemClock()
store = SqliteStore.open(path, None, clock, 30.0)
for number in range(40):
    source = Source("document", 0.0, path=f"{name}.md")
    text = f"Said by both, number {number}."
    memory = Memory(clock.new_id(), text, "t", "convention", source, 0.0, 1.0)
    store.put([memory], Cause(clock.new_id(), 0.0, "document", "test"))
store.close()
"""


def test_two_processes_that_say_the_same_at_once_make_one_memory_each(
    tmp_path: Path, clock: FixedClock
) -> None:
    path = tmp_path / "memory.feather"
    command = [sys.executable, "-c", WRITER]
    writers = [subprocess.Popen([*command, name, str(path)]) for name in ("one", "two")]

    assert [each.wait() for each in writers] == [0, 0]

    store = SqliteStore.open(path, None, clock)
    found = store.find(ALL)
    assert len(found) == 40
    for memory in found:
        assert {each.path for each in (memory.source, *memory.sources)} == {"one.md", "two.md"}
    store.close()
