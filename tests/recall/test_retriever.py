from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from featherchat.clock import SECONDS_PER_DAY, FixedClock
from featherchat.embedders.hashing import HashEmbedder
from featherchat.memory import (
    AdrStatus,
    Anchor,
    Edge,
    Kind,
    Memory,
    RelationType,
    Source,
    Status,
)
from featherchat.recall.finding import Recall
from featherchat.recall.layers import PER_SOURCE
from featherchat.recall.memories import Memories
from featherchat.recall.retriever import Retriever
from featherchat.recollection import Filter
from featherchat.store.sqlite import SqliteStore
from tests.conftest import MakeCause, MakeMemory

pytestmark = pytest.mark.anyio

RECORD = "docs/adr/0007.md"
ACCEPTED = {"adr_status": AdrStatus.ACCEPTED.value}


@pytest.fixture
async def memories(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Memories]:
    opened = await Memories.open(
        tmp_path / "memory.feather", tmp_path / "cache", clock, HashEmbedder(512), 5.0
    )
    yield opened
    await opened.close()


@pytest.fixture
def retriever(memories: Memories, clock: FixedClock) -> Retriever:
    return Retriever(memories, clock, "ada@example.org")


@pytest.fixture
def record(a_memory: MakeMemory, clock: FixedClock) -> list[Memory]:
    """A decision with its reason and a rejected option, as learnt from one document."""
    source = Source("document", clock.now(), path=RECORD)
    return [
        a_memory(
            "We take usearch.", id="d", title="ADR-7 Vectors", source=source, attributes=ACCEPTED
        ),
        a_memory(
            "Files must stay small on laptops.",
            id="why",
            title="ADR-7 Vectors: why",
            kind=Kind.RATIONALE,
            source=source,
        ),
        a_memory(
            "Rejected: FAISS. Its wheels weigh a lot.",
            id="faiss",
            title="ADR-7 Vectors: rejected FAISS",
            kind=Kind.ALTERNATIVE,
            source=source,
        ),
    ]


PARTS = (
    Edge("d", "why", RelationType.LEADS_TO),
    Edge("d", "faiss", RelationType.CONTRADICTS),
)


def ids(recall: Recall) -> list[str]:
    return [each.memory.id for each in recall.found]


async def put(
    memories: Memories, some: Sequence[Memory], cause: MakeCause, edges: Sequence[Edge] = ()
) -> None:
    await memories.remember(some, cause(), edges)
    await memories.ask(lambda store: store.flush())


