"""What documents say, as memories: learnt, replaced, and retired when no document says it.

Called inside a transaction whose change has begun in the log.
"""

from collections.abc import Sequence
from dataclasses import replace

from featherchat.memory import Edge, Memory, Status
from featherchat.store.base import Document, Written
from featherchat.store.documents import DocumentTable
from featherchat.store.provenance import without_document
from featherchat.store.table import MemoryTable
from featherchat.store.writing import Writing


class Learning:
    """The memories of documents."""

    def __init__(self, documents: DocumentTable, table: MemoryTable, writing: Writing) -> None:
        self._documents = documents
        self._table = table
        self._writing = writing

    def put(
        self,
        document: Document,
        memories: Sequence[Memory],
        edges: Sequence[Edge],
        retired: Sequence[str],
        at: float,
    ) -> Written:
        """Store what a document says now, and retire what only it said before.

        A piece that another memory already says leads to that memory.
        """
        written = self._writing.put(memories, edges, {})
        pieces = {
            slot: written.duplicates.get(memory_id, memory_id)
            for slot, memory_id in document.pieces.items()
            if memory_id not in written.buried
        }
        unsaid = [memory_id for memory_id in retired if memory_id not in pieces.values()]
        self._retire_unshared(unsaid, document.path, at)
        self._documents.put(replace(document, pieces=pieces))
        return written

    def drop(self, path: str, at: float) -> list[Memory]:
        """Retire what only this document said, and forget that it was read."""
        pieces = self._documents.all()[path].pieces
        retired = self._retire_unshared(list(pieces.values()), path, at)
        self._documents.drop(path)
        return retired

    def _retire_unshared(self, ids: Sequence[str], path: str, at: float) -> list[Memory]:
        elsewhere = {
            memory_id
            for document in self._documents.all().values()
            if document.path != path
            for memory_id in document.pieces.values()
        }
        found = [m for m in self._table.get(ids).values() if m.status is not Status.RETIRED]
        retired: list[Memory] = []
        for memory in found:
            left = without_document(memory, path)
            if left is not None:
                self._writing.replace(left, memory)
            elif memory.id not in elsewhere:
                self._writing.replace(replace(memory, status=Status.RETIRED, valid_to=at), memory)
                retired.append(memory)
        return retired
