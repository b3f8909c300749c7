"""Walking the typed graph of memories."""

from collections.abc import Sequence
from dataclasses import replace

from featherchat.memory import Edge, Layer, Memory, Status
from featherchat.recollection import Filter, Outline, Step
from featherchat.store.base import MemoryStore

MAX_REACHED = 200
"""Memories that one walk visits at the most: a hub may have any number of edges."""

Reached = tuple[Memory, str, tuple[Step, ...]]
"""A memory, the seed it was reached from, and the steps between."""


def is_inside(memory: Memory, where: Filter, developer: str | None) -> bool:
    """Whether a memory is within the walls that no link leads through.

    They are the namespace, and the privacy of preferences: only who has them sees them.
    """
    if where.namespace is not None and memory.namespace != where.namespace:
        return False
    return is_open_to(developer, memory)


def is_open_to(developer: str | None, memory: Memory | Outline) -> bool:
    """Whether a memory is no preference of somebody else."""
    return memory.developer == developer or memory.layer is not Layer.DEVELOPER


def walk(
    store: MemoryStore, seeds: Sequence[str], hops: int, where: Filter, developer: str | None
) -> list[Reached]:
    """Breadth-first from the seeds along edges in both directions; each memory once.

    Neither a memory outside the walls nor what lies behind it is reached. What the filter
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
    found: list[Reached] = []
    origin = dict.fromkeys(seeds, "")
    frontier: list[tuple[str, str, tuple[Step, ...]]] = [(seed, seed, ()) for seed in seeds]
    for _ in range(hops):
        edges = store.edges_of([memory_id for memory_id, _, _ in frontier])
        nearby = _neighbors(frontier, edges, set(origin))
        memories = store.get(list(nearby)[:MAX_REACHED])
        outlines = store.outlines(list(memories), shown)
        frontier = []
        for memory_id, memory in memories.items():
            if memory.status is Status.RETIRED or not is_inside(memory, where, developer):
                continue
            seed, trail = nearby[memory_id]
            origin[memory_id] = seed
            frontier.append((memory_id, seed, trail))
            if outlines[memory_id].admitted:
                found.append((memory, seed, trail))
        if not frontier or len(found) >= MAX_REACHED:
            break
    return found[:MAX_REACHED]


def _neighbors(
    frontier: Sequence[tuple[str, str, tuple[Step, ...]]], edges: Sequence[Edge], seen: set[str]
) -> dict[str, tuple[str, tuple[Step, ...]]]:
    reached: dict[str, tuple[str, tuple[Step, ...]]] = {}
    places = {memory_id: (seed, trail) for memory_id, seed, trail in frontier}
    for edge in sorted(edges, key=lambda edge: (-edge.weight, edge.key)):
        for start, end, forward in (
            (edge.source_id, edge.target_id, True),
            (edge.target_id, edge.source_id, False),
        ):
            if start in places and end not in seen and end not in reached:
                seed, trail = places[start]
                reached[end] = (seed, (*trail, Step(edge.relation, start, forward)))
    return reached
