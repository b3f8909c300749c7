"""Memories that are kept decoded are those that the store holds at this moment."""

from dataclasses import replace

import numpy as np
import pytest

from featherchat.clock import FixedClock
from featherchat.errors import StoreDamaged
from featherchat.recollection import Filter
from featherchat.store import at_hand
from featherchat.store.sqlite import SqliteStore
from tests.conftest import NOW, MakeCause, MakeMemory


def test_another_processs_change_is_read_at_the_next_question(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("One.")
    store.put([memory], a_cause())
    other = SqliteStore.open(store.path, None, FixedClock(NOW))

    store.get([memory.id])
    other.put([replace(memory, text="Two.")], a_cause())
    found = store.get([memory.id])
    other.close()

    assert found[memory.id].text == "Two."


def test_what_a_transaction_takes_back_was_never_known(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("One.")
    store.put([memory], a_cause())
    store.get([memory.id])

    with pytest.raises(RuntimeError), store.database.transaction():
        store.put([replace(memory, text="Two.")], a_cause())
        inside = store.get([memory.id])[memory.id].text
        raise RuntimeError

    assert inside == "Two."
    assert store.get([memory.id])[memory.id].text == "One."


def test_what_is_forgotten_for_good_is_not_kept(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("A secret.")
    store.put([memory], a_cause())
    store.get([memory.id])

    store.forget([memory.id], a_cause(), hard=True)

    assert store.get([memory.id]) == {}


def test_an_undo_is_read_at_once(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("One.")
    store.put([memory], a_cause())
    store.put([replace(memory, text="Two.")], a_cause())
    store.get([memory.id])

    store.undo(a_cause())

    assert store.get([memory.id])[memory.id].text == "One."


def test_a_recall_drops_only_what_was_recalled(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    one, two = a_memory("One."), a_memory("Two.")
    store.put([one, two], a_cause())
    before = store.get([one.id, two.id])

    store.reinforce({one.id: 1}, NOW)
    after = store.get([one.id, two.id])

    assert after[one.id].recall_count == 1
    assert after[two.id] is before[two.id]


def test_more_than_are_kept_are_all_found(
    store: SqliteStore,
    a_memory: MakeMemory,
    a_cause: MakeCause,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(at_hand, "MOST", 4)
    memories = [a_memory(f"Number {number}.") for number in range(20)]
    store.put(memories, a_cause())

    found = [store.get([each.id])[each.id] for each in memories]
    store.reinforce({each.id: 1 for each in memories}, NOW)

    assert found == memories
    assert {each.recall_count for each in store.get([m.id for m in memories]).values()} == {1}


def test_what_was_harmed_before_it_is_read_is_named(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("One.")
    store.put([memory], a_cause())
    with store.database.transaction():
        store.database.execute("UPDATE memories SET text = 'Two.'")

    with pytest.raises(StoreDamaged, match=memory.id):
        store.get([memory.id])


def test_a_harmed_row_is_found_by_its_id_and_refused_when_it_is_looked_at(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("One.")
    store.put([memory], a_cause(), (), np.ones((1, 4), dtype=np.float32), "test@4")
    with store.database.transaction():
        store.database.execute("UPDATE memories SET text = 'Two.'")

    found = store.questions.nearest(np.ones(4, dtype=np.float32), 1, Filter(namespace=None))

    assert [each.id for each in found] == [memory.id]
    with pytest.raises(StoreDamaged, match=memory.id):
        assert found[0].memory
