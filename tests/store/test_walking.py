import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from featherchat.clock import FixedClock
from featherchat.memory import Edge, Memory, RelationType, Source, Status
from featherchat.recollection import Filter, Step
from featherchat.store.base import Cause
from featherchat.store.database import Database, open_database
from featherchat.store.graph import EDGES_PER_MEMORY, MEMORIES_PER_HOP, Graph, Reached, Walls
from featherchat.store.sqlite import SqliteStore
from tests.conftest import NOW, MakeCause, MakeMemory, examples

ALL = Filter(namespace=None, statuses=())
OPEN = Walls(None)
NAMES = "abcdefgh"

edges = st.lists(
    st.builds(
        Edge,
        st.sampled_from(NAMES),
        st.sampled_from(NAMES),
        st.sampled_from(["related_to", "supersedes", "causes"]),
        st.sampled_from([0.25, 0.5, 1.0]),
    ).filter(lambda edge: edge.source_id != edge.target_id),
    max_size=20,
    unique_by=lambda edge: edge.key,
)


@contextmanager
def linked(links: Sequence[Edge], elsewhere: str = "", retired: str = "") -> Iterator[SqliteStore]:
    """One memory for each of ``NAMES``, some in another namespace or retired."""
    memories = [
        Memory(
            name,
            f"memory {name}",
            name,
            "decision",
            Source("user", NOW),
            NOW,
            1.0,
            namespace="there" if name in elsewhere else "here",
            status=Status.RETIRED if name in retired else Status.ACTIVE,
        )
        for name in NAMES
    ]
    with TemporaryDirectory() as folder:
        store = SqliteStore.open(Path(folder) / "memory.feather", None, FixedClock(NOW))
        store.put(memories, Cause("op", NOW, "user", "a test"), links)
        yield store
        store.close()


def walked(
    links: Sequence[Edge], seeds: Mapping[str, float], hops: int, allowed: set[str]
) -> dict[str, tuple[int, float]]:
    """Hop and score by plain breadth-first search over a list of edges."""
    found: dict[str, tuple[int, float]] = {}
    level = {key: score for key, score in seeds.items() if score > 0}
    for hop in range(1, hops + 1):
        following: dict[str, float] = {}
        for edge in links:
            for start, end in (
                (edge.source_id, edge.target_id),
                (edge.target_id, edge.source_id),
            ):
                if start in level and end in allowed and end not in seeds and end not in found:
                    score = level[start] * 0.5 * edge.weight
                    following[end] = max(following.get(end, 0.0), score)
        found.update((key, (hop, score)) for key, score in following.items())
        level = following
    return found


@settings(max_examples=30, deadline=None)
@given(
    edges,
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from([-1.0, 0.0, 0.3, 1.0]), max_size=3),
    st.integers(0, 5),
    st.sets(st.sampled_from(NAMES), max_size=3),
    st.sets(st.sampled_from(NAMES), max_size=2),
)
def test_a_walk_is_breadth_first_search_that_no_wall_lets_through(
    links: list[Edge],
    seeds: dict[str, float],
    hops: int,
    elsewhere: set[str],
    retired: set[str],
) -> None:
    inside = set(NAMES) - elsewhere - retired

    with linked(links, "".join(elsewhere), "".join(retired)) as store:
        found = store.graph.walk(seeds, hops, Walls("here"), ALL, limit=100)

    assert {each.id: (each.hop, each.score) for each in found} == walked(links, seeds, hops, inside)
    assert all(each.score == pytest.approx(recomputed(each, seeds)) for each in found)


def recomputed(reached: Reached, seeds: Mapping[str, float]) -> float:
    """The score that follows from the trail alone."""
    score = seeds[reached.seed_id]
    assert reached.trail[0].from_id == reached.seed_id
    for step in reached.trail:
        score *= 0.5 * step.weight
    return score


def test_a_step_tells_relation_direction_and_weight() -> None:
    links = [Edge("a", "b", "leads_to", 0.5), Edge("c", "b", "causes", 0.8)]

    with linked(links) as store:
        found = store.graph.walk({"a": 1.0}, 2, OPEN, ALL, limit=10)

    assert [(each.id, each.score) for each in found] == [("b", 0.25), ("c", pytest.approx(0.1))]
    assert found[1].trail == (
        Step("leads_to", "a", forward=True, weight=0.5),
        Step("causes", "b", forward=False, weight=0.8),
    )


def test_of_two_ways_of_one_length_the_stronger_counts() -> None:
    links = [
        Edge("a", "b", "causes", 0.2),
        Edge("b", "d", "causes", 0.2),
        Edge("a", "c", "causes", 0.9),
        Edge("c", "d", "causes", 0.9),
    ]

    with linked(links) as store:
        found = {each.id: each for each in store.graph.walk({"a": 1.0}, 2, OPEN, ALL, limit=10)}

    assert [step.from_id for step in found["d"].trail] == ["a", "c"]


