"""The rows of vectors: which memories have one, which wait for one, and by whose hand."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from featherchat.errors import EmbedderMismatch
from featherchat.memory import Memory
from featherchat.store.database import Database
from featherchat.store.halves import StoredVector, decode, encode_all
from featherchat.store.rows import vector_hash
from featherchat.store.table import MemoryTable

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, which a search by words need not pay.
    from featherchat.store.base import Matrix, Vector

_CHUNK = 500
"""Ids in one statement; SQLite allows 32,766 values."""


class VectorTable:
    """Vectors as rows. All of a store's vectors are of one space, the embedder's identity."""

    def __init__(self, database: Database, table: MemoryTable) -> None:
        self._database = database
        self._table = table
        self._known: tuple[int, str] = (-1, "")

    @property
    def space(self) -> str:
        """Whose vectors are stored; empty before the first one."""
        if self._database.is_writing:
            # What is written may still be taken back.
            return self._stored_space()
        revision = self._database.revision
        if self._known[0] != revision:
            self._known = (revision, self._stored_space())
        return self._known[1]

    def _stored_space(self) -> str:
        return str(self._database.value("SELECT value FROM meta WHERE key = 'embedder'") or "")

    @property
    def count(self) -> int:
        """How many memories have a vector."""
        return int(self._database.value("SELECT count(*) FROM vectors"))

    @property
    def pending_count(self) -> int:
        """How many memories have none yet."""
        return int(
            self._database.value(
                "SELECT count(*) FROM memories m LEFT JOIN vectors v USING (seq)"
                " WHERE v.seq IS NULL AND m.status <> 'retired'"
            )
        )

    def pending(self, limit: int) -> list[Memory]:
        """Memories without a vector, decisions and what people said first."""
        rows = self._database.rows(
            "SELECT m.id FROM memories m LEFT JOIN vectors v USING (seq)"
            " WHERE v.seq IS NULL AND m.status <> 'retired' ORDER BY"
            " m.layer <> 'decision', m.importance DESC, m.seq LIMIT ?",
            (limit,),
        )
        found = self._table.get([row[0] for row in rows])
        return [found[row[0]] for row in rows]

    def of(self, ids: Sequence[str]) -> dict[str, StoredVector]:
        """The vectors of some memories by id, as their rows keep them; a harmed one is none."""
        found: dict[str, StoredVector] = {}
        for start in range(0, len(ids), _CHUNK):
            chunk = ids[start : start + _CHUNK]
            rows = self._database.rows(
                "SELECT m.id, v.space, v.vector, v.hash FROM vectors v JOIN memories m USING (seq)"
                f" WHERE m.id IN ({', '.join('?' * len(chunk))})",
                chunk,
            )
            found.update(
                (memory_id, StoredVector(space, blob))
                for memory_id, space, blob, digest in rows
                if vector_hash(blob) == digest
            )
        return found

    def arrays_of(self, ids: Sequence[str]) -> "dict[str, Vector]":
        """The vectors of some memories, of the present space; those that have none are absent.

        Raises:
            StoreDamaged: If one is not what was written.
        """
        marks = ", ".join("?" * len(ids))
        rows = self._database.rows(
            "SELECT m.id, v.seq, v.vector, v.hash FROM memories m JOIN vectors v USING (seq)"
            f" WHERE v.space = ? AND m.id IN ({marks})",
            (self.space, *ids),
        )
        return {
            memory_id: decode(seq, blob, digest, len(blob) // 2).astype("float32")
            for memory_id, seq, blob, digest in rows
        }

    def put(self, memories: Sequence[Memory], matrix: "Matrix", space: str) -> None:
        """Keep vectors, unless a memory's text has changed since it was embedded.

        Raises:
            EmbedderMismatch: If another process has embedded the store with another embedder.
        """
        with self._database.transaction():
            self.use(space)
            current = self._table.get([memory.id for memory in memories])
            self.write(
                {
                    memory.id: vector
                    for memory, vector in zip(memories, encode_all(matrix, space), strict=True)
                    if (now := current.get(memory.id)) is not None
                    and (now.text, now.title) == (memory.text, memory.title)
                }
            )

    def use(self, space: str) -> None:
        """Say whose vectors are going to be written, inside a transaction.

        Raises:
            EmbedderMismatch: If the store's vectors are of another space.
        """
        stored = self.space
        if stored == space:
            return
        if stored:
            raise EmbedderMismatch(stored, space)
        self._database.execute("INSERT OR REPLACE INTO meta VALUES ('embedder', ?)", (space,))

    def write(self, vectors: Mapping[str, StoredVector]) -> None:
        """Insert or replace the vectors of known memories, inside a transaction."""
        revision = self._database.next_revision
        self._database.execute_many(
            "INSERT OR REPLACE INTO vectors SELECT seq, ?, ?, ?, ? FROM memories WHERE id = ?",
            [
                (vector.space, vector.blob, vector_hash(vector.blob), revision, memory_id)
                for memory_id, vector in vectors.items()
            ],
        )

    def insert(self, vectors: Mapping[int, StoredVector]) -> None:
        """Insert the vectors of new memories by row number, inside a transaction."""
        revision = self._database.next_revision
        self._database.execute_many(
            "INSERT INTO vectors VALUES (?, ?, ?, ?, ?)",
            (
                (seq, vector.space, vector.blob, vector_hash(vector.blob), revision)
                for seq, vector in vectors.items()
            ),
        )

    def remove(self, memory_id: str) -> None:
        """Remove a memory's vector, inside a transaction: it is pending again."""
        self.remove_all([memory_id])

    def remove_all(self, ids: Sequence[str]) -> None:
        """Remove vectors; see ``remove``."""
        self._database.execute_many(
            "DELETE FROM vectors WHERE seq = (SELECT seq FROM memories WHERE id = ?)",
            [(memory_id,) for memory_id in ids],
        )
        # Indexes of vectors follow what is touched: a vector that is gone has no revision.
        revision = self._database.next_revision
        self._database.execute_many(
            "UPDATE memories SET touched = ? WHERE id = ?",
            [(revision, memory_id) for memory_id in ids],
        )
