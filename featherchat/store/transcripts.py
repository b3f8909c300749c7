"""Sessions and turns: what was said, stored before it is sent.

A turn that is still ``streaming`` when the store is opened was cut by a crash.
"""

import json
from dataclasses import dataclass, field

from featherchat.messages import TurnStatus, Usage
from featherchat.store.database import Database, Row


@dataclass(frozen=True, slots=True)
class ChatSession:
    """One conversation."""

    id: str
    title: str
    created_at: float
    updated_at: float
    developer: str | None = None
    branch: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and its answer."""

    id: str
    session_id: str
    prompt: str
    created_at: float
    context: str = ""
    """The recalled memories exactly as they were sent with the prompt."""

    answer: str = ""
    status: TurnStatus = TurnStatus.STREAMING
    model: str = ""
    finished_at: float | None = None
    usage: Usage = field(default_factory=Usage)
    recalled: tuple[str, ...] = ()
    """Ids of the memories in the context."""


_TURN_COLUMNS = (
    "id, session_id, prompt, context, answer, status, model, created_at, finished_at,"
    " usage, recalled"
)


class Transcripts:
    """The sessions and turns of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put_session(self, session: ChatSession) -> None:
        """Store or update a session."""
        with self._database.transaction(raises_revision=False):
            self._database.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
                " SET title = excluded.title, updated_at = excluded.updated_at,"
                " branch = excluded.branch",
                (
                    session.id,
                    session.title,
                    session.created_at,
                    session.updated_at,
                    session.developer,
                    session.branch,
                ),
            )

    def put_turn(self, turn: Turn) -> None:
        """Store or update a turn; a retried one replaces itself."""
        usage = turn.usage
        counted = [
            usage.input_tokens,
            usage.output_tokens,
            usage.cache_read_tokens,
            usage.cache_write_tokens,
        ]
        with self._database.transaction(raises_revision=False):
            self._database.execute(
                f"INSERT OR REPLACE INTO turns ({_TURN_COLUMNS})"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    turn.id,
                    turn.session_id,
                    turn.prompt,
                    turn.context,
                    turn.answer,
                    turn.status,
                    turn.model,
                    turn.created_at,
                    turn.finished_at,
                    json.dumps(counted),
                    json.dumps(turn.recalled),
                ),
            )
            self._database.execute(
                "UPDATE sessions SET updated_at = max(updated_at, ?) WHERE id = ?",
                (turn.finished_at or turn.created_at, turn.session_id),
            )

    def sessions(self, limit: int = 50) -> list[ChatSession]:
        """The sessions that have a turn, newest first."""
        rows = self._database.rows(
            "SELECT id, title, created_at, updated_at, developer, branch FROM sessions s"
            " WHERE EXISTS (SELECT 1 FROM turns WHERE session_id = s.id)"
            " ORDER BY updated_at DESC, id DESC LIMIT ?",
            (limit,),
        )
        return [ChatSession(*row) for row in rows]

    def turns(self, session_id: str) -> list[Turn]:
        """A session's turns, oldest first."""
        rows = self._database.rows(
            f"SELECT {_TURN_COLUMNS} FROM turns WHERE session_id = ? ORDER BY id", (session_id,)
        )
        return [_turn(row) for row in rows]

    def close_interrupted(self, before: float) -> int:
        """Mark turns that a crash left streaming as cut; how many there were.

        Args:
            before: Only turns begun before this time: another process may be at work.
        """
        with self._database.transaction(raises_revision=False):
            return self._database.execute(
                "UPDATE turns SET status = ? WHERE status = ? AND created_at < ?",
                (TurnStatus.CUT, TurnStatus.STREAMING, before),
            )

    def erase(self, text: str) -> None:
        """Take a text out of every turn that holds it."""
        for column in ("prompt", "context", "answer"):
            self._database.execute(
                f"UPDATE turns SET {column} = replace({column}, ?, '[forgotten]')"
                f" WHERE instr({column}, ?)",
                (text, text),
            )


def _turn(row: Row) -> Turn:
    return Turn(
        id=row[0],
        session_id=row[1],
        prompt=row[2],
        context=row[3],
        answer=row[4],
        status=TurnStatus(row[5]),
        model=row[6],
        created_at=row[7],
        finished_at=row[8],
        usage=Usage(*json.loads(row[9])),
        recalled=tuple(json.loads(row[10])),
    )
