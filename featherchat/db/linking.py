"""Links between memories: the rule of supersession, and what might be linked."""

from collections.abc import Sequence

from featherchat.errors import InvalidValue
from featherchat.memory import Edge, Memory, RelationType
from featherchat.recollection import Filter
from featherchat.store.sqlite import SqliteStore

MIN_COSINE = 1e-6
"""The least that an edge can weigh."""

AT_ONCE = 50
"""Memories that are asked about before another thread gets its turn."""

CANDIDATES = 15
"""So many of the nearest are offered for one memory."""


def check_no_circle(store: SqliteStore, edge: Edge) -> None:
    """Refuse an edge by which two memories would supersede each other, at whatever distance."""
    newer, seen = {edge.source_id}, {edge.source_id}
    while newer:
        newer = {
            each.source_id
            for each in store.edges_of(sorted(newer))
            if each.relation == RelationType.SUPERSEDES and each.target_id in newer
        } - seen
        if edge.target_id in newer:
            raise InvalidValue(
                f"{edge.source_id!r} is superseded by {edge.target_id!r} itself.",
                hint="Take that link back with undo before.",
            )
        seen |= newer


def alike(
    store: SqliteStore, memories: Sequence[Memory], threshold: float, relation: str, now: float
) -> list[Edge]:
    """Edges to what is nearest to each of some memories in its namespace, unless there is an edge.

    Weight and confidence are the cosine. The newer of two memories is the source.
    """
    ids = [memory.id for memory in memories]
    linked = {frozenset((edge.source_id, edge.target_id)) for edge in store.edges_of(ids)}
    vectors = store.vectors_of(ids)
    found = []
    for memory in memories:
        if memory.id not in vectors:
            continue
        inside = Filter(namespace=memory.namespace)
        for near in store.questions.nearest(vectors[memory.id], CANDIDATES + 1, inside):
            other = near.memory
            known = other.id == memory.id or frozenset((memory.id, other.id)) in linked
            if near.score >= threshold and not known:
                found.append(_suggested(memory, other, near.score, relation, now))
    return found


def _suggested(memory: Memory, other: Memory, cosine: float, relation: str, now: float) -> Edge:
    older, newer = sorted((memory, other), key=lambda each: (each.created_at, each.id))
    weight = min(cosine, 1.0)
    return Edge(newer.id, older.id, relation, weight, "semantic", weight, created_at=now)
