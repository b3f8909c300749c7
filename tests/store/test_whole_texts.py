from pathlib import Path

from featherchat.clock import FixedClock
from featherchat.memory import Kind, Memory, Source, Status
from featherchat.recollection import Filter
from featherchat.store.sqlite import SqliteStore
from featherchat.store.whole_texts import NOTED
from tests.conftest import MakeCause, MakeMemory


def said(a_memory: MakeMemory, text: str, session: str, **given: object) -> Memory:
    source = Source("user", 0.0, session_id=session)
    return a_memory(text, kind=Kind.CONVERSATION, source=source, **given)


def sessions(store: SqliteStore, question: str, **where: str) -> list[str]:
    return list(store.match_words(question, 5, Filter(**where)).sessions)  # type: ignore[arg-type]


def test_a_conversation_is_found_by_words_that_were_said_in_different_turns(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    turns = [
        said(a_memory, "The broker went down.", "s1"),
        said(a_memory, "Restarting it helped.", "s1"),
        said(a_memory, "The broker is a Friday task.", "s2"),
    ]
    store.put(turns, a_cause())
    store.flush()

    assert sessions(store, "did restarting the broker help") == ["s1", "s2"]


def test_who_spoke_and_when_are_words_of_a_conversation(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store.put([said(a_memory, "Lunch?", "s1", title="Ada, 8 May 2026")], a_cause())
    store.flush()

    assert sessions(store, "what did Ada say in May") == ["s1"]


def test_a_turn_that_is_forgotten_is_no_longer_part_of_its_conversation(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    turns = [
        said(a_memory, "The broker went down.", "s1", id="a"),
        said(a_memory, "Tea?", "s1", id="b"),
    ]
    store.put(turns, a_cause())
    store.flush()

    store.forget(["a"], a_cause())
    store.flush()

    assert sessions(store, "broker") == []
    assert sessions(store, "tea") == ["s1"]


def test_another_namespace_s_conversations_are_not_found(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store.put([said(a_memory, "The broker went down.", "s1", namespace="other")], a_cause())
    store.flush()

    assert sessions(store, "broker") == []
    assert sessions(store, "broker", namespace="other") == ["s1"]


def test_what_was_said_outside_of_a_conversation_is_part_of_none(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    decided = a_memory("The broker is RabbitMQ.", source=Source("user", 0.0, session_id="s1"))
    store.put([decided, a_memory("The broker again.", kind=Kind.CONVERSATION)], a_cause())
    store.flush()

    assert sessions(store, "broker") == []


def test_conversations_are_found_after_a_start_without_the_cache(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    for cache in ("one", "two"):
        store = SqliteStore.open(tmp_path / "memory.feather", tmp_path / cache, clock)
        store.put([said(a_memory, f"The broker went down {cache}.", "s1")], a_cause())
        store.close()

    again = SqliteStore.open(tmp_path / "memory.feather", tmp_path / "two", clock)

    assert sessions(again, "broker") == ["s1"]
    again.close()


def test_a_store_without_conversations_is_not_looked_through_at_each_start(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store = SqliteStore.open(tmp_path / "memory.feather", tmp_path / "cache", clock)
    for number in range(NOTED):
        store.put([a_memory(f"Decision {number}.", status=Status.ACTIVE)], a_cause())
    store.close()

    assert (tmp_path / "cache" / "sessions").is_dir()
