"""Walking the typed graph: ids and weights first, whole memories only for what is returned.

Every walk is breadth-first over edges in both directions, ends at its walls, and is
bounded, so a memory with 100,000 edges costs no more than one with a thousand.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import nlargest
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from featherchat.clock import Clock
from featherchat.memory import RelationType, Status
from featherchat.ranking import PER_HOP
from featherchat.recollection import Filter, Step
from featherchat.store.database import Database, Row
from featherchat.store.filters import Clause, where

EDGES_PER_MEMORY = 1_000
"""Of each memory the strongest so many edges are walked, in either direction."""

MEMORIES_PER_HOP = 1_000
"""Of what one hop reaches, the strongest so many are looked at and walked from."""

ANCHORED = 1_000
"""Of the memories that are anchored to some paths the newest so many are looked at."""

ANYONE = "*"
"""For ``Walls.developer``: preferences are reached, whoever has them."""

_CHUNK = 40
"""So many of one hop are compared with walls and filter at a time."""

_LIVING = (Status.ACTIVE, Status.CANDIDATE, Status.SUPERSEDED)

_ALL = """
SELECT source_id, target_id, relation, weight, 1 FROM json_each(?1) f
    CROSS JOIN edges ON source_id = f.value
UNION ALL
SELECT target_id, source_id, relation, weight, 0 FROM json_each(?1) f
    CROSS JOIN edges ON target_id = f.value
LIMIT ?2
"""
_STRONGEST = (
    "SELECT source_id, target_id, relation, weight, 1 FROM edges WHERE source_id = ?"
    " ORDER BY weight DESC, target_id, relation LIMIT ?",
    "SELECT target_id, source_id, relation, weight, 0 FROM edges WHERE target_id = ?"
    " ORDER BY weight DESC, source_id, relation LIMIT ?",
)
_STRONGEST_ADMITTED = tuple(
    f"SELECT {start}, {end}, relation, weight, {forward} FROM edges CROSS JOIN memories m"
    f" ON m.id = {end} WHERE {start} = ? AND {{}} ORDER BY weight DESC, {end}, relation LIMIT ?"
    for start, end, forward in (("source_id", "target_id", 1), ("target_id", "source_id", 0))
)
_SUPERSEDED_BY = (
    "SELECT target_id, source_id, relation, weight, 0 FROM edges"
    f" WHERE target_id = ? AND relation = '{RelationType.SUPERSEDES}'"
    " ORDER BY weight DESC, source_id LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Walls:
    """What no walk leads through, nor to anything behind it."""

    namespace: str | None
    """None: no wall between namespaces."""

    developer: str | None = ANYONE
    """Whose preferences may be reached; None: nobody's."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A memory that a walk has reached, and how."""

    id: str
    seed_id: str
    trail: tuple[Step, ...]
    score: float
    """The seed's score times ``PER_HOP`` and the edge's weight for each step."""

    status: Status = Status.ACTIVE

    @property
    def hop(self) -> int:
        """The number of edges walked."""
        return len(self.trail)


class _Way(NamedTuple):
    """An edge that leads on. Many are looked at for one that is walked."""

    falling: float
    """The score, negative: what is strongest sorts first."""

    id: str
    start: Reached
    relation: str
    weight: float
    forward: int

    def reached(self, status: Status) -> Reached:
        """The memory at its end."""
        start = self.start
        step = Step(self.relation, start.id, bool(self.forward), self.weight)
        return Reached(self.id, start.seed_id, (*start.trail, step), -self.falling, status)


