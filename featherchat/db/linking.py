"""Links between memories: the rule of supersession, and what might be linked."""

from featherchat.errors import InvalidValue
from featherchat.memory import Edge, Memory, RelationType
from featherchat.recollection import Filter, Recollection
from featherchat.store.sqlite import SqliteStore

MIN_COSINE = 1e-6
"""The least that an edge can weigh."""

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
    store: SqliteStore, memory: Memory, threshold: float, relation: str, now: float
) -> list[Edge]:
    """Edges to what is nearest to a memory in its namespace, unless there is an edge.

    Weight and confidence are the cosine. The newer of two memories is the source.
    """
    vector = store.vectors_of([memory.id]).get(memory.id)
    if vector is None:
        return []
    near = store.nearest(vector, CANDIDATES + 1, Filter(namespace=memory.namespace)).found
    linked = {frozenset((edge.source_id, edge.target_id)) for edge in store.edges_of([memory.id])}
    return [
        _suggested(memory, found, relation, now)
        for found in near
        if found.memory.id != memory.id
        and found.score >= threshold
        and frozenset((memory.id, found.memory.id)) not in linked
    ]


def _suggested(memory: Memory, found: Recollection, relation: str, now: float) -> Edge:
    pair = sorted((memory, found.memory), key=lambda each: (each.created_at, each.id))
    cosine = min(found.score, 1.0)
    return Edge(pair[1].id, pair[0].id, relation, cosine, "semantic", cosine, created_at=now)
