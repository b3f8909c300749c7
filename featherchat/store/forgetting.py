"""Forgetting: a stone that keeps a text from being learnt again, and the removal of every trace.

Called inside a transaction. Afterwards the file must be scrubbed, because SQLite
keeps deleted text in free pages and in its log.
"""

import json
from collections.abc import Callable, Mapping, Sequence, Set
from typing import TYPE_CHECKING

from featherchat.memory import Author, Memory
from featherchat.store.base import Cause
from featherchat.store.database import Database
from featherchat.store.documents import DocumentTable
from featherchat.store.log import EventLog
from featherchat.store.rows import fingerprint, first_fingerprint, json_to_memory
from featherchat.store.table import MemoryTable

if TYPE_CHECKING:
    # Loaded when something is erased: the values of a turn cost 10 ms of start-up.
    from featherchat.store.transcripts import Transcripts


Stone = tuple[bytes, int]
"""The fingerprint of a text that was forgotten, and the form of fingerprints that it has."""

_PATCH = "patch"
"""The attribute that says which change a commit's memory is about, whatever commit carries it."""

_FORM = 2
"""The form of what is buried now."""


def is_buried(memory: Memory, stones: Set[Stone]) -> bool:
    """Whether a person had this text forgotten. What a person says anew is not."""
    if not stones or not memory.text or memory.source.author == Author.USER:
        return False
    if any((mark, _FORM) in stones for mark in _marks(memory)):
        return True
    return (first_fingerprint(memory.text), 1) in stones


def _marks(memory: Memory) -> list[bytes]:
    """What a memory is known by: its text, and of a commit the change that it carries."""
    patch = memory.attributes.get(_PATCH)
    # The same commit is told in other words where, say, its symbols are read, too.
    change = [fingerprint(f"{_PATCH} {patch}")] if patch else []
    return [fingerprint(memory.text), *change]


def stones_in(database: Database) -> frozenset[Stone]:
    """The fingerprints of all texts that a person had forgotten: few, if any."""
    rows = database.rows("SELECT fingerprint, form FROM tombstones")
    return frozenset((bytes(row[0]), row[1]) for row in rows)


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

    def stones(self) -> frozenset[Stone]:
        """The fingerprints of all texts that a person had forgotten: few, if any."""
        return stones_in(self._database)

    def bury(self, memory: Memory, cause: Cause) -> None:
        """Note that this is not to be learnt again; a memory without text leaves no stone."""
        if not memory.text:
            return
        for mark in _marks(memory):
            self._log.record("tombstone", mark.hex(), self._stones([mark]).get(mark))
            self._database.execute(
                "INSERT OR REPLACE INTO tombstones VALUES (?, ?, ?, ?)",
                (mark, cause.at, cause.reason, _FORM),
            )

    def restore(self, stones: Mapping[str, str | None]) -> None:
        """Put stones back to what the log kept, by its keys, or take them away."""
        marks = {key: bytes.fromhex(key) for key in stones}
        now = self._stones(list(marks.values()))
        self._log.record_all("tombstone", [(key, now.get(mark)) for key, mark in marks.items()])
        self._database.execute_many(
            "DELETE FROM tombstones WHERE fingerprint = ?", [(mark,) for mark in marks.values()]
        )
        self._database.execute_many(
            "INSERT INTO tombstones VALUES (?, ?, ?, ?)",
            [(marks[key], *json.loads(before)) for key, before in stones.items() if before],
        )

    def _stones(self, marks: Sequence[bytes]) -> dict[bytes, str]:
        """Those of some stones that there are, as the log keeps them."""
        rows = self._database.rows_for_each(
            "SELECT fingerprint, at, reason, form FROM tombstones WHERE fingerprint = ?",
            [(mark,) for mark in marks],
        )
        return {bytes(row[0]): json.dumps(list(row[1:])) for row in rows}

    def erase(self, memory: Memory, also: Sequence[Memory] = ()) -> Sequence[Memory]:
        """Remove a memory, what it said before, and its words in the log and the transcripts.

        Args:
            memory: What it says.
            also: What it said elsewhere, such as in the store of which this one is a backup.

        Returns:
            What it said, now and before.
        """
        versions = [memory, *also, *self._past(memory.id)]
        self._log.erase_reasons(memory.id, {version.title for version in versions})
        texts = {version.text for version in versions if version.text}
        if texts:
            self._transcripts().erase(texts)
        for version in versions:
            # Its stones stay: no undo of an earlier forgetting takes them away.
            for mark in _marks(version):
                self._log.erase("tombstone", mark.hex())
        self._remove(memory.id)
        return versions

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
        # Also links that were taken back before: their evidence may quote the memory.
        self._log.erase_edges(memory_id)
        for subject in ("memory", "vector"):
            self._log.erase(subject, memory_id)
        self._table.delete(memory_id)
