from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from featherchat import DB, Metadata
from featherchat.clock import FixedClock
from featherchat.db.checking import unit_vector
from featherchat.errors import InvalidValue, NothingFound, StoreReadOnly
from featherchat.memory import Memory
from featherchat.ranking import DecayPolicy, relevance_of, score_of
from featherchat.recollection import Filter
from tests.conftest import NOW, examples
from tests.db.vectors import DIM, EAST, NORTH, towards_east
from tests.store.reference import Row, best, stored

DAY = 86_400.0
KINDS = ["memory", "decision", "preference", "conversation", "custom"]

a_vector = st.lists(st.integers(-3, 3), min_size=DIM, max_size=DIM).filter(any)


@dataclass(frozen=True)
class Draft:
    """A memory as hypothesis makes it up."""

    vector: list[int]
    entity: str
    namespace: str
    importance: float
    age: float
    pinned: bool
    recalls: int
    user: str


drafts = st.lists(
    st.builds(
        Draft,
        a_vector,
        st.sampled_from(KINDS),
        st.sampled_from(["a", "b"]),
        st.sampled_from([0.0, 0.3, 1.0, 2.0]),
        st.sampled_from([-1.0, 0.0, 1.0, 30.0, 720.0]),
        st.booleans(),
        st.integers(0, 3),
        st.sampled_from(["u_1", "u_2"]),
    ),
    max_size=8,
)
half_lives = st.one_of(
    st.none(),
    st.sampled_from([0.5, 30.0, 1_000.0]),
    st.dictionaries(st.sampled_from(KINDS), st.sampled_from([1.0, 90.0, None]), max_size=3),
)


def filled(db: DB, given: Sequence[Draft]) -> list[Row]:
    """Add what was made up, and say what is stored by then."""
    for place, draft in enumerate(given):
        meta = Metadata(
            importance=draft.importance,
            created_at=NOW - draft.age * DAY,
            pinned=draft.pinned,
            attributes={"user": draft.user},
        )
        memory_id = f"m{place}"
        db.add(
            draft.vector, id=memory_id, namespace=draft.namespace, entity=draft.entity, meta=meta
        )
        for _ in range(draft.recalls):
            db.search(EAST, where={"ids": [memory_id]}, namespace=draft.namespace)
    if given:
        # Writes the recalls.
        db.explain(EAST, "m0")
    rows = []
    for place, draft in enumerate(given):
        found = db.get(f"m{place}")
        assert found is not None
        assert found.memory.recall_count == draft.recalls
        rows.append(Row(found.memory, stored(unit_vector(draft.vector, DIM))))
    return rows


@pytest.mark.property
@settings(max_examples=examples(12, 80), deadline=None)
@given(
    drafts,
    a_vector,
    st.integers(1, 15),
    half_lives,
    st.sampled_from([0.0, 0.3, 1.0]),
    st.sampled_from([None, "decision", "custom"]),
    st.sampled_from([None, "u_1"]),
    st.sets(st.sampled_from(["m0", "m1", "m2"])),
)
def test_a_search_returns_the_true_top_k_of_what_is_admitted(
    made_up: list[Draft],
    query: list[int],
    k: int,
    half_life: float | Mapping[str, float | None] | None,
    time_weight: float,
    entity: str | None,
    user: str | None,
    pinned: set[str],
) -> None:
    def admits(memory: Memory) -> bool:
        return (
            memory.namespace == "a"
            and entity in (None, memory.kind)
            and user in (None, memory.attributes["user"])
        )

    with TemporaryDirectory() as folder, open_at(folder) as db:
        rows = filled(db, made_up)
        found = db.search(
            query,
            k,
            half_life=half_life,
            time_weight=time_weight,
            namespace="a",
            entity=entity,
            where={} if user is None else {"user": user},
            pinned=pinned,
            reinforce=False,
        )

    policy = DecayPolicy(half_life, time_weight)
    expected = best(
        rows,
        unit_vector(query, DIM),
        k,
        NOW,
        policy,
        admits=admits,
        pinned=frozenset(pinned),
    )
    assert [each.score for each in found] == pytest.approx([score for _, score in expected])
    scores = dict(best(rows, unit_vector(query, DIM), 100, NOW, policy, pinned=frozenset(pinned)))
    # Of memories that differ by less than rounding either may come first.
    assert [scores[each.id] for each in found] == pytest.approx([score for _, score in expected])
    assert all(each.namespace == "a" and each.parts for each in found)
    assert all(
        score_of(each.parts) == pytest.approx(each.score, abs=1e-6)
        and relevance_of(each.parts) == pytest.approx(each.parts.relevance, abs=1e-6)
        for each in found
        if each.parts
    )


