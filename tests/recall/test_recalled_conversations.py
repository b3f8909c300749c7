from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.clock import FixedClock
from featherchat.embedders.hashing import HashEmbedder
from featherchat.memory import Edge, Kind, RelationType, Source, Status
from featherchat.ranking import relevance_of, score_of, with_lent
from featherchat.recall.conversations import NEIGHBOR, WHOLE, lent
from featherchat.recall.memories import Memories
from featherchat.recall.retriever import Retriever
from featherchat.recollection import Filter, Outline
from tests.conftest import MakeCause, MakeMemory

shares = st.floats(0.0, 1.0)


def said(*ids: str, kind: str = Kind.CONVERSATION) -> dict[str, Outline]:
    return {
        key: Outline(key, kind, Status.ACTIVE, 1.0, False, 0, 0.0, None, "user", None, None, False)
        for key in ids
    }


def after(later: str, earlier: str) -> Edge:
    return Edge(later, earlier, RelationType.SAME_SESSION)


def test_a_strong_hit_lends_to_what_was_said_before_and_after_it() -> None:
    edges = [after("b", "a"), after("c", "b")]

    assert lent({"b": 1.0}, edges, said("a", "b", "c"), {}) == {"a": NEIGHBOR, "c": NEIGHBOR}


def test_a_turn_is_lent_by_the_stronger_of_the_two_beside_it() -> None:
    edges = [after("b", "a"), after("c", "b")]

    assert lent({"a": 0.5, "c": 1.0}, edges, said("a", "b", "c"), {})["b"] == NEIGHBOR


def test_a_weak_hit_lends_nothing() -> None:
    assert lent({"a": 0.2}, [after("b", "a")], said("a", "b"), {}) == {}


def test_only_what_was_said_lends_and_is_lent() -> None:
    outlines = said("a") | said("d", kind=Kind.DECISION)

    assert lent({"a": 1.0, "d": 1.0}, [after("d", "a")], outlines, {}) == {}


def test_what_is_behind_the_walls_is_lent_nothing() -> None:
    assert lent({"a": 1.0}, [after("b", "a")], said("a"), {}) == {}


@given(shares, shares)
def test_with_what_is_lent_a_relevance_is_a_share_and_no_less_than_before(
    own: float, gift: float
) -> None:
    assert max(own, gift) - 1e-9 <= with_lent(own, gift) <= 1.0 + 1e-9


@pytest.fixture
async def memories(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Memories]:
    opened = await Memories.open(
        tmp_path / "memory.feather", tmp_path / "cache", clock, HashEmbedder(512), 5.0
    )
    yield opened
    await opened.close()


@pytest.mark.anyio
async def test_an_answer_is_found_beside_its_question_without_sharing_a_word_with_it(
    memories: Memories, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    source = Source("user", clock.now(), session_id="s1")
    some = [
        a_memory(text, id=key, kind=Kind.CONVERSATION, source=source)
        for key, text in (
            ("asked", "Which port does the staging broker use?"),
            ("answered", "It is 5673."),
            ("later", "Let us go to lunch."),
        )
    ]
    edges = [after("answered", "asked"), after("later", "answered")]
    await memories.remember(some, a_cause(), edges)
    retriever = Retriever(memories, clock)

    recall = await retriever.recall("port of the staging broker", words_only=True)
    narrowed = await retriever.recall(
        "port of the staging broker", where=Filter(ids=("asked",)), words_only=True
    )

    assert [each.memory.id for each in recall.found] == ["asked", "answered"]
    answer = recall.found[1]
    assert answer.parts.graph == pytest.approx(NEIGHBOR)
    assert relevance_of(answer.parts) == pytest.approx(answer.parts.relevance)
    assert score_of(answer.parts) == pytest.approx(answer.score)
    assert [each.memory.id for each in narrowed.found] == ["asked"]


def test_a_conversation_as_a_whole_lends_to_its_turns_that_are_hits() -> None:
    found = lent({"a": 0.2}, [], said("a", "b"), {"a": 0.5, "b": 0.5})

    assert found == {"a": pytest.approx(0.5 * WHOLE)}


def test_no_decision_is_lent_anything_by_the_conversation_it_was_taken_in() -> None:
    outlines = said("d", kind=Kind.DECISION)

    assert lent({"d": 0.9}, [], outlines, {"d": 1.0}) == {}


@pytest.mark.anyio
async def test_of_two_turns_that_say_as_much_the_one_of_the_right_conversation_comes_first(
    memories: Memories, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    some = [
        a_memory(
            text,
            id=key,
            kind=Kind.CONVERSATION,
            source=Source("user", clock.now(), session_id=session),
        )
        for key, session, text in (
            ("a", "s1", "It took three hours."),
            ("b", "s2", "It took three weeks."),
            ("c", "s2", "The migration to Postgres is done."),
        )
    ]
    await memories.remember(some, a_cause())
    await memories.ask(lambda store: store.flush())

    recall = await Retriever(memories, clock).recall(
        "how long took the migration to Postgres: three", words_only=True
    )

    assert [each.memory.id for each in recall.found] == ["c", "b", "a"]