class Graph:
    """The edges of one store, for questions."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def walk(
        self,
        seeds: Mapping[str, float],
        hops: int,
        walls: Walls,
        shown: Filter,
        limit: int,
    ) -> list[Reached]:
        """What is within ``hops`` edges of the seeds, strongest first; each memory once.

        A memory belongs to the hop at which it is first reached, there to the strongest
        way. What the filter does not admit is walked through and not returned; what is
        retired, expired or behind a wall is neither.

        Args:
            seeds: Scores by id; they are not returned. One that is not above 0 leads nowhere.
            hops: How many edges to walk at the most.
            walls: What ends the walk.
            shown: What is returned. Its namespace is not asked: the walls say that.
            limit: The most that are returned.
        """
        seen = set(seeds)
        frontier = [_seed(key, score) for key, score in seeds.items() if score > 0]
        found: list[Reached] = []
        for hop in range(1, hops + 1):
            least = 0.0
            if hop == hops and len(found) >= limit > 0:
                # Nobody walks on from here, and no edge has a weight above 1: what leads below
                # the last that is returned need not be followed.
                least = nlargest(limit, (each.score for each in found))[-1]
                frontier = [each for each in frontier if each.score * PER_HOP > least]
            edges = self._edges([each.id for each in frontier], walls, shown)
            # What the filter admits is not crowded out by what is only walked through.
            ways = _joined(
                _ways(frontier, some, seen, least)[:MEMORIES_PER_HOP] for some in edges if some
            )
            seen.update(way.id for way in ways)
            frontier, admitted = [], 0
            for each, is_shown in self._inside(ways, walls, shown):
                frontier.append(each)
                admitted += is_shown
                if is_shown:
                    found.append(each)
                if hop == hops and admitted == limit:
                    # They come strongest first, and nobody walks on from here.
                    break
            if not frontier:
                break
        found.sort(key=lambda each: (-each.score, each.hop, each.id))
        return found[:limit]

    def counts(self, ids: Sequence[str], relations: Sequence[str]) -> dict[str, int]:
        """How many edges of some relations start at each memory that has one."""
        rows = self._database.rows(
            "SELECT e.source_id, count(*) FROM json_each(?1) f CROSS JOIN edges e"
            " ON e.source_id = f.value AND e.relation IN (SELECT value FROM json_each(?2))"
            " GROUP BY e.source_id",
            (json.dumps(list(ids)), json.dumps(list(relations))),
        )
        return {row[0]: row[1] for row in rows}

    def anchored(self, paths: Sequence[str], namespace: str | None) -> dict[str, list[str]]:
        """The living memories that are anchored to each of some paths, the newest so many.

        A path is compared with an anchor's as it is: a folder or glob is one only where the
        anchor says so, too.
        """
        inside, bounds = where(Filter(namespace, statuses=_LIVING), self._clock.now())
        rows = self._database.rows(
            "SELECT f.value, m.id FROM json_each(?) f CROSS JOIN anchors a ON a.path = f.value"
            f" JOIN memories m ON m.seq = a.seq WHERE {inside} ORDER BY m.seq DESC LIMIT ?",
            (json.dumps(list(paths)), *bounds, ANCHORED),
        )
        found: dict[str, list[str]] = {}
        for path, memory_id in rows:
            found.setdefault(path, []).append(memory_id)
        return found

    def successors(self, ids: Sequence[str], walls: Walls) -> dict[str, Reached]:
        """By superseded memory, what stands in its place: the end of its chain inside the walls.

        The trail leads from the superseded memory to its successor, the score is as if the
        former had 1. A memory without a successor in force is absent.
        """
        found = {key: self._successor(key, walls) for key in ids}
        return {key: heir for key, heir in found.items() if heir is not None}

    def _successor(self, memory_id: str, walls: Walls) -> Reached | None:
        frontier = [_seed(memory_id, 1.0)]
        seen = {memory_id}
        while frontier:
            asked = [(each.id, EDGES_PER_MEMORY) for each in frontier]
            edges = self._database.rows_for_each(_SUPERSEDED_BY, asked)
            ways = _ways(frontier, edges, seen)
            seen.update(way.id for way in ways)
            frontier = [each for each, _ in self._inside(ways, walls, Filter(statuses=()))]
            for each in frontier:
                if each.status is not Status.SUPERSEDED:
                    return each
        return None

    def _edges(
        self, ids: Sequence[str], walls: Walls, shown: Filter
    ) -> tuple[Sequence[Row], Sequence[Row]]:
        """The strongest edges of some memories, from the start of a step to its end.

        Of a hub the strongest inside the walls, and those to what the filter admits.
        """
        rows = self._database.rows(_ALL, (json.dumps(ids), EDGES_PER_MEMORY))
        if len(rows) < EDGES_PER_MEMORY:
            return rows, ()
        # A hub may be among them. One by one takes twice as long, and stops in each.
        asked = [(memory_id, EDGES_PER_MEMORY) for memory_id in ids]
        inside, admits = self._conditions(walls, shown)
        walked: list[Row] = []
        admitted: list[Row] = []
        for sql, refill in zip(_STRONGEST, _STRONGEST_ADMITTED, strict=True):
            by_start: dict[str, list[Row]] = {}
            for row in self._database.rows_for_each(sql, asked):
                by_start.setdefault(row[0], []).append(row)
            for found in by_start.values():
                if len(found) < EDGES_PER_MEMORY:
                    walked += found
                    continue
                walked += self._refilled(found, refill, inside)
                admitted += self._refilled(found, refill, _both(inside, admits))
        return walked, admitted

    def _refilled(self, found: Sequence[Row], sql: str, admitted: Clause) -> Sequence[Row]:
        """The strongest edges of a hub to what is admitted, if some that were cut off may be."""
        condition, values = admitted
        ends = json.dumps([row[1] for row in found])
        known = self._database.value(
            "SELECT count(*) FROM json_each(?) f JOIN memories m ON m.id = f.value"
            f" WHERE {condition}",
            (ends, *values),
        )
        if known == len(found):
            return found
        # Reads every edge of the hub: a quarter of a second for 100,000.
        return self._database.rows(sql.format(condition), (found[0][0], *values, EDGES_PER_MEMORY))

    def _conditions(self, walls: Walls, shown: Filter) -> tuple[Clause, Clause]:
        """What is inside the walls, and what the filter admits."""
        now = self._clock.now()
        inside, bounds = where(Filter(walls.namespace, statuses=_LIVING), now)
        if walls.developer != ANYONE:
            inside += " AND (m.layer <> 'developer' OR m.developer = ?)"
            bounds = [*bounds, walls.developer]
        return (inside, bounds), where(replace(shown, namespace=None), now)

    def _inside(
        self, ways: Sequence[_Way], walls: Walls, shown: Filter
    ) -> Iterator[tuple[Reached, bool]]:
        """Those inside the walls, in the same order, and whether the filter admits each."""
        (inside, bounds), (admits, wanted) = self._conditions(walls, shown)
        for start in range(0, len(ways), _CHUNK):
            chunk = ways[start : start + _CHUNK]
            marks = ", ".join("?" * len(chunk))
            rows = self._database.rows(
                f"SELECT m.id, m.status, {admits} FROM memories m"
                f" WHERE m.id IN ({marks}) AND {inside}",
                [*wanted, *(each.id for each in chunk), *bounds],
            )
            found = {row[0]: (Status(row[1]), bool(row[2])) for row in rows}
            for way in chunk:
                if way.id in found:
                    status, is_shown = found[way.id]
                    yield way.reached(status), is_shown


def _seed(memory_id: str, score: float) -> Reached:
    return Reached(memory_id, memory_id, (), score)


def _both(one: Clause, other: Clause) -> Clause:
    return f"{one[0]} AND {other[0]}", [*one[1], *other[1]]


def _joined(several: Iterable[Sequence[_Way]]) -> list[_Way]:
    """Ways of one step as one list, strongest first; each memory once."""
    strongest: dict[str, _Way] = {}
    for way in sorted(chain.from_iterable(several), key=itemgetter(0, 1)):
        strongest.setdefault(way.id, way)
    return list(strongest.values())


def _ways(
    frontier: Sequence[Reached], edges: Iterable[Row], seen: Collection[str], least: float = 0.0
) -> list[_Way]:
    """One step further, strongest first: to each memory that was not seen its strongest way.

    Ways with a score of ``least`` or below are left out.
    """
    starts = {each.id: each for each in frontier}
    best: dict[str, _Way] = {}
    for start_id, end_id, relation, weight, forward in edges:
        if end_id in seen:
            continue
        start = starts[start_id]
        falling = -start.score * PER_HOP * weight
        known = best.get(end_id)
        if falling < (-least if known is None else known.falling):
            best[end_id] = _Way(falling, end_id, start, relation, weight, forward)
    return sorted(best.values(), key=itemgetter(0, 1))
