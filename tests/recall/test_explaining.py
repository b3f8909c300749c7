"""Every score can be recomputed from the parts that are shown, relevance included."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from featherchat.clock import SECONDS_PER_DAY, FixedClock
from featherchat.fusion import Fusion
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
from featherchat.ranking import DecayPolicy, relevance_of, score_of
from featherchat.recall.finding import Inquiry, Recall, recalled
from featherchat.recollection import Filter, Origin, Recollection
from featherchat.store.base import Cause
from featherchat.store.sqlite import SqliteStore
from tests.conftest import NOW, MakeCause, MakeMemory, examples

WORDS = "pool lock query index cache retry usearch faiss".split()
DIMENSIONS = 4
SPACE = f"test@{DIMENSIONS}v1"

texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
memories_made = st.builds(
    lambda text, kind, status, importance, age, path, author, pinned, changed: {
        "text": text,
        "kind": kind,
        "status": status,
        "importance": importance,
        "created_at": NOW - age * SECONDS_PER_DAY,
        "source": Source(author, NOW, path=path),
        "pinned": pinned,
        "anchors": (Anchor("src/pool.py", changed=changed),),
        "attributes": {"adr_status": AdrStatus.ACCEPTED.value} if kind == Kind.DECISION else {},
    },
    texts,
    st.sampled_from([Kind.DECISION, Kind.RATIONALE, Kind.ALTERNATIVE, Kind.DEBUGGING, "anything"]),
    st.sampled_from([Status.ACTIVE, Status.ACTIVE, Status.CANDIDATE, Status.SUPERSEDED]),
    st.floats(0.0, 2.0),
    st.floats(0.0, 900.0),
    st.sampled_from([None, "docs/a.md", "src/pool.py"]),
    st.sampled_from(["user", "assistant", "mcp:client"]),
    st.booleans(),
    st.booleans(),
)
links = st.tuples(
    st.integers(0, 7),
    st.integers(0, 7),
    st.sampled_from([*RelationType]),
)


def everything_in(recall: Recall) -> list[Recollection]:
    layers = [each for one in recall.layers for each in (*one.found, *one.left_out)]
    return [*recall.found, *recall.near_misses, *layers]


@given(
    st.lists(memories_made, min_size=1, max_size=8, unique_by=lambda made: str(made["text"])),
    st.lists(links, max_size=10),
    texts,
    st.booleans(),
    st.sampled_from(Fusion),
    st.sampled_from([(), (Status.ACTIVE, Status.CANDIDATE)]),
    st.floats(0.0, 1.0),
    st.integers(1, 4),
)
@pytest.mark.property
@settings(deadline=None, max_examples=examples(12, 80))
def test_a_score_follows_from_its_parts_in_any_store(
    made: Sequence[dict[str, object]],
    linked: Sequence[tuple[int, int, str]],
    question: str,
    by_meaning: bool,
    fusion: Fusion,
    statuses: tuple[Status, ...],
    time_weight: float,
    k: int,
) -> None:
    memories = [
        Memory(id=f"m{n}", title=str(each["text"])[:9], **each)  # type: ignore[arg-type]
        for n, each in enumerate(made)
    ]
    edges = [
        Edge(f"m{source}", f"m{target}", relation)
        for source, target, relation in linked
        if source != target and max(source, target) < len(memories)
    ]
    chance = np.random.default_rng(len(memories))
    matrix = chance.standard_normal((len(memories) + 1, DIMENSIONS)).astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    asked = Inquiry(
        question + " src/pool.py",
        matrix[-1] if by_meaning else None,
        NOW,
        k,
        Filter(statuses=statuses),
        DecayPolicy(time_weight=time_weight),
        fusion=fusion,
        abstain=False,
        hops=1,
        layers=True,
        explain=True,
    )
    with TemporaryDirectory() as folder:
        store = SqliteStore.open(Path(folder) / "memory.feather", None, FixedClock(NOW))
        store.put(memories, Cause("o", NOW, "user", "a test"), edges)
        store.put_vectors(memories[::2], matrix[:-1][::2], SPACE)

        recall = recalled(store, asked)

        store.close()
    assert everything_in(recall)
    for each in everything_in(recall):
        assert relevance_of(each.parts) == pytest.approx(each.parts.relevance, abs=1e-6)
        assert score_of(each.parts) == pytest.approx(each.score, abs=1e-6)
        assert each.score == each.parts.score
        assert 0.0 <= each.parts.relevance <= 1.0 + 1e-9
    for one in recall.layers:
        assert all(each.note for each in one.left_out)
    assert all(each.note for each in recall.near_misses)


@pytest.fixture
def record(a_memory: MakeMemory, clock: FixedClock) -> list[Memory]:
    source = Source("document", clock.now(), path="docs/adr/0007.md")
    return [
        a_memory("We take usearch.", id="d", source=source),
        a_memory("FAISS was too heavy.", id="x", kind=Kind.ALTERNATIVE, source=source),
    ]


def ask(store: SqliteStore, question: str, **given: object) -> Recall:
    return recalled(store, Inquiry(question, None, NOW, abstain=False, explain=True, **given))  # type: ignore[arg-type]


def test_parts_say_that_a_decision_speaks_for_its_record_and_caps_its_parts(
    store: SqliteStore, record: list[Memory], a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store.put(record, a_cause(), [Edge("d", "x", RelationType.CONTRADICTS)])
    store.put([a_memory("Faiss, heavy faiss.", id="other")], a_cause())
    store.flush()

    parts = {each.memory.id: each.parts for each in ask(store, "faiss heavy").found}

    assert parts["d"].words_from is Origin.RECORD
    assert parts["x"].words_from is Origin.OWN
    assert parts["x"].relevance <= parts["d"].relevance


def test_parts_say_that_the_question_named_a_path(
    store: SqliteStore, record: list[Memory], a_cause: MakeCause
) -> None:
    store.put(record, a_cause(), [Edge("d", "x", RelationType.CONTRADICTS)])

    parts = {each.memory.id: each.parts for each in ask(store, "why adr/0007.md").found}

    assert {each.words_from for each in parts.values()} == {Origin.PATH}


def test_parts_say_whose_relevance_a_successor_has_taken_over(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    old = a_memory("Retries wait for 1 second.", id="old", status=Status.SUPERSEDED)
    new = a_memory("Jitter was added.", id="new")
    store.put([old, new], a_cause(), [Edge("new", "old", RelationType.SUPERSEDES)])

    recall = ask(store, "retries wait")

    assert [(each.memory.id, each.parts.stands_for) for each in recall.found] == [("new", "old")]
    assert [(each.memory.id, each.note) for each in recall.near_misses] == [
        ("old", "superseded by m:new")
    ]


def test_each_near_miss_has_its_reason(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause, clock: FixedClock
) -> None:
    source = Source("document", clock.now(), path="docs/pool.md")
    pieces = [a_memory(f"Pool, part {n}.", id=f"p{n}", source=source) for n in range(4)]
    more = [a_memory(f"Pool, seen {n}.", id=f"s{n}", importance=0.5) for n in range(3)]
    weak = a_memory("pool " + "and very many other words " * 90, id="weak", title="Else")
    store.put([*pieces, *more, weak], a_cause())

    recall = ask(store, "pool part seen", k=5)

    notes = {each.memory.id: each.note for each in recall.near_misses}
    assert len(recall.found) == 5
    assert notes["p3"] == "beyond 3 of one source"
    assert notes["s2"] == "beyond the first 5"
    assert notes["weak"].startswith("below the floor: relevance 0.")
