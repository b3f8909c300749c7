"""The memory store: one SQLite file, its log, and the indexes derived from it.

Rows are the truth. Each write is one transaction that first logs what it is
about to change. Called from the store thread alone.
"""

import functools
import os
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from featherchat.clock import Clock
from featherchat.errors import NothingFound, StoreDamaged
from featherchat.memory import Edge, Memory, Status
from featherchat.recollection import Filter
from featherchat.store.base import Cause, Counts, Document, Undone, Version, WordHits, Written
from featherchat.store.database import BUSY_TIMEOUT, Database, open_database
from featherchat.store.documents import DocumentTable
from featherchat.store.forgetting import Forgetting
from featherchat.store.log import FINAL, EventLog, edge_key
from featherchat.store.provenance import without_document
from featherchat.store.reindexing import Reindexing
from featherchat.store.rows import (
    edge_to_json,
    json_to_memory,
    memory_to_json,
    reinforced_like,
)
from featherchat.store.searching import Searching
from featherchat.store.table import MemoryTable
from featherchat.store.twins import Twins
from featherchat.store.undoing import Undoing
from featherchat.store.vector_table import VectorTable

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, the values of a turn 10 ms: a search by words needs neither.
    from featherchat.store.base import Matrix, Vector
    from featherchat.store.transcripts import Transcripts


