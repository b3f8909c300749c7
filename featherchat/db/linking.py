"""Links between memories: the rule of supersession, and what might be linked."""

from featherchat.errors import InvalidValue
from featherchat.memory import Edge, RelationType
from featherchat.store.sqlite import SqliteStore


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
