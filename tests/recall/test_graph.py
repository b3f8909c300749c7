import pytest

from featherchat.memory import MAY_CAUSE, Edge, Kind, RelationType, Status
from featherchat.recall.graph import MAX_REACHED, walk
from featherchat.recollection import Filter, Step
from featherchat.store.sqlite import SqliteStore
from tests.conftest import MakeCause, MakeMemory


@pytest.fixture
def chained(store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause) -> SqliteStore:
    """a → b → c → d, and back from d to a; c's neighbor is in another namespace."""
    memories = [a_memory(f"memory {name}", id=name) for name in "abcd"]
    outside = a_memory("memory elsewhere", id="outside", namespace="other")
    behind = a_memory("memory behind the wall", id="behind")
    edges = [
        Edge("a", "b", RelationType.LEADS_TO),
        Edge("b", "c", RelationType.CAUSES),
        Edge("c", "d", RelationType.SUPPORTS),
        Edge("d", "a", RelationType.RELATED_TO),
        Edge("a", "outside", RelationType.RELATED_TO),
        Edge("outside", "behind", RelationType.RELATED_TO),
    ]
    store.put([*memories, outside, behind], a_cause(), edges)
    return store


def reached(
    store: SqliteStore, hops: int, where: Filter = Filter(), developer: str | None = None
) -> dict[str, tuple[Step, ...]]:
    return {memory.id: trail for memory, _, trail in walk(store, ["a"], hops, where, developer)}


def test_edges_are_walked_both_ways_and_the_direction_is_said(chained: SqliteStore) -> None:
    assert reached(chained, hops=1) == {
        "b": (Step(RelationType.LEADS_TO, "a", forward=True),),
        "d": (Step(RelationType.RELATED_TO, "a", forward=False),),
    }


def test_each_hop_reaches_one_edge_further_and_a_cycle_ends(chained: SqliteStore) -> None:
    assert reached(chained, hops=0) == {}
    assert [len(trail) for trail in reached(chained, hops=9).values()] == [1, 1, 2]
    assert set(reached(chained, hops=9)) == {"b", "c", "d"}


def test_nothing_outside_the_namespace_is_reached_nor_what_lies_behind_it(
    chained: SqliteStore,
) -> None:
    assert not {"outside", "behind"} & set(reached(chained, hops=9))
    assert {"outside", "behind"} <= set(reached(chained, hops=9, where=Filter(namespace=None)))


def test_what_a_filter_does_not_admit_is_walked_through(
    chained: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    chained.put([a_memory("memory c", id="c", kind=Kind.BUG_FIX)], a_cause())

    assert set(reached(chained, hops=2, where=Filter(kinds=(Kind.BUG_FIX,)))) == {"c"}


def test_somebody_else_s_preferences_are_a_wall(
    chained: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    private = a_memory("tabs", id="b", kind=Kind.PREFERENCE, developer="ada@example.org")
    chained.put([private], a_cause())

    assert "b" not in reached(chained, hops=1, developer="bob@example.org")
    assert "b" in reached(chained, hops=1, developer="ada@example.org")


def test_a_retired_memory_leads_nowhere_and_a_superseded_one_is_part_of_the_trail(
    chained: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    chained.put(
        [
            a_memory("memory b", id="b", status=Status.SUPERSEDED),
            a_memory("memory d", id="d", status=Status.RETIRED),
        ],
        a_cause(),
    )

    assert set(reached(chained, hops=9)) == {"b", "c"}


def test_a_hub_is_not_walked_to_its_last_edge(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    crowd = [a_memory(f"memory {number}", id=f"n{number}") for number in range(MAX_REACHED + 50)]
    edges = [Edge("a", memory.id, RelationType.RELATED_TO) for memory in crowd]
    store.put([a_memory("the hub", id="a"), *crowd], a_cause(), edges)

    assert len(reached(store, hops=3)) == MAX_REACHED


def test_what_only_a_suggestion_leads_to_is_not_reached(
    chained: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    maybe = [a_memory("a change", id="maybe"), a_memory("behind it", id="beyond")]
    edges = [Edge("a", "maybe", MAY_CAUSE, 0.7, "path"), Edge("maybe", "beyond", "leads_to")]
    chained.put(maybe, a_cause("suggested"), edges)

    found = reached(chained, 2)

    assert {"maybe", "beyond"}.isdisjoint(found)
