"""What is forgotten for good is nowhere; what is damaged has a way out."""

from dataclasses import replace
from pathlib import Path

import pytest

from featherchat.clock import FixedClock
from featherchat.errors import StoreDamaged, StoreError
from featherchat.memory import Source
from featherchat.messages import TurnStatus
from featherchat.recollection import Filter
from featherchat.store.base import Document
from featherchat.store.sqlite import SqliteStore
from featherchat.store.transcripts import ChatSession, Turn
from tests.conftest import MakeCause, MakeMemory
from tests.store.disk import files_limited_to
from tests.workshop import files_with

ALL = Filter(namespace=None, statuses=())


def test_hard_forget_takes_the_words_out_of_reasons_titles_and_turns(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store = SqliteStore.open(tmp_path / "s" / "memory.feather", tmp_path / "cache", clock)
    first = a_memory("The xylophone password is plugh.", title="The xylophone password is plugh.")
    store.put([first], a_cause(f"remembered: {first.title}"))
    second = replace(first, text="The vibraphone password is plover.", title="Vibraphone")
    store.put([second], a_cause(f"edited: {first.title}"))
    asked = "remember that the xylophone\npassword is plugh. And the vibraphone password is plover"
    store.transcripts.put_session(ChatSession("s", asked[:40], 0.0, 0.0))
    store.transcripts.put_turn(
        Turn("t", "s", asked, 0.0, context="[m:1]\nThe vibraphone password is plover.")
    )

    store.forget([first.id], a_cause("forgot 1 for good"), hard=True)
    store.close()

    for word in (b"xylophone", b"plugh", b"vibraphone", b"plover"):
        assert files_with(tmp_path, word) == []


def test_hard_forget_leaves_other_turns_as_they_were(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("The door code is 1234.")
    store.put([memory], a_cause())
    other = Turn("t", "s", "What is (a) [door]?", 0.0, status=TurnStatus.COMPLETE)
    store.transcripts.put_session(ChatSession("s", "Doors", 0.0, 0.0))
    store.transcripts.put_turn(other)

    store.forget([memory.id], a_cause(), hard=True)

    assert store.transcripts.turns("s") == [other]
    assert store.transcripts.sessions()[0].title == "Doors"


def harm(store: SqliteStore, memory_id: str, sql: str) -> None:
    with store.database.transaction():
        store.database.execute(f"UPDATE memories SET {sql} WHERE id = ?", (memory_id,))


@pytest.mark.parametrize(
    "sql",
    [
        "text = 'We use MongoDB.'",
        "importance = 0.5",
        "status = 'superseded'",
        "title = CAST(x'c328' AS TEXT)",
        "attributes = '{'",
    ],
)
def test_a_flipped_bit_in_a_row_is_a_named_error(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause, sql: str
) -> None:
    sound, harmed = a_memory("We use PostgreSQL."), a_memory("We deploy with Helm.")
    store.put([sound, harmed], a_cause())
    harm(store, harmed.id, sql)

    with pytest.raises(StoreDamaged, match=harmed.id):
        store.find(ALL)

    assert store.get([sound.id]) == {sound.id: sound}
    assert store.damaged() == [harmed.id]


def test_a_damaged_memory_can_be_removed_and_learnt_again(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    harmed = a_memory("Learnt from a document.", source=Source("document", 0.0))
    document = Document("a.md", "blob", 0.0, {"x": harmed.id})
    store.put_document(document, [harmed], [], [], a_cause())
    harm(store, harmed.id, "text = 'Something else.'")

    forgotten = store.forget([harmed.id], a_cause(), hard=True)

    assert forgotten == []
    assert store.damaged() == []
    assert store.documents() == {}
    assert store.put([replace(harmed, id="again")], a_cause()).buried == ()


def test_what_changes_nothing_is_not_what_undo_takes_back(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store.put([a_memory("Said once.")], a_cause("the first time"))
    store.put([a_memory("Said once.")], a_cause("the second time"))

    undone = store.undo(a_cause())

    assert undone.reason == "the first time"
    assert store.find(ALL) == []


def test_recalls_that_were_counted_outlive_an_edit_and_its_undo(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("First wording.")
    store.put([memory], a_cause())
    store.reinforce({memory.id: 2}, 5.0)
    store.put([replace(memory, text="Second wording.")], a_cause())
    store.reinforce({memory.id: 1}, 6.0)

    store.undo(a_cause())

    found = store.get([memory.id])[memory.id]
    assert (found.text, found.recall_count, found.recalled_at) == ("First wording.", 3, 6.0)


def test_pinned_memories_are_found_without_reading_the_rest(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    pinned = a_memory("Always test first.", pinned=True)
    other = a_memory("Elsewhere.", pinned=True, namespace="other")
    store.put([pinned, other, a_memory("Loose.")], a_cause())

    assert store.pinned("assistant") == [pinned]


def test_what_a_full_disk_lets_stay_in_free_pages_is_told_with_the_way_out(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store = SqliteStore.open(tmp_path / "memory.feather", tmp_path / "cache", clock)
    secret = a_memory("The xylophone password is plugh.")
    others = [a_memory(f"{number} {'word ' * 900}") for number in range(200)]
    store.put([secret, *others], a_cause())

    limit = (tmp_path / "memory.feather-wal").stat().st_size + 300_000
    with pytest.raises(StoreError) as caught, files_limited_to(limit):
        store.forget([secret.id], a_cause("forgot 1 for good"), hard=True)

    assert "It is forgotten" in str(caught.value)
    assert "featherchat compact" in caught.value.hint
    assert store.get([secret.id]) == {}
    store.histories.compact(clock.now())
    store.close()
    assert files_with(tmp_path, b"xylophone") == []
