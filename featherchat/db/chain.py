"""What the typed graph adds to the memories that a search has found.

A memory that is reached has its seed's score, halved and multiplied by the edge's weight
at each step (``ranking.PER_HOP``). A superseded memory never stands above the one in
force: that one takes its place, and the old one stands at most one step below.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from featherchat.memory import Status
from featherchat.ranking import PER_HOP
from featherchat.recollection import Filter, Recollection
from featherchat.store.graph import Reached, Walls
from featherchat.store.scoring import Scored
from featherchat.store.sqlite import SqliteStore


def chained(
    store: SqliteStore, seeds: Sequence[Scored], hops: int, wanted: Filter, limit: int
) -> list[Recollection]:
    """The seeds and what is within ``hops`` of them, best first.

    Args:
        store: Where the edges are.
        seeds: What a search has found, with scores.
        hops: How many edges to walk at the most.
        wanted: What is returned; its namespace is the wall of the walk. Superseded
            memories are part of a trail and returned with what is in force.
        limit: The most that are returned.
    """
    walls = Walls(wanted.namespace)
    shown = replace(wanted, statuses=_with_superseded(wanted.statuses))
    scores = {seed.id: seed.score for seed in seeds}
    reached = {each.id: each for each in store.graph.walk(scores, hops, walls, shown, limit)}
    for seed in seeds:
        reached[seed.id] = Reached(seed.id, seed.id, (), seed.score, seed.memory.status)
    replaced = _successors(store, reached, walls, wanted)
    placed = _in_their_places(reached, replaced)
    placed.sort(key=lambda each: (-each.score, each.hop, each.id))
    return _recollected(store, placed[:limit], seeds, replaced)


def _with_superseded(statuses: tuple[Status, ...]) -> tuple[Status, ...]:
    return (*statuses, Status.SUPERSEDED) if statuses else ()


def _successors(
    store: SqliteStore, reached: Mapping[str, Reached], walls: Walls, wanted: Filter
) -> dict[str, Reached]:
    """What may stand in the place of each superseded memory."""
    olds = [each.id for each in reached.values() if each.status is Status.SUPERSEDED]
    if not olds:
        return {}
    heirs = store.graph.successors(olds, walls)
    new = [heir.id for heir in heirs.values() if heir.id not in reached]
    admitted = {key for key, outline in store.outlines(new, wanted).items() if outline.admitted}
    return {old: heir for old, heir in heirs.items() if heir.id in admitted | reached.keys()}


def _in_their_places(
    reached: Mapping[str, Reached], replaced: Mapping[str, Reached]
) -> list[Reached]:
    places = dict(reached)
    for old_id, heir in replaced.items():
        old = reached[old_id]
        by_way_of = replace(heir, seed_id=old.seed_id, trail=(*old.trail, *heir.trail))
        known = places.get(heir.id, replace(by_way_of, score=old.score))
        places[heir.id] = replace(known, score=max(known.score, old.score))
    for old_id, heir in replaced.items():
        below = places[heir.id].score * PER_HOP
        places[old_id] = replace(places[old_id], score=min(places[old_id].score, below))
    return list(places.values())


def _recollected(
    store: SqliteStore,
    placed: Sequence[Reached],
    seeds: Sequence[Scored],
    replaced: Mapping[str, Reached],
) -> list[Recollection]:
    """Memories are read here, for what is returned and for nothing else."""
    direct = {seed.id: seed for seed in seeds}
    memories = store.get([each.id for each in placed if each.id not in direct])
    memories.update((key, seed.memory) for key, seed in direct.items())
    olds: dict[str, tuple[str, ...]] = {}
    for old_id, heir in replaced.items():
        olds[heir.id] = (*olds.get(heir.id, ()), old_id)
    return [
        Recollection(
            memories[each.id],
            each.score,
            direct[each.seed_id].parts,
            each.trail,
            olds.get(each.id, ()),
        )
        for each in placed
    ]
