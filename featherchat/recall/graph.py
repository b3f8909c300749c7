"""What the assistant reaches through the typed graph of memories."""

from collections.abc import Sequence
from dataclasses import replace

from featherchat.memory import MAY_CAUSE, Layer, Memory, Status
from featherchat.recollection import Filter, Outline, Step
from featherchat.store.base import MemoryStore
from featherchat.store.graph import Walls

MAX_REACHED = 200
"""Memories that one walk returns at the most: a hub may have any number of edges."""

Reached = tuple[Memory, str, tuple[Step, ...]]
"""A memory, the seed it was reached from, and the steps between."""


def is_open_to(developer: str | None, memory: Memory | Outline) -> bool:
    """Whether a memory is no preference of somebody else."""
    return memory.developer == developer or memory.layer is not Layer.DEVELOPER


def walk(
    store: MemoryStore, seeds: Sequence[str], hops: int, where: Filter, developer: str | None
) -> list[Reached]:
    """Breadth-first from the seeds along edges in both directions; each memory once.

    Neither a memory outside the walls nor what lies behind it is reached, nor what only a
    suggestion leads to, which nobody has confirmed. What the filter
    does not admit is walked through and not returned; superseded memories are returned,
    since they are part of the trail.

    Args:
        store: Where the edges are.
        seeds: Ids to start from; they are not returned.
        hops: How many edges to walk at the most.
        where: Namespace and filter.
        developer: Whose preferences may be reached.
    """
    shown = replace(where, statuses=(Status.ACTIVE, Status.CANDIDATE, Status.SUPERSEDED))
    walls = Walls(where.namespace, developer)
    found = store.graph.walk(dict.fromkeys(seeds, 1.0), hops, walls, shown, MAX_REACHED)
    reached = [each for each in found if all(step.relation != MAY_CAUSE for step in each.trail)]
    memories = store.get([each.id for each in reached])
    return [(memories[each.id], each.seed_id, each.trail) for each in reached]