async def test_a_question_finds_the_memory_it_is_about(
    memories: Memories, retriever: Retriever, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    some = [a_memory("The pool deadlocked under load.", id="pool"), a_memory("Tabs, not spaces.")]
    await put(memories, some, a_cause)

    recall = await retriever.recall("why did the pool deadlock")

    assert ids(recall)[0] == "pool"
    assert recall.evidence.cosine is not None


async def test_without_meaning_words_answer(
    memories: Memories, retriever: Retriever, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    await put(memories, [a_memory("The pool deadlocked under load.", id="pool")], a_cause)

    recall = await retriever.recall("pool load", words_only=True)

    assert ids(recall) == ["pool"]
    assert recall.evidence.cosine is None


async def test_a_question_that_memory_has_nothing_on_gets_no_answer_but_near_misses(
    memories: Memories, retriever: Retriever, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    await put(memories, [a_memory("The pool of connections deadlocked.", id="pool")], a_cause)

    recall = await retriever.recall("how long does a pool party in summer usually take", k=3)

    assert recall.found == ()
    assert recall.abstained
    assert [each.memory.id for each in recall.near_misses] == ["pool"]
    assert "too little evidence" in recall.near_misses[0].note


async def test_nothing_found_says_how_many_memories_wait_for_their_meaning(
    memories: Memories, retriever: Retriever, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    learnt = a_memory("The pool of connections deadlocked.")
    await memories.ask(lambda store: store.put([learnt], a_cause()))
    before = await retriever.recall("how long does a summer take", words_only=True)

    await memories.embed_pending()
    after = await retriever.recall("how long does a summer take", words_only=True)

    assert before.notice == "1 memory is found by its words alone until its meaning is learnt."
    assert after.notice == ""


async def test_an_empty_question_finds_nothing(
    memories: Memories, retriever: Retriever, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    await put(memories, [a_memory("The pool deadlocked.")], a_cause)

    assert (await retriever.recall("", words_only=True)).found == ()


async def test_a_decision_speaks_for_what_its_parts_say(
    memories: Memories, retriever: Retriever, record: list[Memory], a_cause: MakeCause
) -> None:
    await put(memories, record, a_cause, PARTS)

    recall = await retriever.recall("laptops files small faiss wheels weigh")

    assert ids(recall)[0] == "d"
    assert {"why", "faiss"} <= set(ids(recall))


async def test_no_part_is_more_relevant_than_its_decision(
    memories: Memories, retriever: Retriever, record: list[Memory], a_cause: MakeCause
) -> None:
    await put(memories, record, a_cause, PARTS)

    for words_only in (False, True):
        recall = await retriever.recall("faiss wheels", words_only=words_only, abstain=False)
        relevance = {each.memory.id: each.parts.relevance for each in recall.found}

        assert max(relevance.values()) == relevance["d"]


async def test_a_filter_for_parts_does_not_show_their_decision(
    memories: Memories, retriever: Retriever, record: list[Memory], a_cause: MakeCause
) -> None:
    await put(memories, record, a_cause, PARTS)

    recall = await retriever.recall("faiss wheels", where=Filter(kinds=(Kind.ALTERNATIVE,)))

    assert ids(recall) == ["faiss"]


async def test_a_superseded_decision_gives_way_to_the_last_of_its_successors(
    memories: Memories, retriever: Retriever, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    some = [
        a_memory("Retries wait for 1 second.", id="old", status=Status.SUPERSEDED),
        a_memory("They wait twice as long each time.", id="middle", status=Status.SUPERSEDED),
        a_memory("Jitter was added.", id="new"),
    ]
    edges = [
        Edge("middle", "old", RelationType.SUPERSEDES),
        Edge("new", "middle", RelationType.SUPERSEDES),
    ]
    await put(memories, some, a_cause, edges)

    recall = await retriever.recall("retries wait 1 second")

    assert ids(recall) == ["new"]
    assert set(recall.found[0].replaces) == {"old", "middle"}


async def test_a_superseded_decision_never_stands_above_its_successor(
    memories: Memories, retriever: Retriever, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    some = [
        a_memory("Retries wait for 1 second.", id="old", status=Status.SUPERSEDED, pinned=True),
        a_memory("Jitter was added.", id="new", importance=0.5),
    ]
    await put(memories, some, a_cause, [Edge("new", "old", RelationType.SUPERSEDES)])

    recall = await retriever.recall("retries wait 1 second", where=Filter(statuses=()))

    assert ids(recall) == ["new", "old"]


async def test_a_circle_of_successors_ends(
    memories: Memories, retriever: Retriever, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    some = [a_memory("Retries wait.", id="a"), a_memory("Retries wait longer.", id="b")]
    edges = [Edge("a", "b", RelationType.SUPERSEDES), Edge("b", "a", RelationType.SUPERSEDES)]
    await put(memories, some, a_cause, edges)

    assert set(ids(await retriever.recall("retries wait"))) == {"a", "b"}


async def test_a_question_that_names_a_path_finds_what_is_about_it(
    memories: Memories, retriever: Retriever, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    some = [
        a_memory(
            "Connections are lent for one query.", id="lent", anchors=(Anchor("src/pool.py"),)
        ),
        a_memory("Colors follow the theme.", id="theme"),
    ]
    await put(memories, some, a_cause)

    for question in ("what about src/pool.py?", "why is pool.py like this", "see src/pool.py."):
        assert ids(await retriever.recall(question))[:1] == ["lent"]
        assert ids(await retriever.recall(question, words_only=True)) == ["lent"]


async def test_preferences_are_told_to_those_who_have_them(
    memories: Memories, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    tabs = a_memory("Prefers tabs.", id="p", kind=Kind.PREFERENCE, developer="ada@example.org")
    await put(memories, [tabs], a_cause)

    hers = await Retriever(memories, clock, "ada@example.org").recall("tabs")
    his = await Retriever(memories, clock, "bob@example.org").recall("tabs")

    assert ids(hers) == ["p"]
    assert ids(his) == []


async def test_one_document_does_not_crowd_the_others_out(
    memories: Memories,
    retriever: Retriever,
    a_memory: MakeMemory,
    a_cause: MakeCause,
    clock: FixedClock,
) -> None:
    source = Source("document", clock.now(), path="docs/pool.md")
    pieces = [a_memory(f"The pool, part {n}.", kind=Kind.OVERVIEW, source=source) for n in range(9)]
    await put(memories, [*pieces, a_memory("The pool is elsewhere, too.", id="other")], a_cause)

    recall = await retriever.recall("pool")

    assert len(recall.found) == PER_SOURCE + 1
    assert "other" in ids(recall)


async def test_each_layer_is_ranked_by_the_whole_score(
    memories: Memories, retriever: Retriever, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    some = [
        a_memory("The pool was chosen.", id="decision"),
        a_memory("The pool was chosen, it seems.", id="guess", status=Status.CANDIDATE),
        a_memory("The pool was slow.", id="note", kind=Kind.DEBUGGING),
        a_memory("The pool was mended.", id="fix", kind=Kind.BUG_FIX),
    ]
    await put(memories, some, a_cause)

    recall = await retriever.recall("pool", layers=True)

    names = {one.group.name: [each.memory.id for each in one.found] for one in recall.layers}
    assert names == {
        "decisions": ["decision", "guess"],
        "fixes and dead ends": ["fix"],
        "episodes": ["note"],
    }
    assert recall.layers[0].found[0].parts.weight_exponent == 1.0


async def test_layers_are_ranked_only_when_asked_for(
    memories: Memories, retriever: Retriever, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    await put(memories, [a_memory("The pool deadlocked.")], a_cause)

    assert (await retriever.recall("pool")).layers == ()


async def test_what_hits_are_linked_with_stands_behind_them_with_its_trail(
    memories: Memories, retriever: Retriever, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    some = [
        a_memory("The pool deadlocked.", id="pool"),
        a_memory("Lock order.", id="one"),
        a_memory("Code review.", id="two"),
    ]
    edges = [Edge("pool", "one", RelationType.CAUSED_BY), Edge("two", "one", RelationType.CAUSES)]
    await put(memories, some, a_cause, edges)

    recall = await retriever.recall("pool", hops=2)

    assert ids(recall) == ["pool", "one", "two"]
    assert [each.hop for each in recall.found] == [0, 1, 2]
    assert [each.parts.graph for each in recall.found[1:]] == pytest.approx([0.5, 0.25])


async def test_recalling_counts_only_when_asked_to(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    path = tmp_path / "counted.feather"
    memories = await Memories.open(path, None, clock, HashEmbedder(), 5.0)
    retriever = Retriever(memories, clock)
    await put(memories, [a_memory("The pool deadlocked.", id="pool")], a_cause)

    await retriever.recall("pool")
    await retriever.recall("pool", reinforce=True)
    await memories.close()

    store = SqliteStore.open(path, None, clock)
    assert store.get(["pool"])["pool"].recall_count == 1
    store.close()


async def test_an_old_memory_ranks_below_a_fresh_one_that_says_as_much(
    memories: Memories,
    retriever: Retriever,
    a_memory: MakeMemory,
    a_cause: MakeCause,
    clock: FixedClock,
) -> None:
    past = clock.now() - 60 * SECONDS_PER_DAY
    some = [
        a_memory("The pool is slow now.", id="old", kind=Kind.DEBUGGING, created_at=past),
        a_memory("The pool is slow again.", id="fresh", kind=Kind.DEBUGGING),
    ]
    await put(memories, some, a_cause)

    assert ids(await retriever.recall("pool slow")) == ["fresh", "old"]
