"""Forgetting: a stone that keeps a text from being learnt again, and the removal of every trace.

Called inside a transaction. Afterwards the file must be scrubbed, because SQLite
keeps deleted text in free pages and in its log.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from featherchat.memory import Author, Memory
from featherchat.store.base import Cause
from featherchat.store.database import Database
from featherchat.store.documents import DocumentTable
from featherchat.store.log import EventLog, edge_key
from featherchat.store.rows import fingerprint, first_fingerprint, json_to_memory
from featherchat.store.table import MemoryTable

if TYPE_CHECKING:
    # Loaded when something is erased: the values of a turn cost 10 ms of start-up.
    from featherchat.store.transcripts import Transcripts


class Forgetting:
    """Buries and erases memories."""

    def __init__(
        self,
        database: Database,
        log: EventLog,
        table: MemoryTable,
        documents: DocumentTable,
        transcripts: Callable[[], "Transcripts"],
    ) -> None:
        self._database = database
        self._log = log
        self._table = table
        self._documents = documents
        self._transcripts = transcripts

    def is_buried(self, memory: Memory) -> bool:
        """Whether a person had this text forgotten. What a person says anew is not."""
        if memory.source.author == Author.USER:
            return False
        forms = (first_fingerprint(memory.text), fingerprint(memory.text))
        sql = "SELECT 1 FROM tombstones WHERE (fingerprint, form) IN (VALUES (?, 1), (?, 2))"
        return self._database.value(sql, forms) is not None

    def bury(self, memory: Memory, cause: Cause) -> None:
        """Note that this text is not to be learnt again."""
        mark = fingerprint(memory.text)
        self._log.record("tombstone", mark.hex(), None)
        self._database.execute(
            "INSERT OR REPLACE INTO tombstones VALUES (?, ?, ?, 2)", (mark, cause.at, cause.reason)
        )

    def erase(self, memory: Memory) -> None:
        """Remove a memory, what it said before, and its words in the log and the transcripts."""
        versions = [memory, *self._past(memory.id)]
        self._log.erase_reasons(memory.id, {version.title for version in versions})
        self._transcripts().erase({version.text for version in versions})
        self._remove(memory.id)

    def erase_damaged(self, memory_id: str) -> None:
        """Remove a row that cannot be read, and let its document be learnt anew."""
        for path, document in self._documents.all().items():
            if memory_id in document.pieces.values():
                self._documents.drop(path)
        self._remove(memory_id)

    def _past(self, memory_id: str) -> Sequence[Memory]:
        return [
            json_to_memory(event.before)
            for event, *_ in self._log.history("memory", memory_id)
            if event.before is not None
        ]

    def _remove(self, memory_id: str) -> None:
        for edge in self._table.edges_of([memory_id]):
            self._log.erase("edge", edge_key(edge))
            self._table.delete_edge(edge.key)
        self._log.erase("memory", memory_id)
        self._table.delete(memory_id)