def open_at(folder: str) -> DB:
    return DB.open(Path(folder) / "library.feather", dim=DIM, clock=FixedClock(NOW))


def test_equals_come_in_the_order_of_their_ids(db: DB) -> None:
    db.add_many([EAST] * 4, ids=["d", "b", "a", "c"])

    assert [each.id for each in db.search(EAST, k=3)] == ["a", "b", "c"]


def test_no_question_looks_behind_a_wall(db: DB) -> None:
    db.add(EAST, text="Ours.", id="ours", namespace="ours")
    db.add(EAST, text="Theirs, much better.", id="theirs", namespace="theirs")
    db.add(EAST, text="Nobody's.", id="nobody")
    db.link("ours", "theirs")
    db.link("theirs", "nobody")

    answers = [
        db.search(EAST, namespace="ours"),
        db.nearest(EAST, namespace="ours"),
        db.hybrid_search("theirs much better", EAST, namespace="ours"),
        db.context_chain(EAST, hops=3, namespace="ours"),
        db.search(EAST, namespace="ours", where=Filter(namespace="theirs")),
    ]

    assert [[each.id for each in found] for found in answers] == [["ours"]] * 5
    assert [each.id for each in db.search(EAST)] == ["nobody"]
    assert db.search(EAST, namespace="our") == []


def test_a_filter_may_be_a_mapping_of_fields_and_attributes(db: DB) -> None:
    db.add(EAST, id="a", entity="decision", meta=Metadata(attributes={"user": "u_1"}))
    db.add(EAST, id="b", entity="decision", meta=Metadata(importance=0.5, created_at=NOW - DAY))
    db.add(EAST, id="c", entity="bug-fix", meta=Metadata(attributes={"user": None}))

    def ids(**where: object) -> list[str]:
        return sorted(each.id for each in db.search(EAST, where=where))

    assert ids(user="u_1") == ["a"]
    assert ids(user=None) == ["b", "c"]
    assert ids(kinds=["decisions"], min_importance=1.0) == ["a"]
    assert ids(layers="decision") == ["a", "b", "c"]
    assert ids(since=NOW - 60) == ["a", "c"]
    assert ids(ids=["a", "c", "d"]) == ["a", "c"]
    assert ids(ids=[]) == []


@pytest.mark.parametrize(
    "field", ["kinds", "layers", "statuses", "authors", "ids", "path", "since"]
)
def test_a_field_of_none_admits_all(db: DB, field: str) -> None:
    db.add(EAST, id="m1")

    found = db.search(EAST, where={field: None}), db.search(EAST, where=Filter(**{field: None}))  # type: ignore[arg-type]

    assert [[each.id for each in some] for some in found] == [["m1"], ["m1"]]


def test_a_narrow_filter_still_finds_a_full_k(db: DB) -> None:
    db.add_many([EAST] * 300)
    db.add_many([NORTH] * 5, entity="decision")

    assert len(db.search(EAST, k=5, entity="decision")) == 5
    assert len(db.nearest(EAST, k=5, entity="decision")) == 5


def test_words_and_meaning_are_fused_and_the_parts_say_how(db: DB) -> None:
    db.add(EAST, text="Connections are pooled.", id="both", meta=Metadata(importance=0.8))
    db.add(NORTH, text="Connections are counted.", id="words")
    db.add(towards_east(0.9), text="Something else.", id="meaning")

    found = {each.id: each.parts for each in db.hybrid_search("pooled connections", EAST)}

    parts = found["both"]
    assert parts is not None
    assert (parts.words, parts.meaning, parts.relevance) == (1.0, 1.0, pytest.approx(1.0))
    assert set(found) == {"both", "words", "meaning"}
    assert all(each and score_of(each) == pytest.approx(each.score) for each in found.values())
    assert all(
        each and relevance_of(each) == pytest.approx(each.relevance) for each in found.values()
    )


