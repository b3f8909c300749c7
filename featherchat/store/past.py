"""The store as it was: a copy in memory, walked backwards through the log.

The log keeps what each thing was before each change, so the state at a time is the
present with the oldest image since that time put back. The copy is a store like any
other, with the same search, graph and filters; it ends with the process that asked.

Recalls are not history: the past has today's counts. What turns and documents said,
and which texts were buried, stays as it is today: they are not part of a recall.
"""

from collections.abc import Sequence

from featherchat.errors import StoreReadOnly
from featherchat.memory import Memory
from featherchat.store.database import Database
from featherchat.store.halves import StoredVector
from featherchat.store.log import EventLog, edge_named
from featherchat.store.rows import json_to_edge, json_to_memory, reinforced_like
from featherchat.store.table import MemoryTable
from featherchat.store.vector_table import VectorTable

_AT_ONCE = 5_000
"""Memories that are put back at once."""


def not_changeable() -> StoreReadOnly:
    """Why nothing can be written into the past."""
    return StoreReadOnly(
        "This is the memory of an earlier time; it cannot be changed.",
        hint="Leave out --as-of to change what is remembered now.",
    )


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
        self._table.delete_all([each for each, image in images.items() if image is None])
        befores = [image for image in images.values() if image is not None]
        for start in range(0, len(befores), _AT_ONCE):
            self._put_back([json_to_memory(each) for each in befores[start : start + _AT_ONCE]])

    def _put_back(self, befores: Sequence[Memory]) -> None:
        now = self._table.get([before.id for before in befores])
        known = [reinforced_like(each, now[each.id]) for each in befores if each.id in now]
        # Logs of before vectors were kept in them do not say what it was.
        reworded = [
            each.id
            for each in known
            if (each.text, each.title) != (now[each.id].text, now[each.id].title)
        ]
        self._vectors.remove_all(reworded)
        self._table.replace_all(known)
        self._table.insert([each for each in befores if each.id not in now])

    def _rewind_edges(self, revision: int) -> None:
        images = self._log.images("edge", revision)
        self._table.delete_edges([edge_named(key) for key, image in images.items() if not image])
        self._table.put_edges([json_to_edge(image) for image in images.values() if image])

    def _rewind_vectors(self, revision: int) -> None:
        images = self._log.images("vector", revision)
        known = self._table.known(list(images))
        self._vectors.remove_all([each for each in known if images[each] is None])
        held = {each: image for each in known if (image := images[each]) is not None}
        self._vectors.write({each: StoredVector.from_json(image) for each, image in held.items()})
