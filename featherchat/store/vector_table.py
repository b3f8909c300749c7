"""The rows of vectors: which memories have one, which wait for one, and by whose hand."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from featherchat.errors import EmbedderMismatch
from featherchat.memory import Memory
from featherchat.store.database import Database
from featherchat.store.rows import vector_hash
from featherchat.store.table import MemoryTable

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, which a search by words need not pay.
    from featherchat.store.base import Matrix


class VectorTable:
    """Vectors as rows. All of a store's vectors are of one space, the embedder's identity."""

    def __init__(self, database: Database, table: MemoryTable) -> None:
        self._database = database
        self._table = table

    @property
    def space(self) -> str:
        """Whose vectors are stored; empty before the first one."""
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

    def put(self, memories: Sequence[Memory], matrix: "Matrix", space: str) -> None:
        """Keep vectors, unless a memory's text has changed since it was embedded.

        Raises:
            EmbedderMismatch: If another process has embedded the store with another embedder.
        """
        from featherchat.store.vectors import encode

        with self._database.transaction() as revision:
            if self.space not in ("", space):
                raise EmbedderMismatch(self.space, space)
            self._database.execute("INSERT OR REPLACE INTO meta VALUES ('embedder', ?)", (space,))
            current = self._table.get([memory.id for memory in memories])
            for memory, vector in zip(memories, matrix, strict=True):
                now = current.get(memory.id)
                if now is None or (now.text, now.title) != (memory.text, memory.title):
                    continue
                blob = encode(vector)
                self._database.execute(
                    "INSERT OR REPLACE INTO vectors"
                    " SELECT seq, ?, ?, ?, ? FROM memories WHERE id = ?",
                    (space, blob, vector_hash(blob), revision, memory.id),
                )
