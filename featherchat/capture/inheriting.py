"""What people said of a change that was amended, kept for what took its place."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from featherchat.capture.references import CONFIRMED, turned_down, with_turned_down
from featherchat.memory import Edge, Memory, RelationType
from featherchat.recall.memories import Memories
from featherchat.store.base import Cause

_HISTORY = "history"
"""The origin of what the recorder has seen to take the place of a change."""


async def inherit_links(
    memories: Memories, changes: Sequence[Memory], cause: Cause
) -> list[Memory]:
    """Give changes what was confirmed and turned down of those that they superseded.

    Returns them in their order, as they are then.
    """
    edges = await memories.edges_of([each.id for each in changes])
    replaced = {
        edge.source_id: edge.target_id
        for edge in edges
        if edge.relation == RelationType.SUPERSEDES and edge.origin == _HISTORY
    }
    heirs = [each for each in changes if each.id in replaced]
    if not heirs:
        return list(changes)
    old = await memories.get(list(replaced.values()))
    said = await memories.edges_of(list(old))
    noted = [with_turned_down(each, _refused(each, replaced, old)) for each in heirs]
    held = [
        replace(edge, target_id=heir.id)
        for heir in heirs
        for edge in said
        if edge.target_id == replaced[heir.id] and edge.origin == CONFIRMED
    ]
    known = {edge.key for edge in edges}
    await memories.learn(noted, [edge for edge in held if edge.key not in known], cause)
    by_id = {each.id: each for each in noted}
    gone = [edge for edge in edges if _is_refused(edge, by_id)]
    if gone:
        await memories.unlink(gone, cause)
    return [by_id.get(each.id, each) for each in changes]


def _refused(
    heir: Memory, replaced: Mapping[str, str], old: Mapping[str, Memory]
) -> frozenset[str]:
    before = old.get(replaced[heir.id])
    return turned_down(before) if before is not None else frozenset()


def _is_refused(edge: Edge, heirs: Mapping[str, Memory]) -> bool:
    heir = heirs.get(edge.target_id)
    return heir is not None and edge.source_id in turned_down(heir)
