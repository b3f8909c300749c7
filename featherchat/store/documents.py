"""Which documents were read, and which memories each of them says."""

import json
from typing import Any

from featherchat.store.base import Document
from featherchat.store.database import Database
from featherchat.store.log import EventLog


class DocumentTable:
    """The rows of documents, logged like memories."""

    def __init__(self, database: Database, log: EventLog) -> None:
        self._database = database
        self._log = log

    def all(self) -> dict[str, Document]:
        """Every document that was read, by path."""
        rows = self._database.rows("SELECT path, blob, learned_at, pieces FROM documents")
        return {row[0]: Document(row[0], row[1], row[2], json.loads(row[3])) for row in rows}

    def put(self, document: Document) -> None:
        """Insert or replace a document, inside a transaction."""
        row = (document.path, document.blob, document.learned_at, json.dumps(document.pieces))
        self._record(document.path)
        self._database.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?)", row)

    def drop(self, path: str) -> None:
        """Forget that a document was read, inside a transaction."""
        self._record(path)
        self._database.execute("DELETE FROM documents WHERE path = ?", (path,))

    def restore(self, path: str, before: str | None) -> None:
        """Put a document's row back to what the log kept, inside a transaction."""
        self.drop(path)
        if before:
            row: list[Any] = json.loads(before)
            self._database.execute("INSERT INTO documents VALUES (?, ?, ?, ?)", row)

    def _record(self, path: str) -> None:
        rows = self._database.rows("SELECT * FROM documents WHERE path = ?", (path,))
        self._log.record("document", path, json.dumps(list(rows[0])) if rows else None)
