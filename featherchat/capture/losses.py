"""Changes whose commits nothing comes from any more: marked, never removed.

A rewritten history leaves them behind, and a fetch or a switch may bring them back.
"""

from collections.abc import Sequence

from featherchat.capture.carrying import (
    UNREACHABLE,
    commits_of,
    found_again,
    likeness,
    marked_lost,
    told_of,
)
from featherchat.memory import Edge, Kind, Memory, RelationType
from featherchat.recall.memories import Memories
from featherchat.recollection import Filter
from featherchat.store.base import Cause
from featherchat.store.commits import known_changes

_SAME_FILES = 0.6
"""The share of files that an amended commit has in common with what it was."""

_MARKED = Filter(kinds=(Kind.CODE_CHANGE,), statuses=(), attributes=UNREACHABLE)


async def mark_lost(
    memories: Memories, reachable: frozenset[str], fresh: set[str], cause: Cause
) -> int:
    """Mark the changes whose commits nothing comes from any more, and what replaced them.

    Args:
        memories: Where they are.
        reachable: Every commit that something comes from.
        fresh: The changes that this run has made, which may have taken the place of others.
        cause: The run.

    Returns:
        How many were marked.
    """
    changes = await memories.ask(lambda store: known_changes(store.database))
    gone = [each.id for each in changes if reachable.isdisjoint(each.commits)]
    lost = [
        each
        for each in (await memories.get(gone)).values()
        if not each.attributes.get("unreachable")
    ]
    moved = [each.id for each in changes if each.commits[0] not in reachable]
    await _welcome_back(memories, sorted(set(moved) - set(gone)), reachable, cause)
    if not lost:
        return 0
    edges = await _successors(memories, lost, fresh, cause.at)
    replaced = {edge.target_id for edge in edges}
    marked = [marked_lost(each, cause.at if each.id in replaced else None) for each in lost]
    await memories.learn(marked, edges, cause)
    return len(marked)


async def _welcome_back(
    memories: Memories, moved: Sequence[str], reachable: frozenset[str], cause: Cause
) -> None:
    """Tell changes of commits that are there, and unmark those that are there again."""
    found = await memories.get(moved)
    marked = await memories.find(_MARKED)
    found |= {each.id: each for each in marked if not reachable.isdisjoint(commits_of(each))}
    back = [found_again(told_of(each, reachable)) for each in found.values()]
    if back:
        await memories.learn(back, (), cause)


async def _successors(
    memories: Memories, lost: Sequence[Memory], fresh: set[str], at: float
) -> list[Edge]:
    """Which new changes took the place of lost ones: of the same time, to the same files."""
    by_time: dict[float, list[Memory]] = {}
    for each in (await memories.get(sorted(fresh))).values():
        by_time.setdefault(each.created_at, []).append(each)
    return [
        Edge(new.id, old.id, RelationType.SUPERSEDES, 1.0, "history", 0.9, "amended", created_at=at)
        for old in lost
        for new in _successor(old, by_time.get(old.created_at, ()))
    ]


def _successor(old: Memory, candidates: Sequence[Memory]) -> Sequence[Memory]:
    """The first change that took the place of another, if one did."""
    return [
        new
        for new in candidates
        if new.developer == old.developer and likeness(new, old) >= _SAME_FILES
    ][:1]
