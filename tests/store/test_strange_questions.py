"""What a person types is never query syntax, however strange or long it is."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from featherchat.clock import FixedClock
from featherchat.memory import Kind, Memory, Source
from featherchat.recollection import Filter
from featherchat.store.base import Cause
from featherchat.store.sqlite import SqliteStore

SIGNS = ["AND", "OR", "NOT", "title:", "text:", "*", "?", "~2", "^9", "(", ")", "[", "]", "{", "}"]
SIGNS += ['"', "'", "\\", "/", "+", "-", "&&", "||", "!", ":", "\0", "\x1b[2J", "\r\n", "--", ";"]
SIGNS += ["\ud800", "\udfff", "\u202e", "\ufeff", "é", "東京都", "🪶", "DROP TABLE memories"]
PIECES = st.sampled_from(SIGNS)
QUESTIONS = st.lists(PIECES | st.text(max_size=8), max_size=30).map(" ".join)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> SqliteStore:
    folder = tmp_path_factory.mktemp("strange")
    store = SqliteStore.open(folder / "memory.feather", folder / "cache", FixedClock(1.0))
    source = Source("user", 1.0, path="src/pool.py")
    texts = ["The pool has twenty connections.", "Title and text, AND nothing else.", "東京都"]
    store.put(
        [
            Memory(str(n), text, text, Kind.DECISION, source, 1.0, 1.0)
            for n, text in enumerate(texts)
        ],
        Cause("o", 1.0, "user", "a test"),
    )
    store.flush()
    return store


@given(QUESTIONS)
@settings(deadline=None)
def test_nothing_in_a_question_is_query_syntax(asked: SqliteStore, question: str) -> None:
    hits = asked.match_words(question, 10, Filter())

    assert set(hits.scores) <= {"0", "1", "2"}
    assert all(0.0 <= share <= 1.0 for share in hits.coverage.values())


@given(QUESTIONS)
@settings(deadline=None)
def test_a_telling_word_is_found_whatever_stands_around_it(
    asked: SqliteStore, question: str
) -> None:
    assert "0" in asked.match_words(f"connections {question}", 10, Filter()).scores


@pytest.mark.parametrize(
    "piece", ["connections pool ", "a/b.py/", "x.y.z ", "adr 000", "((((", "\ud800", "pool", "東京"]
)
def test_a_question_of_a_megabyte_is_answered_at_once(asked: SqliteStore, piece: str) -> None:
    question = piece * (1_000_000 // len(piece))
    started = time.process_time()

    asked.match_words(question, 10, Filter())

    assert time.process_time() - started < 2.0


def test_of_many_words_the_rarest_are_asked_for(tmp_path: Path, clock: FixedClock) -> None:
    store = SqliteStore.open(tmp_path / "many.feather", None, clock)
    common = [f"common{n}" for n in range(600)]
    source = Source("user", 1.0)
    texts = ["the needle", *(" ".join(common) + f" {n}" for n in range(20))]
    memories = [
        Memory(str(n), text, "", Kind.DECISION, source, 1.0, 1.0) for n, text in enumerate(texts)
    ]
    store.put(memories, Cause("o", 1.0, "user", "a test"))
    store.flush()

    hits = store.match_words(" ".join([*common, "needle"]), 30, Filter())

    assert "0" in hits.scores
    store.close()
