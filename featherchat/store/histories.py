"""What happened to a memory, and what is different between two times: the log, told.

Reads the log and the present rows; only a compaction changes them.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from featherchat.clock import Clock
from featherchat.memory import Edge, Memory
from featherchat.store.base import Compacted, Difference, LinkVersion, Version
from featherchat.store.compacting import Compacting
from featherchat.store.database import Database
from featherchat.store.log import EventLog, edge_key, edge_named
from featherchat.store.operations import keys_of, revisions
from featherchat.store.rows import json_to_edge, json_to_memory, reinforced_like
from featherchat.store.standing import Standing, StandingChanges
from featherchat.store.table import MemoryTable


class Histories:
    """The log of one store, as its readers want it told."""

    def __init__(self, database: Database, log: EventLog, table: MemoryTable, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._log = log
        self._table = table

    def of(self, memory_id: str) -> list[Version]:
        """Every change of a memory, oldest first."""
        logged = self._log.history("memory", memory_id)
        present = self._table.get([memory_id]).get(memory_id)
        states = [*(_memory(event.before) for event, *_ in logged), present]
        return [
            Version(before, after, event.revision, at, actor, reason)
            for (event, at, actor, reason), (before, after) in zip(
                logged, pairwise(states), strict=True
            )
        ]

    def of_edges(self, memory_id: str) -> list[LinkVersion]:
        """Every change of a memory's edges, oldest first."""
        after = {edge_key(edge): edge for edge in self._table.edges_of([memory_id])}
        found: list[LinkVersion] = []
        for event, at, actor, reason in reversed(self._log.history_of_edges(memory_id)):
            before = _edge(event.before)
            now = after.pop(event.key, None)
            found.append(LinkVersion(before, now, event.revision, at, actor, reason))
            if before is not None:
                after[event.key] = before
        return [change for change in reversed(found) if change.before != change.after]

    def standing(self, operation: str | None = None, spared: Collection[str] = ()) -> Standing:
        """What an undo would take back; see ``StandingChanges.of_operation``.

        Raises:
            NothingFound: If there is nothing.
            InvalidValue: If it was taken back already.
        """
        return StandingChanges(self._database, self._log).of_operation(operation, spared)

    def operations(self, revisions: Sequence[int]) -> dict[int, str]:
        """What each of some changes belongs to: what ``undo`` takes to take it back."""
        rows = self._database.rows(
            "SELECT revision, operation FROM changes"
            " WHERE revision IN (SELECT value FROM json_each(?))",
            (json.dumps(list(revisions)),),
        )
        return {row[0]: row[1] for row in rows}

    @property
    def horizon(self) -> float | None:
        """Up to when the log was compacted, in seconds UTC; None if it is whole."""
        return self._log.horizon

    def compact(self, horizon: float) -> Compacted:
        """Remove how things were before a time, and give the space back.

        Raises:
            InvalidValue: If it lies in the future.
        """
        return Compacting(self._database, self._log).compact(horizon, self._clock.now())

    def diff(self, since: float, until: float) -> Difference:
        """What is different at one time from what was at another; times as for ``as_of``.

        Raises:
            InvalidValue: If the log has been compacted beyond one of them.
        """
        with self._database.reading():
            first = self._revision_after(since)
            last = self._revision_after(until)
            return Difference() if first is None else self._difference(first, last)

    def diff_of(self, operation: str) -> Difference:
        """What one operation did, and nothing that others did between its parts."""
        with self._database.reading():
            found = revisions(self._database, operation)
            if found is None:
                return Difference()
            first, last = found
            whole = self._difference(first, last + 1)
            touched = keys_of(self._database, operation, "memory")
            linked = keys_of(self._database, operation, "edge")
        return Difference(
            tuple(each for each in whole.added if each.id in touched),
            tuple(pair for pair in whole.changed if pair[1].id in touched),
            tuple(each for each in whole.removed if each.id in touched),
            tuple(edge for edge in whole.edges_added if edge_key(edge) in linked),
            tuple(edge for edge in whole.edges_removed if edge_key(edge) in linked),
        )

    def _revision_after(self, at: float) -> int | None:
        return None if at >= self._clock.now() else self._log.first_after(at)

    def _difference(self, since: int, until: int | None) -> Difference:
        """What the changes from one revision on did, in front of another.

        Args:
            since: The first revision that counts.
            until: The first revision that no longer counts; None if all do.
        """
        added, changed, removed = [], [], []
        for old, new in self._memories(since, until):
            if old is None and new is not None:
                added.append(new)
            elif old is not None and new is None:
                removed.append(old)
            elif old is not None and new is not None and reinforced_like(old, new) != new:
                changed.append((reinforced_like(old, new), new))
        edges = [(old, new) for old, new in self._edges(since, until) if old != new]
        return Difference(
            tuple(added),
            tuple(changed),
            tuple(removed),
            tuple(new for _, new in edges if new is not None),
            tuple(old for old, _ in edges if old is not None),
        )

    def _memories(self, since: int, until: int | None) -> list[tuple[Memory | None, Memory | None]]:
        before, later = self._images("memory", since, until)
        present = self._table.get([key for key in before if key not in later])
        return [
            (_memory(image), _memory(later[key]) if key in later else present.get(key))
            for key, image in before.items()
        ]

    def _edges(self, since: int, until: int | None) -> list[tuple[Edge | None, Edge | None]]:
        before, later = self._images("edge", since, until)
        return [
            (_edge(image), _edge(later[key]) if key in later else self._present_edge(key))
            for key, image in before.items()
        ]

    def _images(
        self, subject: str, since: int, until: int | None
    ) -> tuple[Mapping[str, str | None], Mapping[str, str | None]]:
        before = self._log.images(subject, since, until)
        return before, {} if until is None else self._log.images_of(subject, before, until)

    def _present_edge(self, key: str) -> Edge | None:
        return self._table.edge(edge_named(key))


def _memory(image: str | None) -> Memory | None:
    return None if image is None else json_to_memory(image)


def _edge(image: str | None) -> Edge | None:
    return None if image is None else json_to_edge(image)
