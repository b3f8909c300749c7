"""The stored conversations as a whole: listed, searched, copied, deleted.

Everything here is held by one wall: the sessions of the developers who are named, and
those that are nobody's. A search reads every turn, about a hundred megabytes a second.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from featherchat.clock import Clock
from featherchat.errors import NothingFound
from featherchat.messages import TurnStatus
from featherchat.store.database import Database
from featherchat.store.transcripts import ChatSession, Transcripts, Turn, put_turn_row

_AROUND = 60
"""Characters on each side of what a search has found."""


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session in a list."""

    session: ChatSession
    turns: int
    learned: int
    """Memories that were first stored in it and still stand."""

    found: str = ""
    """The words around what a search has found; empty if it is in the title or none was made."""


class StoredSessions:
    """The sessions that some developers may see."""

    def __init__(
        self, database: Database, transcripts: Transcripts, developers: Collection[str] | None
    ) -> None:
        """Look at a store.

        Args:
            database: The open store.
            transcripts: Of the same store.
            developers: Whose sessions, beside nobody's; None for everybody's.
        """
        self._database = database
        self._transcripts = transcripts
        self._developers = developers

    def all(self) -> list[SessionLine]:
        """Every session that has a turn, the newest first."""
        learned = {
            row[0]: row[1]
            for row in self._database.rows(
                "SELECT c.session_id, count(DISTINCT e.key) FROM changes c JOIN events e"
                " USING (revision) WHERE c.session_id IS NOT NULL AND c.undone_by IS NULL"
                " AND e.subject = 'memory' AND e.before IS NULL GROUP BY c.session_id"
            )
        }
        counts = {
            row[0]: row[1]
            for row in self._database.rows(
                "SELECT session_id, count(*) FROM turns GROUP BY session_id"
            )
        }
        return [
            SessionLine(each, counts[each.id], learned.get(each.id, 0))
            for each in self._transcripts.sessions(-1)
            if self._developers is None or each.developer in (None, *self._developers)
        ]

    def search(self, text: str) -> list[SessionLine]:
        """The sessions that have every word in the title or in one turn, the newest first."""
        words = text.casefold().split()
        lines = self.all()
        if not words:
            return lines
        hits: dict[str, str] = {}
        for session_id, prompt, answer in self._database.rows(
            "SELECT session_id, prompt, answer FROM turns ORDER BY id"
        ):
            said = f"{prompt}\n{answer}"
            low = said.casefold()
            if session_id not in hits and all(word in low for word in words):
                hits[session_id] = _around(said, low.find(words[0]))
        found = []
        for line in lines:
            titled = all(word in line.session.title.casefold() for word in words)
            if titled or line.session.id in hits:
                found.append(replace(line, found="" if titled else hits[line.session.id]))
        return found

    def rename(self, session: ChatSession, title: str) -> ChatSession:
        """Give a session another title."""
        renamed = replace(session, title=title)
        self._transcripts.put_session(renamed)
        return renamed

    def fork(self, session: ChatSession, clock: Clock) -> ChatSession:
        """A copy of a session, to go on from there in another direction.

        What was said in it has been learnt from, or will be, where it was said.
        """
        now = clock.now()
        copy = replace(session, id=clock.new_id(), created_at=now, updated_at=now)
        turns = self._transcripts.turns(session.id)
        if not turns:
            raise NothingFound("Nothing was said yet.", hint="Ask something first.")
        self._transcripts.put_session(copy)
        with self._database.transaction(raises_revision=False):
            for turn in turns:
                put_turn_row(self._database, _copied(turn, clock.new_id(), copy.id))
        return copy

    def delete(self, session: ChatSession) -> int:
        """Remove a session with its turns for good; what was learnt from it stays."""
        ids = [turn.id for turn in self._transcripts.turns(session.id)]
        with self._database.transaction(raises_revision=False):
            self._transcripts.forget_marks(ids)
            self._database.execute("DELETE FROM turns WHERE session_id = ?", (session.id,))
            self._database.execute("DELETE FROM sessions WHERE id = ?", (session.id,))
        return len(ids)


def _copied(turn: Turn, turn_id: str, session_id: str) -> Turn:
    running = turn.status is TurnStatus.STREAMING
    status = TurnStatus.CUT if running else turn.status
    return replace(turn, id=turn_id, session_id=session_id, status=status)


def _around(text: str, place: int) -> str:
    begin, end = max(place - _AROUND, 0), place + _AROUND
    words = " ".join(text[begin:end].split())
    return f"{'…' if begin else ''}{words}{'…' if end < len(text) else ''}"
