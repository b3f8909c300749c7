"""The store as it was: a copy in memory, walked backwards through the log.

The log keeps what each thing was before each change, so the state at a time is the
present with the oldest image since that time put back. The copy is a store like any
other, with the same search, graph and filters; it ends with the process that asked.

Recalls are not history: the past has today's counts. What turns and documents said,
and which texts were buried, stays as it is today: they are not part of a recall.
"""

import json

from featherchat.errors import StoreReadOnly
from featherchat.store.database import Database
from featherchat.store.halves import StoredVector
from featherchat.store.log import EventLog
from featherchat.store.rows import json_to_edge, json_to_memory, reinforced_like
from featherchat.store.table import MemoryTable
from featherchat.store.vector_table import VectorTable

PAST = StoreReadOnly(
    "This is the memory of an earlier time; it cannot be changed.",
    hint="Leave out --as-of to change what is remembered now.",
)
"""Why nothing can be written into the past."""


def copy_as_of(database: Database, at: float | None) -> Database:
    """A copy of a store in memory, as it was at a time; as it is now if none is given."""
    copy = database.copied()
    revision = None if at is None else EventLog(copy).first_after(at)
    if revision is not None:
        _Rewinding(copy).rewind(revision)
    return copy


class _Rewinding:
    def __init__(self, copy: Database) -> None:
        self._log = EventLog(copy)
        self._table = MemoryTable(copy)
        self._vectors = VectorTable(copy, self._table)
        self._database = copy

    def rewind(self, revision: int) -> None:
        with self._database.transaction():
            self._rewind_memories(revision)
            self._rewind_edges(revision)
            self._rewind_vectors(revision)
            self._log.drop_from(revision)

    def _rewind_memories(self, revision: int) -> None:
        images = self._log.images("memory", revision)
        present = self._table.get(list(images))
        for memory_id, image in images.items():
            now = present.get(memory_id)
            if image is None:
                self._table.delete(memory_id)
                continue
            before = json_to_memory(image)
            if now is not None:
                before = reinforced_like(before, now)
                if (now.text, now.title) != (before.text, before.title):
                    # Logs of before vectors were kept in them do not say what it was.
                    self._vectors.remove(memory_id)
            self._table.put(before, known=now is not None)

    def _rewind_edges(self, revision: int) -> None:
        for key, image in self._log.images("edge", revision).items():
            if image is None:
                source_id, target_id, relation = json.loads(key)
                self._table.delete_edge((source_id, target_id, relation))
            else:
                self._table.put_edge(json_to_edge(image))

    def _rewind_vectors(self, revision: int) -> None:
        images = self._log.images("vector", revision)
        for memory_id in self._table.known(list(images)):
            image = images[memory_id]
            if image is None:
                self._vectors.remove(memory_id)
            else:
                self._vectors.write({memory_id: StoredVector.from_json(image)})
