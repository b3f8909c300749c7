"""Links between memories: the rule of supersession, and what might be linked."""

from featherchat.errors import InvalidValue
from featherchat.memory import Edge, Memory, RelationType
from featherchat.recollection import Filter
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
    near = store.nearest(vector, CANDIDATES + 1, Filter(namespace=memory.namespace))
    linked = {frozenset((edge.source_id, edge.target_id)) for edge in store.edges_of([memory.id])}
    others = [key for key, cosine in near.items() if cosine >= threshold and key != memory.id]
    return [
        _suggested(memory, other, near[other.id], relation, now)
        for other in store.get(others).values()
        if frozenset((memory.id, other.id)) not in linked
    ]


def _suggested(memory: Memory, other: Memory, cosine: float, relation: str, now: float) -> Edge:
    older, newer = sorted((memory, other), key=lambda each: (each.created_at, each.id))
    weight = min(cosine, 1.0)
    return Edge(newer.id, older.id, relation, weight, "semantic", weight, created_at=now)
