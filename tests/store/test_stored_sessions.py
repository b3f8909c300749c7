"""Conversations as a whole: listed with counts, searched, copied, deleted."""

import time

import pytest

from featherchat.clock import FixedClock
from featherchat.memory import Status
from featherchat.messages import TurnStatus
from featherchat.store.sessions import StoredSessions
from featherchat.store.sqlite import SqliteStore
from featherchat.store.transcripts import ChatSession, Turn
from tests.conftest import MakeCause, MakeMemory

ADA, BOB = "ada@example.org", "bob@example.org"


@pytest.fixture
def stored(store: SqliteStore) -> StoredSessions:
    for name, developer, said in (
        ("pool", ADA, "Why is the pool limited?"),
        ("queue", None, "Which queue do we use?"),
        ("theirs", BOB, "What is the pool for?"),
    ):
        store.transcripts.put_session(ChatSession(name, said, 1.0, 1.0, developer))
        turn = Turn(f"t-{name}", name, said, 2.0, answer="Ärger über ACID.", finished_at=3.0)
        store.transcripts.put_turn(turn)
    return StoredSessions(store.database, store.transcripts, [ADA])


def test_a_developer_sees_their_own_conversations_and_nobodys(stored: StoredSessions) -> None:
    assert {line.session.id for line in stored.all()} == {"pool", "queue"}


def test_a_line_counts_turns_and_what_was_learnt(
    store: SqliteStore, stored: StoredSessions, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store.put([a_memory("One"), a_memory("Two")], a_cause(session_id="pool", turn_id="t-pool"))
    store.put([a_memory("Three", status=Status.CANDIDATE)], a_cause(session_id="pool"))
    store.undo(a_cause())

    counts = {line.session.id: (line.turns, line.learned) for line in stored.all()}

    assert counts == {"pool": (1, 2), "queue": (1, 0)}


@pytest.mark.parametrize(
    ("words", "found"),
    [("POOL", {"pool"}), ("ärger acid", {"pool", "queue"}), ("pool queue", set()), ("%", set())],
)
def test_a_search_finds_every_word_of_a_turn_in_any_case(
    stored: StoredSessions, words: str, found: set[str]
) -> None:
    assert {line.session.id for line in stored.search(words)} == found


def test_a_search_shows_the_words_around_what_it_has_found(stored: StoredSessions) -> None:
    (line,) = [each for each in stored.search("acid") if each.session.id == "queue"]

    assert line.found == "Which queue do we use? Ärger über ACID."


def test_a_fork_has_the_same_turns_under_ids_of_its_own(
    store: SqliteStore, stored: StoredSessions, clock: FixedClock
) -> None:
    waiting = store.transcripts.unlearnt.count()
    (pool,) = [line.session for line in stored.search("limited")]

    copy = stored.fork(pool, clock)

    (turn,) = store.transcripts.turns(copy.id)
    assert (turn.prompt, turn.status) == ("Why is the pool limited?", TurnStatus.CUT)
    assert turn.id != "t-pool"
    assert store.transcripts.unlearnt.count() == waiting


def test_a_deleted_conversation_is_gone_with_its_turns_and_marks(
    store: SqliteStore, stored: StoredSessions
) -> None:
    (pool,) = [line.session for line in stored.search("limited")]

    assert stored.delete(pool) == 1

    assert store.transcripts.turns("pool") == []
    assert [line.session.id for line in stored.all()] == ["queue"]
    assert store.database.value("SELECT count(*) FROM meta WHERE key LIKE '%t-pool'") == 0


def test_a_search_of_ten_thousand_turns_keeps_up_with_the_keys(
    store: SqliteStore, stored: StoredSessions
) -> None:
    answer = "The pool keeps twenty connections, because the database allows a hundred. " * 20
    with store.database.transaction():
        for number in range(10_000):
            turn = Turn(f"n{number:05}", "pool", "Why?", 2.0, answer=answer, finished_at=3.0)
            store.transcripts.put_turn(turn)

    started = time.process_time()
    stored.search("nowhere to be found")

    assert time.process_time() - started < 0.5