class SqliteStore:
    """``MemoryStore`` on one SQLite file."""

    def __init__(self, database: Database, cache: Path | None, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._table = MemoryTable(database)
        self._log = EventLog(database)
        self._vectors = VectorTable(database, self._table)
        self._reindexing = Reindexing(database, self._table)
        self._searching = Searching(database, cache)
        self._twins = Twins(self._log, self._table)
        self._documents = DocumentTable(database, self._log)
        self._undoing = Undoing(database, self._log, self._table, self._documents)
        self._forgetting = Forgetting(
            database, self._log, self._table, self._documents, lambda: self.transcripts
        )

    @classmethod
    def open(
        cls, path: Path, cache: Path | None, clock: Clock, busy_timeout: float = BUSY_TIMEOUT
    ) -> "SqliteStore":
        """Open the store at ``path``, or make it.

        Args:
            path: The one file.
            cache: Where derived indexes lie; None keeps them in memory.
            clock: For what expires.
            busy_timeout: Seconds to wait for another process's write.

        Raises:
            StoreError: If it cannot be used; see ``open_database``.
        """
        database = open_database(path, busy_timeout=busy_timeout)
        return cls(database, _usable(cache), clock)

    @functools.cached_property
    def transcripts(self) -> "Transcripts":
        """Sessions and turns."""
        from featherchat.store.transcripts import Transcripts

        return Transcripts(self._database)

    @property
    def path(self) -> Path:
        """The one file."""
        return self._database.path

    @property
    def database(self) -> Database:
        """The connection, for checks and settings."""
        return self._database

    def flush(self) -> None:
        """Bring the derived indexes up to date on the disk."""
        self._searching.flush()

    def close(self) -> None:
        """Bring the derived indexes up to date and close the file."""
        try:
            # A damaged row keeps the index behind; whoever asks for it hears its name.
            with suppress(StoreDamaged):
                self._searching.flush()
        finally:
            self._database.close()

    @property
    def reindexing(self) -> Reindexing:
        """The change to another embedder."""
        return self._reindexing

    # Writing

    def put(self, memories: Sequence[Memory], cause: Cause, edges: Sequence[Edge] = ()) -> Written:
        """Store, replace and link in one transaction."""
        stored: list[Memory] = []
        duplicates: dict[str, str] = {}
        buried: list[str] = []
        with self._database.transaction():
            # Read under the lock: another process may have changed them a moment ago.
            known = self._table.get([memory.id for memory in memories])
            self._log.begin(cause)
            for given in memories:
                before = known.get(given.id)
                memory = given if before is None else reinforced_like(given, before)
                if before is None and self._forgetting.is_buried(memory):
                    buried.append(memory.id)
                    continue
                same = self._twins.absorb(memory, before)
                if same is not None:
                    duplicates[memory.id] = same
                    continue
                if before != memory:
                    self._put(memory, before)
                    stored.append(memory)
            for edge in edges:
                self._link(_redirected(edge, duplicates), set(buried))
        return Written(tuple(stored), duplicates, tuple(buried))

    def forget(self, ids: Sequence[str], cause: Cause, *, hard: bool = False) -> list[Memory]:
        """Retire memories; with ``hard`` nothing of their text is left anywhere.

        With ``hard`` a damaged memory is removed, too; it is not among what is returned.
        """
        with self._database.transaction():
            damaged = self._table.damaged(ids) if hard else []
            found = self._known([memory_id for memory_id in ids if memory_id not in damaged])
            self._log.begin(cause)
            for memory in found:
                self._forgetting.bury(memory, cause)
                if hard:
                    self._forgetting.erase(memory)
                else:
                    self._put(replace(memory, status=Status.RETIRED), memory)
            for memory_id in damaged:
                self._forgetting.erase_damaged(memory_id)
            if hard:
                # What is gone for good cannot be taken back.
                self._log.mark_undone(cause.operation, FINAL)
        if hard:
            self._searching.clear()
            self._database.scrub()
        return found

    def damaged(self) -> list[str]:
        """The ids of the memories that do not say what was written into them."""
        return self._table.damaged()

    def pinned(self, namespace: str) -> list[Memory]:
        """The living memories that a person pinned, oldest first."""
        return self._table.pinned(namespace)

    def undo(self, cause: Cause, operation: str | None = None) -> Undone:
        """Take back an operation, by id or turn; the last one that stands if none is named."""
        with self._database.transaction():
            return self._undoing.undo(cause, operation)

    def reinforce(self, counts: Mapping[str, int], at: float) -> None:
        """Count recalls. Rankings follow them, the index of words does not."""
        with self._database.transaction() as revision:
            self._database.execute_many(
                "UPDATE memories SET recall_count = recall_count + ?, recalled_at = ?, touched = ?"
                " WHERE id = ?",
                [(times, at, revision, memory_id) for memory_id, times in counts.items()],
            )

    # Reading

    def get(self, ids: Sequence[str]) -> dict[str, Memory]:
        """Memories by id, whatever their status."""
        return self._table.get(ids)

    def find(self, where: Filter, limit: int | None = None) -> list[Memory]:
        """What a filter admits, newest first."""
        return self._table.find(where, limit, self._clock.now())

    def resolve(self, prefix: str) -> list[str]:
        """The ids that start or end with a few characters, as people type them."""
        return self._table.resolve(prefix)

    def edges_of(self, ids: Sequence[str]) -> list[Edge]:
        """Every edge that touches one of the memories, in either direction."""
        return self._table.edges_of(ids)

    def history(self, memory_id: str) -> list[Version]:
        """What a memory was before each of its changes, oldest first."""
        return [
            Version(
                json_to_memory(event.before) if event.before else None,
                event.revision,
                at,
                actor,
                reason,
            )
            for event, at, actor, reason in self._log.history("memory", memory_id)
        ]

    def counts(self, namespace: str) -> Counts:
        """How many memories are in use, by kind; a superseded one still leads to its successor."""
        return self._table.counts(namespace, self.pending_count())

    def match_words(self, text: str, k: int, where: Filter) -> WordHits:
        """The best ``k`` by BM25 that a filter admits."""
        return self._searching.match_words(text, k, where, self._clock.now())

    def match_vector(self, vector: "Vector", k: int, where: Filter) -> dict[str, float]:
        """The ``k`` with the highest cosine that a filter admits."""
        space = self._vectors.space
        return self._searching.match_vector(vector, k, where, self._clock.now(), space)

    def admitted(self, ids: Sequence[str], where: Filter) -> frozenset[str]:
        """Those of some memories that a filter admits."""
        return self._searching.admitted(ids, where, self._clock.now())

    def prepare(self, space: str, dimensions: int) -> None:
        """Load the indexes that a question by meaning needs, while the model embeds it."""
        if self._vectors.space in ("", space):
            self._searching.prepare(space, dimensions)

    # Vectors

    def pending(self, limit: int) -> list[Memory]:
        """Memories without a vector, decisions and what people said first."""
        return self._vectors.pending(limit)

    def pending_count(self) -> int:
        """How many memories have no vector yet."""
        return self._vectors.pending_count

    def vector_count(self) -> int:
        """How many memories have a vector."""
        return self._vectors.count

    def put_vectors(self, memories: Sequence[Memory], matrix: "Matrix", space: str) -> None:
        """Keep vectors, unless a memory's text has changed since it was embedded.

        Raises:
            EmbedderMismatch: If another process has embedded the store with another embedder.
        """
        self._vectors.put(memories, matrix, space)

    # Documents and settings

    def documents(self) -> dict[str, Document]:
        """What was learnt from documents, by path."""
        return self._documents.all()

    def put_document(
        self,
        document: Document,
        memories: Sequence[Memory],
        edges: Sequence[Edge],
        retired: Sequence[str],
        cause: Cause,
    ) -> Written:
        """Store what a document says now, and retire what only it said before.

        A piece that another memory already says leads to that memory.
        """
        with self._database.transaction():
            # The log's head is written first, by put; its events follow in this transaction.
            written = self.put(memories, cause, edges)
            pieces = {
                slot: written.duplicates.get(memory_id, memory_id)
                for slot, memory_id in document.pieces.items()
                if memory_id not in written.buried
            }
            unsaid = [memory_id for memory_id in retired if memory_id not in pieces.values()]
            self._retire_unshared(unsaid, document.path, cause)
            self._documents.put(replace(document, pieces=pieces))
        return written

    def drop_document(self, path: str, cause: Cause) -> list[Memory]:
        """Retire what only this document said, and forget that it was read."""
        with self._database.transaction():
            self._log.begin(cause)
            pieces = self.documents()[path].pieces
            retired = self._retire_unshared(list(pieces.values()), path, cause)
            self._documents.drop(path)
        return retired

    def setting(self, key: str) -> str | None:
        """A value that the store keeps about itself."""
        found = self._database.value("SELECT value FROM meta WHERE key = ?", (key,))
        return None if found is None else str(found)

    def set_setting(self, key: str, value: str) -> None:
        """Keep a value about the store itself."""
        with self._database.transaction(raises_revision=False):
            self._database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def redaction_key(self) -> bytes:
        """What the marks of redacted secrets are made with: local to this store."""
        found = self.setting("redaction_key")
        if found is None and self._database.read_only is None:
            found = secrets.token_hex(16)
            self.set_setting("redaction_key", found)
        return bytes.fromhex(found or "")

    # Steps of a write, inside its transaction

    def _put(self, memory: Memory, before: Memory | None) -> None:
        self._log.record("memory", memory.id, None if before is None else memory_to_json(before))
        if before is not None and (before.text, before.title) != (memory.text, memory.title):
            self._table.drop_vector(memory.id)
        self._table.put(memory, known=before is not None)

    def _link(self, edge: Edge, absent: set[str]) -> None:
        if absent & {edge.source_id, edge.target_id} or edge.source_id == edge.target_id:
            return
        ends = self._table.get([edge.source_id, edge.target_id])
        for end in (edge.source_id, edge.target_id):
            if end not in ends:
                raise NothingFound(
                    f"There is no memory {end} to link.", hint="Store it first, then link it."
                )
        before = self._table.edge(edge.key)
        if before == edge:
            return
        self._log.record("edge", edge_key(edge), None if before is None else edge_to_json(before))
        self._table.put_edge(edge)

    def _retire_unshared(self, ids: Sequence[str], path: str, cause: Cause) -> list[Memory]:
        elsewhere = {
            memory_id
            for document in self.documents().values()
            if document.path != path
            for memory_id in document.pieces.values()
        }
        found = [m for m in self._table.get(ids).values() if m.status is not Status.RETIRED]
        retired: list[Memory] = []
        for memory in found:
            left = without_document(memory, path)
            if left is not None and left != memory:
                self._put(left, memory)
            elif left is None and memory.id not in elsewhere:
                self._put(replace(memory, status=Status.RETIRED, valid_to=cause.at), memory)
                retired.append(memory)
        return retired

    def _known(self, ids: Sequence[str]) -> list[Memory]:
        found = self._table.get(ids)
        for memory_id in ids:
            if memory_id not in found:
                raise NothingFound(
                    f"There is no memory {memory_id}.", hint="Find its id with search."
                )
        return [found[memory_id] for memory_id in ids]


def _usable(cache: Path | None) -> Path | None:
    """The folder for derived indexes, or None where they have to be kept in memory."""
    if cache is None:
        return None
    try:
        cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return None
    return cache if os.access(cache, os.W_OK) else None


def _redirected(edge: Edge, duplicates: Mapping[str, str]) -> Edge:
    return replace(
        edge,
        source_id=duplicates.get(edge.source_id, edge.source_id),
        target_id=duplicates.get(edge.target_id, edge.target_id),
    )