def test_words_and_meaning_can_be_fused_by_their_ranks_alone(db: DB) -> None:
    db.add(EAST, text="Connections are pooled.", id="both", meta=Metadata(importance=0.8))
    db.add(NORTH, text="Connections are counted.", id="words")
    db.add(towards_east(0.9), text="Something else.", id="meaning")

    found = db.hybrid_search("pooled connections", EAST, fusion="rrf")

    parts = {each.id: each.parts for each in found}
    assert {key: each and each.relevance for key, each in parts.items()} == {
        "both": pytest.approx(1.0),
        "words": pytest.approx((61 / 62 + 61 / 63) / 2),
        "meaning": pytest.approx(61 / 62 / 2),
    }
    assert all(each and score_of(each) == pytest.approx(each.score) for each in parts.values())
    assert all(
        each and relevance_of(each) == pytest.approx(each.relevance) for each in parts.values()
    )


def test_words_and_meaning_admit_what_the_filter_admits_and_equals_come_by_id(db: DB) -> None:
    for name in "dbca":
        db.add(EAST, text=f"Pooled for {name}.", id=name, entity="decision")
    db.add(EAST, text="Pooled elsewhere.", id="x", namespace="other", entity="decision")
    db.add(EAST, text="Pooled as a note.", id="y", entity="debugging")

    found = db.hybrid_search("pooled", EAST, k=3, entity="decisions")

    assert [each.id for each in found] == ["a", "b", "c"]


def test_words_find_after_a_batch_what_they_find_once_it_is_indexed(db: DB) -> None:
    texts = [f"queue{number} drops message{number % 90}" for number in range(900)]
    db.add_many([EAST] * 900, texts=texts, ids=[f"m{number:03}" for number in range(900)])

    waiting = db.hybrid_search("message17 of queue107", NORTH, k=5)
    db.optimize()
    indexed = db.hybrid_search("message17 of queue107", NORTH, k=5)

    assert waiting[0].id == indexed[0].id == "m107"
    assert [each.id for each in waiting] == [each.id for each in indexed]


def test_the_index_of_words_catches_up_when_it_is_asked_often(db: DB) -> None:
    db.add_many([EAST] * 300, texts=[f"queue{number}" for number in range(300)])

    found = [db.hybrid_search(f"queue{number}", NORTH, k=1)[0].text for number in range(20)]

    assert found == [f"queue{number}" for number in range(20)]


def test_nothing_in_a_question_is_query_syntax(db: DB) -> None:
    db.add(EAST, text='The "pool" AND the lake', id="m1")

    assert [each.id for each in db.hybrid_search('"pool AND (', EAST)] == ["m1"]
    assert [each.id for each in db.hybrid_search("\0 \ud800 ' -- *", EAST)] == ["m1"]


def test_an_explanation_has_every_part_of_the_score(db: DB) -> None:
    db.add(towards_east(0.6), id="m1", meta=Metadata(importance=0.5, created_at=NOW - 60 * DAY))

    parts = db.explain(EAST, "m1", half_life=30)

    assert parts.cosine == pytest.approx(0.6, abs=1e-3)
    assert (parts.recency, parts.age_days, parts.stickiness) == (pytest.approx(0.25), 60.0, 1.0)
    assert parts.score == pytest.approx((0.7 * parts.relevance + 0.3 * 0.25) * 0.5)
    assert db.explain(EAST, "m1", half_life=30, pinned=["m1"]).recency == 1.0
    with pytest.raises(NothingFound):
        db.explain(EAST, "m2")


def test_a_recall_is_counted_unless_it_is_told_not_to(db: DB) -> None:
    db.add(EAST, text="Counted.", id="m1")

    for _ in range(2):
        db.search(EAST)
        db.nearest(EAST)
        db.hybrid_search("counted", EAST)
        db.context_chain(EAST)
        db.search(EAST, reinforce=False)

    assert db.explain(EAST, "m1").stickiness == pytest.approx(1 + np.log(9))


