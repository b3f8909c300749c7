"""Every time that a problem came up, in order, and nothing that only sounds like it."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from featherchat.clock import SECONDS_PER_DAY, FixedClock
from featherchat.embedders.hashing import HashEmbedder
from featherchat.memory import Kind, Status
from featherchat.recall.memories import Memories
from featherchat.recall.recurring import recurring_subject, subject_words
from featherchat.recall.retriever import Retriever
from featherchat.recollection import Filter
from tests.conftest import NOW, MakeCause, MakeMemory
from tests.recall.recurring import EPISODES, FILLERS, NEAR, OF_OTHER_KINDS

pytestmark = pytest.mark.anyio


@pytest.fixture
async def memories(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> AsyncIterator[Memories]:
    """Two hundred memories, stored in any order and dated a day apart."""
    opened = await Memories.open(tmp_path / "m.feather", None, clock, HashEmbedder(), 5.0)
    said = [each for happened in EPISODES.values() for each in happened]
    rest = [*NEAR, *OF_OTHER_KINDS, *FILLERS]
    random.Random(7).shuffle(rest)
    dated = [
        a_memory(text, kind=kind, created_at=NOW - (1_000 - day) * SECONDS_PER_DAY)
        for day, (kind, text) in enumerate([*said, *rest])
    ]
    random.Random(8).shuffle(dated)
    await opened.remember(dated, a_cause())
    yield opened
    await opened.close()


@pytest.fixture
def retriever(memories: Memories, clock: FixedClock) -> Retriever:
    return Retriever(memories, clock)


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("the connection pool again?", "connection pool"),
        ("Why is the connection pool exhausted again?", "connection pool"),
        ("How often did the connection pool fail?", "connection pool"),
        ("does the ConnectionPool still leak?", "connection pool"),
        ("When did we last have trouble with pooled connections?", "connection pool"),
        ("The connection pool keeps running dry.", "connection pool"),
        ("history of the connection pool", "connection pool"),
        ("the flaky login test again?", "flaky login test"),
        ("is the login test still flaky?", "flaky login test"),
        ("The importer keeps leaking memory", "memory leak in the importer"),
        ("each time the importer runs, memory leaks", "memory leak in the importer"),
    ],
)
async def test_a_question_about_what_recurs_lists_every_episode_in_order_and_no_other(
    retriever: Retriever, question: str, subject: str
) -> None:
    recall = await retriever.recall(question)

    assert [each.memory.text for each in recall.episodes] == [text for _, text in EPISODES[subject]]


async def test_a_subject_can_be_asked_for_without_a_cue(retriever: Retriever) -> None:
    found = await retriever.episodes("connection pool")
    fixes = await retriever.episodes("connection pool", Filter(kinds=(Kind.BUG_FIX,)))
    decisions = await retriever.episodes("connection pool", Filter(kinds=(Kind.DECISION,)))

    assert [each.memory.text for each in found] == [text for _, text in EPISODES["connection pool"]]
    assert {each.memory.kind for each in fixes} == {Kind.BUG_FIX}
    assert decisions == ()


async def test_an_episode_that_a_later_fix_superseded_happened_all_the_same(
    memories: Memories, retriever: Retriever, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    old = a_memory(
        "The connection pool had two sizes.", kind=Kind.BUG_FIX, status=Status.SUPERSEDED
    )
    gone = a_memory("The connection pool was blue.", kind=Kind.BUG_FIX, status=Status.RETIRED)
    await memories.remember([old, gone], a_cause())

    found = [each.memory.text for each in await retriever.episodes("connection pool")]

    assert len(found) == 7
    assert found[-1] == old.text


async def test_in_a_prompt_the_episodes_come_first_and_each_memory_once(
    retriever: Retriever,
) -> None:
    recall = await retriever.recall("the connection pool again?", layers=True)

    told = [each.memory.text for ranking in recall.layers for each in ranking.found]
    assert told[:6] == [text for _, text in EPISODES["connection pool"]]
    assert len(told) == len(set(told))


@pytest.mark.parametrize(
    "question",
    [
        "run the tests again",
        "Show me that again.",
        "Is Redis still used?",
        "Why did we choose Redis?",
        "What is the size of the connection pool?",
        "again?",
        "",
    ],
)
def test_an_order_or_a_plain_question_asks_for_no_episodes(question: str) -> None:
    assert recurring_subject(question) == ()


def test_a_subject_is_the_thing_without_what_is_said_of_it() -> None:
    assert subject_words("Why is the connection pool exhausted?") == ("connection", "pool")
    assert subject_words("the pool is empty") == ("pool", "empty")
    assert subject_words("HttpServer timeouts") == ("http", "server", "timeouts")
