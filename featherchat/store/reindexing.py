"""A change of embedder: new vectors wait aside until every living memory has one.

The old vectors stay in force all the while. Each step is one transaction, so a
run that is killed goes on where it stopped; another embedder begins anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from featherchat.errors import InvalidValue, StoreError
from featherchat.memory import Memory
from featherchat.store.database import Database
from featherchat.store.rows import vector_hash
from featherchat.store.table import MemoryTable

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, which a search by words need not pay.
    from featherchat.store.base import Matrix

_MADE = "FROM vectors_next v JOIN memories m ON m.seq = v.seq AND m.revision = v.revision"
_WAITING = (
    "FROM memories m LEFT JOIN vectors_next v ON v.seq = m.seq AND v.revision = m.revision"
    " WHERE v.seq IS NULL AND m.status <> 'retired'"
)
"""A new vector is of the row's revision that it was made of: whoever changes a text, or takes that
back, need not know that a change of embedder is under way."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a change of embedder has come."""

    space: str
    """The embedder that the new vectors are made by."""

    done: int
    waiting: int

    @property
    def total(self) -> int:
        """How many vectors there will be."""
        return self.done + self.waiting


class Reindexing:
    """The vectors that are to replace those in force."""

    def __init__(self, database: Database, table: MemoryTable) -> None:
        self._database = database
        self._table = table

    @property
    def standing(self) -> Standing | None:
        """The change of embedder that is under way, or None."""
        space = self._space
        if space is None:
            return None
        done = int(self._database.value(f"SELECT count(*) {_MADE}"))
        return Standing(space, done, self._waiting)

    def begin(self, space: str) -> Standing:
        """Begin to embed for a space, or go on where an earlier run stopped.

        Raises:
            InvalidValue: If a memory has a vector and no text that could be embedded.
        """
        with self._database.transaction(raises_revision=False):
            textless = self._database.value(
                "SELECT count(*) FROM memories WHERE text = '' AND status <> 'retired'"
            )
            if textless:
                raise InvalidValue(
                    f"{textless:,} memories have a vector and no text to embed anew.",
                    hint="Give them vectors of the new embedder through the library.",
                )
            if self._space != space:
                self._database.execute("DELETE FROM vectors_next")
                self._database.execute(
                    "INSERT OR REPLACE INTO meta VALUES ('embedder_next', ?)", (space,)
                )
            standing = self.standing
        assert standing is not None
        return standing

    def pending(self, space: str, limit: int) -> list[Memory]:
        """Memories without a new vector, decisions and what people said first.

        Empty, too, when another process has finished the change or begun another: see ``finish``.
        """
        if self._space != space:
            return []
        rows = self._database.rows(
            f"SELECT m.id {_WAITING} ORDER BY"
            " m.layer <> 'decision', m.importance DESC, m.seq LIMIT ?",
            (limit,),
        )
        found = self._table.get([row[0] for row in rows])
        return [found[row[0]] for row in rows]

    def put(self, memories: Sequence[Memory], matrix: "Matrix", space: str) -> None:
        """Lay new vectors aside, unless a memory's text has changed since it was embedded."""
        from featherchat.store.halves import encode

        with self._database.transaction(raises_revision=False):
            if self._space != space:
                return
            current = self._table.get([memory.id for memory in memories])
            for memory, vector in zip(memories, matrix, strict=True):
                now = current.get(memory.id)
                if now is None or (now.text, now.title) != (memory.text, memory.title):
                    continue
                blob = encode(vector)
                self._database.execute(
                    "INSERT OR REPLACE INTO vectors_next"
                    " SELECT seq, ?, ?, ?, revision FROM memories WHERE id = ?",
                    (space, blob, vector_hash(blob), memory.id),
                )

    def finish(self, space: str) -> bool:
        """Put the new vectors in force, at once; False if a memory still waits for one.

        True, too, if another process has done it.

        Raises:
            StoreError: If another embedder's vectors are being made since.
        """
        if self._space == space and self._waiting:
            return False
        with self._database.transaction() as revision:
            standing = self.standing
            if standing is None and self._in_force == space:
                return True
            if standing is None or standing.space != space:
                other = self._in_force if standing is None else standing.space
                raise StoreError(
                    f"Another process embeds the store with {other}; this one stopped.",
                    hint="Configure one embedder, then run featherchat reindex again.",
                )
            if standing.waiting:
                return False
            self._replace(space, revision)
        return True

    @property
    def _space(self) -> str | None:
        found = self._database.value("SELECT value FROM meta WHERE key = 'embedder_next'")
        return None if found is None else str(found)

    @property
    def _waiting(self) -> int:
        return int(self._database.value(f"SELECT count(*) {_WAITING}"))

    @property
    def _in_force(self) -> str:
        return str(self._database.value("SELECT value FROM meta WHERE key = 'embedder'") or "")

    def _replace(self, space: str, revision: int) -> None:
        execute = self._database.execute
        # Retired memories lose their vector: whoever follows the rows must hear of it.
        execute(
            "UPDATE memories SET touched = ? WHERE seq IN"
            f" (SELECT seq FROM vectors EXCEPT SELECT v.seq {_MADE})",
            (revision,),
        )
        execute("DELETE FROM vectors")
        execute(
            f"INSERT INTO vectors SELECT v.seq, v.space, v.vector, v.hash, ? {_MADE}", (revision,)
        )
        execute("DELETE FROM vectors_next")
        execute("DELETE FROM meta WHERE key = 'embedder_next'")
        execute("INSERT OR REPLACE INTO meta VALUES ('embedder', ?)", (space,))
