"""Taking back what was done: the log read backwards, itself logged."""

import json

from featherchat.errors import InvalidValue
from featherchat.memory import LIVING, Memory
from featherchat.store.base import Cause, Undone
from featherchat.store.database import Database
from featherchat.store.documents import DocumentTable
from featherchat.store.log import Event, EventLog, edge_key
from featherchat.store.rows import (
    edge_to_json,
    json_to_edge,
    json_to_memory,
    memory_to_json,
    reinforced_like,
)
from featherchat.store.table import MemoryTable


class Undoing:
    """Restores the rows that an operation changed. Called inside a transaction."""

    def __init__(
        self, database: Database, log: EventLog, table: MemoryTable, documents: DocumentTable
    ) -> None:
        self._database = database
        self._log = log
        self._table = table
        self._documents = documents

    def undo(self, cause: Cause, operation: str | None) -> Undone:
        """Take back an operation, by id or turn; the last one that stands if none is named.

        Raises:
            NothingFound: If there is none.
            InvalidValue: If it cannot be taken back, and why.
        """
        found, reason, at = self._log.head_of(operation)
        events = self._log.events_of(found)
        self._log.begin(cause, undoes=found)
        removed: dict[str, Memory] = {}
        restored: dict[str, Memory] = {}
        for event in events:
            self._take_back(event, removed, restored)
        self._log.mark_undone(found, cause.operation)
        return Undone(found, reason, at, tuple(removed.values()), tuple(restored.values()))

    def _take_back(
        self, event: Event, removed: dict[str, Memory], restored: dict[str, Memory]
    ) -> None:
        if event.subject == "memory":
            self._take_back_memory(event, removed, restored)
        elif event.subject == "edge":
            self._take_back_edge(event)
        elif event.subject == "document":
            self._documents.restore(event.key, event.before)
        else:
            self._unbury(event.key)

    def _take_back_memory(
        self, event: Event, removed: dict[str, Memory], restored: dict[str, Memory]
    ) -> None:
        now = self._table.get([event.key]).get(event.key)
        if event.before is not None:
            before = json_to_memory(event.before)
            if now is not None:
                before = reinforced_like(before, now)
            self._restore(before, now)
            restored[before.id] = before
        elif now is not None:
            self._remove(now)
            restored.pop(now.id, None)
            removed[now.id] = now

    def _restore(self, before: Memory, now: Memory | None) -> None:
        twin = self._table.alike(before) if before.status in LIVING else None
        if twin is not None:
            raise InvalidValue(
                f"{before.id} would say again what {twin} says since.",
                hint=f"Forget {twin} first, or leave both as they are.",
            )
        self._log.record("memory", before.id, None if now is None else memory_to_json(now))
        if now is not None and (now.text, now.title) != (before.text, before.title):
            self._table.drop_vector(before.id)
        self._table.put(before, known=now is not None)

    def _remove(self, now: Memory) -> None:
        for edge in self._table.edges_of([now.id]):
            self._log.record("edge", edge_key(edge), edge_to_json(edge))
        self._log.record("memory", now.id, memory_to_json(now))
        self._table.delete(now.id)

    def _take_back_edge(self, event: Event) -> None:
        source_id, target_id, relation = json.loads(event.key)
        key = (source_id, target_id, relation)
        now = self._table.edge(key)
        self._log.record("edge", event.key, None if now is None else edge_to_json(now))
        if event.before:
            self._table.put_edge(json_to_edge(event.before))
        elif now is not None:
            self._table.delete_edge(key)

    def _unbury(self, mark: str) -> None:
        self._log.record("tombstone", mark, None)
        self._database.execute(
            "DELETE FROM tombstones WHERE fingerprint = ?", (bytes.fromhex(mark),)
        )
