"""The event log: who changed what and why, and how to take it back.

Only the state *before* a change is kept; the state after it is the row itself,
or what the next change kept. So an undo, a history and a reading of the past
walk backwards from the present. Nothing is removed from the log but the text of
what was forgotten for good.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from featherchat.errors import InvalidValue
from featherchat.memory import Edge
from featherchat.store.base import Cause
from featherchat.store.database import Database

FINAL = "final"
"""Stands in the log where an undo would be named, for what cannot be taken back."""

EXPIRY = "expiry"
"""The actor of what time itself does. A plain undo passes over it."""

_NEVER = 2**63 - 1
"""A revision that no store reaches."""

_TOUCHES = "? IN (json_extract(key, '$[0]'), json_extract(key, '$[1]'))"
"""Whether an edge event is of an edge that starts or ends at a memory."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a change did."""

    revision: int
    subject: str
    """memory, vector, edge, document or tombstone."""

    key: str
    before: str | None
    """The state before as JSON; None: it did not exist."""


def written_out(at: float) -> str:
    """A time as an error names it, in UTC."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC"


def edge_key(edge: Edge) -> str:
    """How the log names an edge."""
    return json.dumps(edge.key)


def edge_named(name: str) -> tuple[str, str, str]:
    """The key of the edge that the log names so."""
    source_id, target_id, relation = json.loads(name)
    return source_id, target_id, relation


class EventLog:
    """The changes of a store. Called inside its transactions."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._begun: tuple[Cause, str | None] | None = None
        self._revision = self._number = 0

    def begin(self, cause: Cause, *, undoes: str | None = None) -> None:
        """Begin the running change. Its head is logged with the first thing that it does.

        A change that does nothing, such as storing what is known already, leaves no head: an
        undo would find it and take back nothing.
        """
        self._begun = (cause, undoes)

    def record(self, subject: str, key: str, before: str | None) -> None:
        """Log one thing that the running change does, before it does it."""
        self.record_all(subject, [(key, before)])

    def record_all(self, subject: str, states: Sequence[tuple[str, str | None]]) -> None:
        """Log what the running change does to many things: their keys and states before."""
        if not states:
            return
        self._log_head()
        revision = self._database.next_revision
        if revision != self._revision:
            self._revision, self._number = revision, 0
        first, self._number = self._number, self._number + len(states)
        self._database.execute_many(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?)",
            [
                (revision, number, subject, key, before)
                for number, (key, before) in enumerate(states, first)
            ],
        )

    def _log_head(self) -> None:
        if self._begun is None:
            return
        (cause, undoes), self._begun = self._begun, None
        self._database.execute(
            "INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            (
                self._database.next_revision,
                cause.operation,
                cause.at,
                cause.actor,
                cause.reason,
                cause.session_id,
                cause.turn_id,
                undoes,
            ),
        )

    @property
    def horizon(self) -> float | None:
        """Up to when the log was compacted, in seconds UTC; None if it is whole."""
        found = self._database.value("SELECT value FROM meta WHERE key = 'horizon'")
        return None if found is None else float(found)

    def first_after(self, at: float) -> int | None:
        """The revision of the first change that was made after a time; None if none was.

        Everything from there on is later, whatever its clock said: a clock that is put back
        cannot move a change in front of one that it was built on.

        Raises:
            InvalidValue: If the log has been compacted beyond that time.
        """
        horizon = self.horizon
        if horizon is not None and at < horizon:
            raise InvalidValue(
                f"Memory cannot be read as of {written_out(at)}: the log was compacted up to"
                f" {written_out(horizon)}.",
                hint=f"Ask for {written_out(horizon)} or later.",
            )
        found = self._database.value("SELECT min(revision) FROM changes WHERE at > ?", (at,))
        return None if found is None else int(found)

    def images(
        self, subject: str, revision: int, until: int | None = None
    ) -> dict[str, str | None]:
        """What was there just before a revision, by key, of all that was changed since.

        Args:
            subject: See ``Event``.
            revision: The first that counts.
            until: The first that no longer counts; None if all do.
        """
        rows = self._database.rows(
            # SQLite takes a bare column from the row that has the minimum.
            "SELECT key, before, min((revision << 32) + number) FROM events"
            " WHERE subject = ? AND revision >= ? AND revision < ? GROUP BY key",
            (subject, revision, _NEVER if until is None else until),
        )
        return {row[0]: row[1] for row in rows}

    def images_of(
        self, subject: str, keys: Collection[str], revision: int
    ) -> dict[str, str | None]:
        """The same of some keys alone, as far as they were changed since."""
        rows = self._database.rows(
            "SELECT e.key, e.before, min((e.revision << 32) + e.number)"
            " FROM json_each(?) wanted CROSS JOIN events e"
            " ON e.subject = ? AND e.key = wanted.value AND e.revision >= ? GROUP BY e.key",
            (json.dumps(list(keys)), subject, revision),
        )
        return {row[0]: row[1] for row in rows}

    def history(self, subject: str, key: str) -> list[tuple[Event, float, str, str]]:
        """Every change of one thing, oldest first, with time, actor and reason."""
        rows = self._database.rows(
            "SELECT e.revision, e.subject, e.key, e.before, c.at, c.actor, c.reason"
            " FROM events e JOIN changes c USING (revision)"
            " WHERE e.subject = ? AND e.key = ? ORDER BY e.revision, e.number",
            (subject, key),
        )
        return [(Event(*row[:4]), row[4], row[5], row[6]) for row in rows]

    def history_of_edges(self, memory_id: str) -> list[tuple[Event, float, str, str]]:
        """Every change of the edges of one memory, oldest first, with time, actor and reason."""
        rows = self._database.rows(
            "SELECT e.revision, e.subject, e.key, e.before, c.at, c.actor, c.reason"
            " FROM events e JOIN changes c USING (revision)"
            f" WHERE e.subject = 'edge' AND {_TOUCHES} ORDER BY e.revision, e.number",
            (memory_id,),
        )
        return [(Event(*row[:4]), row[4], row[5], row[6]) for row in rows]

    def drop_before(self, revision: int) -> int:
        """Forget the changes before a revision; how many there were.

        The head of the newest stays, as one that cannot be taken back: it tells a derived index
        that this store's past is the one it was made from.
        """
        sql = "SELECT count(DISTINCT revision) FROM events WHERE revision < ?"
        forgotten = int(self._database.value(sql, (revision,)))
        self._database.execute("DELETE FROM events WHERE revision < ?", (revision,))
        self._database.execute(
            "UPDATE changes SET undone_by = ? WHERE revision ="
            " (SELECT max(revision) FROM changes WHERE revision < ?)",
            (FINAL, revision),
        )
        self._database.execute(
            "DELETE FROM changes WHERE revision <"
            " (SELECT max(revision) FROM changes WHERE revision < ?)",
            (revision,),
        )
        return forgotten

    def set_horizon(self, horizon: float) -> None:
        """Note up to when the log was compacted."""
        self._database.execute(
            "INSERT OR REPLACE INTO meta VALUES ('horizon', ?)", (repr(horizon),)
        )

    def drop_from(self, revision: int) -> None:
        """Forget the changes from a revision on: in a copy that was put back to before it."""
        for table in ("events", "changes"):
            self._database.execute(f"DELETE FROM {table} WHERE revision >= ?", (revision,))

    def erase(self, subject: str, key: str) -> None:
        """Remove every trace of one thing."""
        self._database.execute("DELETE FROM events WHERE subject = ? AND key = ?", (subject, key))

    def erase_edges(self, memory_id: str) -> None:
        """Remove every trace of the edges of one memory."""
        self._database.execute(
            f"DELETE FROM events WHERE subject = 'edge' AND {_TOUCHES}", (memory_id,)
        )

    def close_erased(self) -> None:
        """After erasing: an operation of which nothing is left cannot be taken back."""
        self._database.execute(
            "UPDATE changes SET undone_by = ? WHERE undone_by IS NULL AND operation NOT IN"
            " (SELECT c.operation FROM changes c JOIN events USING (revision))",
            (FINAL,),
        )

    def erase_reasons(self, key: str, words: Collection[str]) -> None:
        """Remove some words from the reasons of every change of one memory."""
        rows = self._database.rows(
            "SELECT DISTINCT c.revision, c.reason FROM changes c JOIN events e USING (revision)"
            " WHERE e.subject = 'memory' AND e.key = ?",
            (key,),
        )
        for revision, reason in rows:
            for each in filter(None, words):
                reason = reason.replace(each, "[forgotten]")
            self._database.execute(
                "UPDATE changes SET reason = ? WHERE revision = ?", (reason, revision)
            )
