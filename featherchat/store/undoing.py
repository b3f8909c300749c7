"""Taking back what was done: the log read backwards, itself logged."""

import json
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby

from featherchat.errors import InvalidValue
from featherchat.memory import LIVING, Memory
from featherchat.store.base import Cause, Undone
from featherchat.store.database import Database
from featherchat.store.documents import DocumentTable
from featherchat.store.forgetting import Forgetting
from featherchat.store.halves import StoredVector
from featherchat.store.log import FINAL, Event, EventLog, edge_key
from featherchat.store.rows import (
    edge_to_json,
    json_to_edge,
    json_to_memory,
    memory_to_json,
    reinforced_like,
)
from featherchat.store.standing import Standing, StandingChanges
from featherchat.store.table import MemoryTable
from featherchat.store.vector_table import VectorTable

_CHUNK = 1_000
"""Memories that are removed at once: the log keeps their vectors, two kilobytes each."""


class Undoing:
    """Restores the rows that an operation changed. Called inside a transaction."""

    def __init__(
        self,
        database: Database,
        log: EventLog,
        table: MemoryTable,
        vectors: VectorTable,
        documents: DocumentTable,
        forgetting: Forgetting,
    ) -> None:
        self._changes = StandingChanges(database, log)
        self._log = log
        self._table = table
        self._vectors = vectors
        self._documents = documents
        self._forgetting = forgetting

    def undo(self, cause: Cause, operation: str | None, spared: Collection[str] = ()) -> Undone:
        """Take back an operation or a turn; the last one that stands if none is named.

        Raises:
            NothingFound: If there is none.
            InvalidValue: If it cannot be taken back, and why.
        """
        return self._undo(cause, self._changes.of_operation(operation, spared))

    def undo_session(self, cause: Cause, session_id: str, spared: Collection[str] = ()) -> Undone:
        """Take back everything that a session changed and that still stands, as one change.

        Args:
            cause: Who takes it back.
            session_id: Whose changes.
            spared: Memories of others; what touched them stays.

        Raises:
            NothingFound: If there is nothing.
            InvalidValue: If something else was built on it since, and what.
        """
        return self._undo(cause, self._changes.of_session(session_id, spared))

    def make_final(self, operation: str) -> None:
        """Let nobody take an operation back: what it removed is gone."""
        self._changes.mark_undone([operation], FINAL)

    def _undo(self, cause: Cause, standing: Standing) -> Undone:
        events = self._changes.events_of(standing.operations)
        self._log.begin(cause, undoes=standing.name)
        removed: dict[str, Memory] = {}
        restored: dict[str, Memory] = {}
        for made, run in groupby(events, _is_made):
            if made:
                self._unmake([event.key for event in run], removed, restored)
            else:
                for event in run:
                    self._take_back(event, restored)
        self._changes.mark_undone(standing.operations, cause.operation)
        return Undone(
            standing.name,
            standing.reason,
            standing.at,
            tuple(removed.values()),
            tuple(restored.values()),
        )

    def _unmake(
        self, ids: Sequence[str], removed: dict[str, Memory], restored: dict[str, Memory]
    ) -> None:
        """Remove memories that were made, many at once: a batch may have had 100,000."""
        for start in range(0, len(ids), _CHUNK):
            chunk = ids[start : start + _CHUNK]
            found = self._table.get(chunk)
            self._remove(found)
            for memory_id in filter(found.__contains__, chunk):
                restored.pop(memory_id, None)
                removed[memory_id] = found[memory_id]

    def _take_back(self, event: Event, restored: dict[str, Memory]) -> None:
        if event.subject == "memory" and event.before is not None:
            self._take_back_change(event.key, event.before, restored)
        elif event.subject == "edge":
            self._take_back_edge(event)
        elif event.subject == "document":
            self._documents.restore(event.key, event.before)
        elif event.subject == "vector":
            self._take_back_vector(event)
        else:
            self._forgetting.restore(event.key, event.before)

    def _take_back_change(self, memory_id: str, was: str, restored: dict[str, Memory]) -> None:
        now = self._table.get([memory_id]).get(memory_id)
        before = json_to_memory(was)
        if now is not None:
            before = reinforced_like(before, now)
        self._restore(before, now)
        restored[before.id] = before

    def _restore(self, before: Memory, now: Memory | None) -> None:
        twin = self._table.alike(before) if before.status in LIVING else None
        if twin is not None:
            raise InvalidValue(
                f"{before.id} would say again what {twin} says since.",
                hint=f"Forget {twin} first, or leave both as they are.",
            )
        if now is not None and (now.text, now.title) != (before.text, before.title):
            self._put_vector(before.id, None)
        self._log.record("memory", before.id, None if now is None else memory_to_json(now))
        self._table.put(before, known=now is not None)

    def _remove(self, memories: Mapping[str, Memory]) -> None:
        ids = list(memories)
        edges = self._table.edges_of(ids)
        self._log.record_all("edge", [(edge_key(edge), edge_to_json(edge)) for edge in edges])
        # Also that one had none: a memory of this id may come again, and with one.
        held = self._vectors.of(ids)
        vectors = [(each, held[each].to_json() if each in held else None) for each in ids]
        self._log.record_all("vector", vectors)
        said = [(each, memory_to_json(memory)) for each, memory in memories.items()]
        self._log.record_all("memory", said)
        self._table.delete_all(ids)

    def _take_back_vector(self, event: Event) -> None:
        before = None if event.before is None else StoredVector.from_json(event.before)
        if before is not None and before.space != self._vectors.space:
            # The embedder was changed since: the memory waits for the new one.
            before = None
        if self._table.known([event.key]):
            self._put_vector(event.key, before)

    def _put_vector(self, memory_id: str, vector: StoredVector | None) -> None:
        if self._log_vector(memory_id) == vector:
            return
        if vector is None:
            self._vectors.remove(memory_id)
        else:
            self._vectors.write({memory_id: vector})

    def _log_vector(self, memory_id: str) -> StoredVector | None:
        now = self._vectors.of([memory_id]).get(memory_id)
        self._log.record("vector", memory_id, None if now is None else now.to_json())
        return now

    def _take_back_edge(self, event: Event) -> None:
        source_id, target_id, relation = json.loads(event.key)
        key = (source_id, target_id, relation)
        now = self._table.edge(key)
        before = None if event.before is None else json_to_edge(event.before)
        # Where an end is gone the edge is gone with it, and stays so.
        if before == now or (before and self._table.known(key[:2]) != set(key[:2])):
            return
        self._log.record("edge", event.key, None if now is None else edge_to_json(now))
        if before is not None:
            self._table.put_edge(before)
        else:
            self._table.delete_edge(key)


def _is_made(event: Event) -> bool:
    """Whether a memory came into being."""
    return event.subject == "memory" and event.before is None