def test_a_chain_tells_hop_trail_and_a_score_that_follows_from_them(db: DB) -> None:
    db.add_many([EAST, NORTH, NORTH], ids=["seed", "near", "far"])
    db.link("seed", "near", "leads_to", 0.8)
    db.link("far", "near", "causes", 0.5)

    chain = db.context_chain(EAST, k=1, hops=2, time_weight=0.0)

    assert [(each.id, each.hop) for each in chain] == [("seed", 0), ("near", 1), ("far", 2)]
    assert [each.score for each in chain] == pytest.approx([1.0, 0.4, 0.1])
    assert [(step.relation, step.forward) for step in chain[2].trail] == [
        ("leads_to", True),
        ("causes", False),
    ]
    assert [each.id for each in db.context_chain(EAST, k=1, hops=1)] == ["seed", "near"]
    assert [each.id for each in db.context_chain(EAST, k=1, max_depth=0)] == ["seed"]
    assert [each.id for each in db.context_chain(EAST, k=1, limit=2)] == ["seed", "near"]


def test_a_chain_walks_through_what_its_filter_does_not_admit(db: DB) -> None:
    for memory_id, entity in (("a", "decision"), ("b", "rationale"), ("c", "decision")):
        db.add(EAST if memory_id == "a" else NORTH, id=memory_id, entity=entity)
    db.link("a", "b")
    db.link("b", "c")

    chain = db.context_chain(EAST, k=1, entity="decisions")

    assert [each.id for each in chain] == ["a", "c"]


def test_in_a_chain_the_memory_in_force_takes_the_place_of_the_superseded_one(db: DB) -> None:
    db.add_many([EAST, NORTH, NORTH, NORTH], ids=["seed", "old", "new", "newest"])
    db.link("seed", "old", "related_to")
    db.link("new", "old", "supersedes", 0.1)
    db.link("newest", "new", "supersedes", 0.1)

    chain = db.context_chain(EAST, k=1, hops=1, time_weight=0.0)

    assert [(each.id, each.score) for each in chain] == [
        ("seed", pytest.approx(1.0)),
        ("newest", pytest.approx(0.5)),
        ("old", pytest.approx(0.25)),
    ]
    assert chain[1].replaces == ("old",)
    assert [step.from_id for step in chain[1].trail] == ["seed", "old", "new"]


def test_a_library_offers_what_might_be_linked_and_writes_it_only_when_asked(db: DB) -> None:
    db.add_many([EAST, towards_east(0.95), NORTH], ids=["a", "b", "c"])

    offered = db.auto_link(threshold=0.9)

    assert [(edge.source_id, edge.target_id, edge.origin) for edge in offered] == [
        ("b", "a", "semantic")
    ]
    assert offered[0].confidence == pytest.approx(0.95, abs=1e-3)
    assert db.edges("a") == []
    db.auto_link(threshold=0.9, write=True)
    assert db.edges("a") == offered
    assert db.auto_link(threshold=0.9) == []


def test_the_past_answers_like_the_present_and_cannot_be_changed(db: DB, clock: FixedClock) -> None:
    db.add(EAST, text="Use MySQL.", id="m1", entity="decision")
    db.add(NORTH, text="It was there.", id="m0")
    db.link("m1", "m0", "leads_to")
    then = clock.now()
    clock.advance(days=30)
    db.update("m1", text="Use Postgres.", vec=NORTH)
    db.add(EAST, id="m2")
    db.forget("m0")

    with db.as_of(then) as past:
        found = past.search(EAST, k=1, half_life=30)
        chain = past.context_chain(EAST, k=1)
        with pytest.raises(StoreReadOnly):
            past.add(EAST)

    assert [(each.id, each.text) for each in found] == [("m1", "Use MySQL.")]
    assert found[0].parts is not None
    assert (found[0].parts.cosine, found[0].parts.recency) == (pytest.approx(1.0), 1.0)
    assert [each.id for each in chain] == ["m1", "m0"]
    assert [each.id for each in db.search(EAST, k=1)] == ["m2"]


def test_a_compacted_past_is_no_longer_there(db: DB, clock: FixedClock) -> None:
    db.add(EAST, id="m1")
    before = clock.now()
    clock.advance(days=10)
    db.update("m1", vec=NORTH)
    clock.advance(days=1)

    db.compact(keep=5)

    with pytest.raises(InvalidValue):
        db.as_of(before)
    assert [each.id for each in db.search(NORTH)] == ["m1"]
    with db.as_of(clock.now() - 60) as past:
        assert [each.id for each in past.search(NORTH)] == ["m1"]
