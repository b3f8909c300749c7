"""Indexes of what belongs together: whole documents, and whole conversations.

A piece of a document, or one turn of a conversation, shares what a question asks for
with those around it. Each whole is one entry, under the number of the memory that stands
for it. Derived like the index of words, and as of the last flush.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from featherchat.memory import Kind, Status
from featherchat.store.analysis import Asked
from featherchat.store.database import Database
from featherchat.store.words import Entry, WordIndex

MOST = 30
"""So many wholes are ranked for a question."""


NOTED = 100
"""Revisions after which an index that is still empty says on the disk up to where it is so."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """What belongs together."""

    name: str
    """Of the folder of its index."""

    changed: str
    """SQL for whether anything was written after a revision."""

    members: str
    """SQL for every memory of what has changed since: namespace, whole, number, kind, title,
    text and status, the whole's own number first."""


DOCUMENTS = Grouping(
    "documents",
    "SELECT EXISTS (SELECT 1 FROM memories WHERE revision > ? AND path IS NOT NULL)",
    """
SELECT namespace, path, seq, kind, title, text, status FROM memories WHERE (namespace, path) IN (
    SELECT namespace, path FROM memories WHERE revision > ? AND path IS NOT NULL
) ORDER BY namespace, path, kind <> 'decision', seq
""",
)

_SAID = f"kind = '{Kind.CONVERSATION}' AND session_id IS NOT NULL AND path IS NULL"
SESSIONS = Grouping(
    "sessions",
    f"SELECT EXISTS (SELECT 1 FROM memories WHERE revision > ? AND {_SAID})",
    f"""
SELECT namespace, session_id, seq, kind, title, text, status FROM memories
WHERE {_SAID} AND (namespace, session_id) IN (
    SELECT namespace, session_id FROM memories WHERE revision > ? AND {_SAID}
) ORDER BY namespace, session_id, seq
""",
)


class WholeTexts:
    """One index of wholes. Used by the store thread alone."""

    def __init__(self, database: Database, cache: Path | None, grouping: Grouping) -> None:
        self._database = database
        self._folder = None if cache is None else cache / grouping.name
        self._grouping = grouping
        self._index: WordIndex | None = None

    def current(self) -> WordIndex:
        """The index as it was last brought up to date."""
        self._index = usable(self._index or WordIndex(self._folder), self._database)
        return self._index

    def match(self, question: Asked) -> dict[int, float]:
        """BM25 by the number of the memory that stands for a whole."""
        return self.current().search(question, MOST)

    def catch_up(self) -> None:
        """Bring the index up to the store's revision."""
        index, revision = self.current(), self._database.revision
        if index.revision == revision:
            return
        since = (index.revision,)
        rows: Sequence[Sequence[Any]] = ()
        # Asked first: to find the members of a conversation takes a look at every memory.
        if self._database.value(self._grouping.changed, since):
            rows = self._database.rows(self._grouping.members, since)
        if not rows and not index.size and revision - index.revision >= NOTED:
            # Else each start would look for conversations where there never were any.
            index.note_empty(revision)
        index.update(list(_entries(rows)), [row[2] for row in rows], revision)

    def clear(self) -> None:
        """Throw the files away; the next question builds them anew."""
        self.current().clear()
        self._index = None


def usable(index: WordIndex, database: Database) -> WordIndex:
    """The index, empty if the store was put back to an older copy and it knows too much."""
    if index.revision > database.revision:
        index.clear()
    return index


def _entries(rows: Iterable[Sequence[Any]]) -> Iterator[Entry]:
    for (_, whole), group in groupby(rows, key=lambda row: (row[0], row[1])):
        living = [row for row in group if row[6] != Status.RETIRED]
        if living:
            _, _, seq, kind, title, _, _ = living[0]
            if kind == Kind.CONVERSATION:
                # A turn's title says who spoke and when, unless it is how the turn begins.
                texts = [
                    row[5] if row[5].startswith(row[4]) else f"{row[4]}\n{row[5]}" for row in living
                ]
                yield Entry(seq, kind, "", "\n".join(texts), ())
            else:
                yield Entry(seq, kind, title, "\n".join(row[5] for row in living), (whole,))