def test_a_superseded_memory_leads_to_the_end_of_its_chain(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    statuses = {"a": Status.SUPERSEDED, "b": Status.SUPERSEDED, "c": Status.ACTIVE}
    memories = [a_memory(f"memory {key}", id=key, status=is_) for key, is_ in statuses.items()]
    supersedes = RelationType.SUPERSEDES
    store.put(memories, a_cause(), [Edge("b", "a", supersedes, 0.5), Edge("c", "b", supersedes)])

    heirs = store.graph.successors(["a", "b"], Walls("assistant"))

    assert {old: new.id for old, new in heirs.items()} == {"a": "c", "b": "c"}
    assert heirs["a"].trail == (
        Step("supersedes", "a", forward=False, weight=0.5),
        Step("supersedes", "b", forward=False),
    )


def test_a_circle_of_supersession_ends_and_has_no_successor(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memories = [a_memory(f"memory {key}", id=key, status=Status.SUPERSEDED) for key in "ab"]
    supersedes = RelationType.SUPERSEDES
    store.put(memories, a_cause(), [Edge("b", "a", supersedes), Edge("a", "b", supersedes)])

    assert store.graph.successors(["a"], Walls("assistant")) == {}


def test_a_successor_behind_the_wall_does_not_stand_in(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    old = a_memory("memory a", id="a", status=Status.SUPERSEDED)
    new = a_memory("memory b", id="b", namespace="other")
    store.put([old, new], a_cause(), [Edge("b", "a", RelationType.SUPERSEDES)])

    assert store.graph.successors(["a"], Walls("assistant")) == {}
    assert list(store.graph.successors(["a"], OPEN)) == ["a"]


COPIES = """
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO memories SELECT NULL, printf('%08d', n.i), {columns} FROM n, memories m
WHERE m.id = 'hub'
"""


@pytest.mark.property
@settings(deadline=None, max_examples=examples(15, 100))
@given(edges, st.integers(1, 3), st.integers(1, 5), st.sampled_from(["", "a", "bc"]))
def test_a_walk_that_may_return_few_returns_the_first_of_all(
    links: list[Edge], hops: int, limit: int, elsewhere: str
) -> None:
    seeds = {"c": 0.8, "d": 0.5}
    with linked(links, elsewhere) as store:
        everything = store.graph.walk(seeds, hops, Walls("here"), ALL, limit=100)

        few = store.graph.walk(seeds, hops, Walls("here"), ALL, limit)

    assert few == everything[:limit]


def give_edges(database: Database, count: int) -> None:
    """Link the hub with so many copies of itself, the later the stronger."""
    names = [row[1] for row in database.rows("PRAGMA table_info(memories)")]
    columns = ", ".join(f"m.{name}" for name in names if name not in ("seq", "id"))
    with database.transaction():
        database.execute(COPIES.format(columns=columns), (count,))
        database.execute(
            "INSERT INTO edges SELECT 'hub', id, 'related_to', CAST(id AS REAL) / ?, 'explicit',"
            " 1.0, '', 0.0 FROM memories WHERE id <> 'hub'",
            (count,),
        )


def a_hub(store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause) -> Database:
    """A memory to be given edges, without the index of words: for many it takes the longest."""
    store.put([a_memory("the hub", id="hub")], a_cause())
    store.close()
    return open_database(store.path)


def test_of_a_hub_with_100_000_edges_the_strongest_are_walked_at_once(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    database = a_hub(SqliteStore.open(tmp_path / "hub.feather", None, clock), a_memory, a_cause)
    give_edges(database, 100_000)
    graph = Graph(database, clock)

    started = time.process_time()
    found = graph.walk({"hub": 1.0}, 1, OPEN, ALL, limit=EDGES_PER_MEMORY + 1)
    from_a_leaf = graph.walk({"00000001": 1.0}, 2, OPEN, ALL, limit=3)
    seconds = time.process_time() - started
    database.close()

    assert len(found) == EDGES_PER_MEMORY == MEMORIES_PER_HOP
    assert [each.id for each in found[:2]] == ["00100000", "00099999"]
    assert [each.id for each in from_a_leaf] == ["hub", "00100000", "00099999"]
    # Reading all of the edges takes about a second; this takes some 10 ms.
    assert seconds < 0.5


def test_a_hub_leads_to_what_is_inside_and_admitted_however_weak_its_edge(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    database = a_hub(SqliteStore.open(tmp_path / "hub.feather", None, clock), a_memory, a_cause)
    give_edges(database, 3 * EDGES_PER_MEMORY)
    with database.transaction():
        database.execute("UPDATE memories SET namespace = 'there' WHERE id > '00000003'")
        database.execute("UPDATE memories SET namespace = 'assistant' WHERE id > '00001500'")
        database.execute("UPDATE memories SET kind = 'odd' WHERE id IN ('00000002', '00000005')")
    graph, walls = Graph(database, clock), Walls("there")

    there = graph.walk({"hub": 1.0}, 1, walls, Filter("there"), limit=5_000)
    odd = graph.walk({"hub": 1.0}, 2, OPEN, Filter(None, kinds=("odd",)), limit=5)
    odd_inside = graph.walk({"hub": 1.0}, 2, walls, Filter("there", kinds=("odd",)), limit=5)
    database.close()

    assert len(there) == EDGES_PER_MEMORY
    assert [each.id for each in there[:2]] == ["00001500", "00001499"]
    assert [each.id for each in odd] == ["00000005", "00000002"]
    assert [each.id for each in odd_inside] == ["00000005"]
