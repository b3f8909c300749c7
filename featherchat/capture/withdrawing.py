"""Takes suggestions back that nobody needs to judge any more.

A suggestion is stale when the change has left every branch or was taken back, when the
decision is no longer in force, and when the change has a link by now that nobody was asked
about. Beside what a person confirms, ``commands.links`` takes back what was less likely.
"""

from collections.abc import Mapping

from featherchat.capture.known_decisions import is_in_force
from featherchat.capture.references import CONFIRMED
from featherchat.memory import MAY_CAUSE, Edge, Memory, RelationType, Status
from featherchat.recall.memories import Memories
from featherchat.store.base import Cause
from featherchat.store.commits import suggested_changes


async def withdraw_stale(memories: Memories, cause: Cause) -> int:
    """Take the stale suggestions back, and say how many there were."""
    changes = await memories.ask(lambda store: suggested_changes(store.database))
    if not changes:
        return 0
    edges = await memories.edges_of(changes)
    causes = (edge for edge in edges if edge.relation == RelationType.CAUSES)
    linked = {edge.target_id for edge in causes if edge.origin != CONFIRMED}
    waiting = [edge for edge in edges if edge.relation == MAY_CAUSE]
    ends = {key for edge in waiting for key in (edge.source_id, edge.target_id)}
    there = await memories.get(sorted(ends))
    stale = [edge for edge in waiting if edge.target_id in linked or not _is_open(edge, there)]
    if stale:
        await memories.unlink(stale, cause)
    return len(stale)


def _is_open(edge: Edge, there: Mapping[str, Memory]) -> bool:
    decision, change = there.get(edge.source_id), there.get(edge.target_id)
    if decision is None or change is None or change.status is not Status.ACTIVE:
        return False
    return is_in_force(decision) and not change.attributes.get("unreachable")
