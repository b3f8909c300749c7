"""Sessions and turns: what was said, stored before it is sent.

A turn that is still ``streaming`` when nobody works on it any more was cut by a
crash. Each running turn has a mark that names its process, so that finding out
costs one look at a handful of marks and never a walk through every turn.
"""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from featherchat.errors import InvalidValue
from featherchat.messages import TurnStatus, Usage
from featherchat.store.database import Database, Row
from featherchat.store.owners import RUNNING, lives, this_process
from featherchat.store.unlearnt import NOBODY, UnlearntTurns


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


SILENCE = 3_600.0
"""Seconds after which a turn that shows no sign of life is given up, whoever runs it.

Longer than every timeout and pause of a live turn together.
"""

LEARNABLE = (TurnStatus.COMPLETE, TurnStatus.CUT)
"""What is learnt from. A failed or cancelled prompt goes back to the person, who sends it again."""

_FORGOTTEN = "[forgotten]"
_TURN_COLUMNS = (
    "id, session_id, prompt, context, answer, status, model, created_at, finished_at,"
    " usage, recalled"
)


def title_of(prompt: str) -> str:
    """What a session is called: the beginning of its first prompt."""
    return " ".join(prompt.split())[:80]


class Transcripts:
    """The sessions and turns of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.unlearnt = UnlearntTurns(database)
        """The turns that nobody has learnt from yet."""

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
        """Store or update a turn; while it is streaming, this process answers for it."""
        with self._database.transaction(raises_revision=False):
            put_turn_row(self._database, turn)
            self._mark(turn)
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

    def session_of(
        self, reference: str, developers: Collection[str] | None = None
    ) -> ChatSession | None:
        """The session that a person means by an id or the end of it; the newest by none.

        Args:
            reference: What the person typed.
            developers: Whose sessions are looked at, beside nobody's; None for everybody's.

        Raises:
            InvalidValue: If several are meant.
        """
        wanted = reference.strip().upper()
        found = [
            session
            for session in self.sessions(-1)
            if (session.id.upper().startswith(wanted) or session.id.upper().endswith(wanted))
            and (developers is None or session.developer in (None, *developers))
        ]
        if wanted and len(found) > 1:
            named = ", ".join(f"{each.id} ({each.title})" for each in found[:5])
            raise InvalidValue(
                f"{reference} may mean several conversations: {named}.", hint="Give more of the id."
            )
        return found[0] if found else None

    def turns(self, session_id: str) -> list[Turn]:
        """A session's turns, oldest first."""
        rows = self._database.rows(
            f"SELECT {_TURN_COLUMNS} FROM turns WHERE session_id = ? ORDER BY id", (session_id,)
        )
        return [_turn(row) for row in rows]

    def turns_by_id(self, turn_ids: Collection[str]) -> list[Turn]:
        """Turns of any session, oldest first."""
        marks = ", ".join("?" * len(turn_ids))
        rows = self._database.rows(
            f"SELECT {_TURN_COLUMNS} FROM turns WHERE id IN ({marks}) ORDER BY id", tuple(turn_ids)
        )
        return [_turn(row) for row in rows]

    def turn_before(self, turn: Turn) -> Turn | None:
        """The turn before one in its session."""
        rows = self._database.rows(
            f"SELECT {_TURN_COLUMNS} FROM turns WHERE session_id = ? AND id < ?"
            " ORDER BY id DESC LIMIT 1",
            (turn.session_id, turn.id),
        )
        return _turn(rows[0]) if rows else None

    def close_interrupted(self, now: float) -> int:
        """Mark turns that a crash left streaming as cut; how many there were.

        A turn whose process lives is left alone. One of another machine, which we cannot ask,
        is given up after ``SILENCE``.
        """
        marks = self._database.rows(
            "SELECT m.key, m.value, t.id, coalesce(t.finished_at, t.created_at) FROM meta m"
            " LEFT JOIN turns t ON t.id = substr(m.key, ?) WHERE m.key BETWEEN ? AND ?",
            (len(RUNNING) + 1, RUNNING, RUNNING + "~"),
        )
        dead = [
            (key, turn_id)
            for key, owner, turn_id, seen in marks
            if turn_id is None or not lives(owner) or now - seen > SILENCE
        ]
        if not dead:
            return 0
        with self._database.transaction(raises_revision=False):
            self._database.execute_many(
                "UPDATE turns SET status = ? WHERE id = ? AND status = ?",
                [(TurnStatus.CUT, turn_id, TurnStatus.STREAMING) for _, turn_id in dead],
            )
            self._database.execute_many(
                "DELETE FROM meta WHERE key = ?", [(key,) for key, _ in dead]
            )
            self.unlearnt.add([turn_id for _, turn_id in dead if turn_id is not None], NOBODY)
        return len(dead)

    def _mark(self, turn: Turn) -> None:
        key = RUNNING + turn.id
        if turn.status is TurnStatus.STREAMING:
            sql = "INSERT OR REPLACE INTO meta VALUES (?, ?)"
            self._database.execute(sql, (key, this_process()))
        else:
            self._database.execute("DELETE FROM meta WHERE key = ?", (key,))
            if turn.status in LEARNABLE:
                self.unlearnt.add([turn.id], this_process())

    def forget_marks(self, turn_ids: Sequence[str]) -> None:
        """Take away what waits for turns that go, inside of the caller's transaction."""
        self._database.execute_many(
            "DELETE FROM meta WHERE key = ?", [(RUNNING + turn_id,) for turn_id in turn_ids]
        )
        self.unlearnt.learnt(turn_ids)

    def erase(self, texts: Collection[str]) -> None:
        """Take texts out of every turn and title, however they are spaced or capitalized."""
        pattern = re.compile(
            # People leave out the final stop that a memory has.
            "|".join(r"\s+".join(map(re.escape, _bare(text).split())) for text in texts),
            re.IGNORECASE,
        )
        touched: set[str] = set()
        rows = self._database.rows("SELECT id, session_id, prompt, context, answer FROM turns")
        for turn_id, session_id, *said in rows:
            left = [pattern.sub(_FORGOTTEN, text) for text in said]
            if left != said:
                touched.add(session_id)
                self._database.execute(
                    "UPDATE turns SET prompt = ?, context = ?, answer = ? WHERE id = ?",
                    (*left, turn_id),
                )
        for session_id in touched:
            # A title is the beginning of the first prompt, maybe cut within the text.
            first = self.turns(session_id)[0].prompt
            self._database.execute(
                "UPDATE sessions SET title = ? WHERE id = ?", (title_of(first), session_id)
            )


def put_turn_row(database: Database, turn: Turn) -> None:
    """Write a turn as a row, inside of the caller's transaction and without any mark."""
    usage = turn.usage
    counted = [
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_read_tokens,
        usage.cache_write_tokens,
    ]
    database.execute(
        f"INSERT OR REPLACE INTO turns ({_TURN_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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


def _bare(text: str) -> str:
    return text.rstrip(" .!;") or text


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
