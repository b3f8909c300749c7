"""Links between memories: the rule of supersession, and what might be linked."""

from collections.abc import Sequence

from featherchat.errors import InvalidValue
from featherchat.memory import Edge, Memory, RelationType
from featherchat.recollection import Filter, Outline
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
    found: list[Edge] = []
    for namespace in {memory.namespace: None for memory in memories}:
        inside = Filter(namespace=namespace)
        pairs = [
            (memory, other, cosine)
            for memory in memories
            if memory.namespace == namespace and memory.id in vectors
            for other, cosine in store.nearest(vectors[memory.id], CANDIDATES + 1, inside).items()
            if cosine >= threshold
            and other != memory.id
            and frozenset((memory.id, other)) not in linked
        ]
        # Their words are not needed, and take longer to read than the neighbors to find.
        others = store.outlines(list({other: None for _, other, _ in pairs}), inside)
        found += [
            _suggested(memory, others[other], cosine, relation, now)
            for memory, other, cosine in pairs
        ]
    return found


def _suggested(memory: Memory, other: Outline, cosine: float, relation: str, now: float) -> Edge:
    ends = (memory.created_at, memory.id), (other.created_at, other.id)
    (_, older), (_, newer) = sorted(ends)
    weight = min(cosine, 1.0)
    return Edge(newer, older, relation, weight, "semantic", weight, created_at=now)
