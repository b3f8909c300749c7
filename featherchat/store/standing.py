"""Which changes still stand, and whether they can be taken back without harm to later ones."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from featherchat.errors import InvalidValue, NothingFound
from featherchat.store.database import Database
from featherchat.store.log import EXPIRY, FINAL, Event, EventLog, written_out

_NAMED = "(SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is about to be taken back."""

    name: str
    """The id of the operation, or of the session."""

    operations: tuple[str, ...]
    reason: str
    at: float
    """When the newest of them was done."""


class StandingChanges:
    """The changes of a store that nobody has taken back."""

    def __init__(self, database: Database, log: EventLog) -> None:
        self._database = database
        self._log = log

    def of_operation(self, operation: str | None, spared: Collection[str] = ()) -> Standing:
        """An operation by its id or turn; the last one that stands if none is named.

        Args:
            operation: Its name.
            spared: Memories whose changes are none of the asker's business: an operation that
                touched one of them is as good as unknown.

        Raises:
            NothingFound: If it is unknown, or nothing stands that could be taken back.
            InvalidValue: If it was taken back already.
        """
        clear, hidden = _clear_of(spared)
        if operation is None:
            rows = self._database.rows(
                "SELECT operation, reason, at, turn_id FROM changes c WHERE undone_by IS NULL"
                f" AND undoes IS NULL AND actor <> ?{clear} ORDER BY revision DESC LIMIT 1",
                (EXPIRY, *hidden),
            )
            if rows:
                self._check_nothing_erased_since(rows[0][0])
        else:
            rows = self._database.rows(
                "SELECT operation, reason, at, turn_id FROM changes c WHERE (operation = ?"
                f" OR turn_id = ?){clear} ORDER BY undone_by IS NOT NULL, revision DESC LIMIT 1",
                (operation, operation, *hidden),
            )
        if not rows:
            named = "to take back" if operation is None else operation
            raise self._nothing(f"There is no change {named}.")
        found, reason, at, turn = rows[0]
        self._check_stands(found, reason)
        if turn is not None and operation != found:
            # What a person said and what a model made of it are several operations of one turn.
            operations, reason, at = self._left_of("turn_id", turn, spared)
            return Standing(turn, operations, reason, at)
        changes = self._database.value("SELECT count(*) FROM changes WHERE operation = ?", (found,))
        # Learning a project is one change a document, and is taken back as a whole.
        whole = reason if changes == 1 else f"{reason}, with {changes - 1:,} changes before it"
        return Standing(found, (found,), whole, at)

    def of_session(self, session_id: str, spared: Collection[str] = ()) -> Standing:
        """What a session changed and nobody has taken back yet; see ``of_operation``.

        Raises:
            NothingFound: If there is nothing.
        """
        operations, reason, at = self._left_of("session_id", session_id, spared)
        if not operations:
            raise self._nothing(f"No change of the session {session_id} is left to take back.")
        before = len(operations) - 1
        whole = f"{reason}, with {before:,} more of that session" if before else reason
        return Standing(session_id, operations, whole, at)

    def events_of(self, operations: Sequence[str]) -> list[Event]:
        """What some operations did, last thing first.

        Raises:
            InvalidValue: If another, later change that still stands touched the same things.
        """
        wanted = json.dumps(operations)
        later = self._database.rows(
            "SELECT e.key, c.reason, c.operation FROM changes op JOIN events mine USING (revision)"
            " JOIN events e ON e.subject = mine.subject AND e.key = mine.key"
            " AND e.revision > mine.revision JOIN changes c ON c.revision = e.revision"
            f" WHERE op.operation IN {_NAMED} AND c.operation NOT IN {_NAMED}"
            # An undo stands in the way of another undo's undo alone.
            " AND c.undone_by IS NULL AND (c.undoes IS NULL OR op.undoes IS NOT NULL)"
            " ORDER BY e.revision DESC LIMIT 1",
            (wanted, wanted),
        )
        if later:
            key, reason, operation = later[0]
            raise InvalidValue(
                f"{key} was changed again since ({reason}).",
                hint=f"Take the later change back first, with undo {operation}.",
            )
        rows = self._database.rows(
            "SELECT revision, subject, key, before FROM events JOIN changes USING (revision)"
            f" WHERE operation IN {_NAMED} ORDER BY revision DESC, number DESC",
            (wanted,),
        )
        return [Event(*row) for row in rows]

    def mark_undone(self, operations: Sequence[str], by: str) -> None:
        """Note that some operations no longer stand, inside a transaction.

        What they had taken back, if they were undos, stands again.
        """
        named = json.dumps(operations)
        self._database.execute(
            f"UPDATE changes SET undone_by = NULL WHERE undone_by IN {_NAMED}", (named,)
        )
        self._database.execute(
            f"UPDATE changes SET undone_by = ? WHERE operation IN {_NAMED}", (by, named)
        )

    def _left_of(
        self, column: str, name: str, spared: Collection[str]
    ) -> tuple[tuple[str, ...], str, float]:
        """The operations of a session or turn that stand, the newest first; its reason and time."""
        clear, hidden = _clear_of(spared)
        rows = self._database.rows(
            f"SELECT operation, reason, at FROM changes c WHERE {column} = ?"
            f" AND undone_by IS NULL AND undoes IS NULL{clear} ORDER BY revision DESC",
            (name, *hidden),
        )
        _, reason, at = rows[0] if rows else ("", "", 0.0)
        return tuple(dict.fromkeys(row[0] for row in rows)), reason, at

    def _check_stands(self, operation: str, reason: str) -> None:
        by = self._database.value(
            "SELECT undone_by FROM changes WHERE operation = ? AND undone_by IS NOT NULL",
            (operation,),
        )
        if by == FINAL:
            raise InvalidValue(
                f"What was forgotten for good cannot be taken back: {reason}.",
                hint="Remember it again by hand.",
            )
        if by is not None:
            raise InvalidValue(
                f"That change was taken back already: {reason}.", hint="Nothing needs to be done."
            )

    def _check_nothing_erased_since(self, operation: str) -> None:
        """Refuse to pass over a forgetting for good: who takes back the last change means that."""
        rows = self._database.rows(
            "SELECT reason FROM changes WHERE undone_by = ? AND revision > max("
            # The oldest is what a compaction left.
            " (SELECT min(revision) FROM changes),"
            " (SELECT max(revision) FROM changes WHERE operation = ?))"
            " ORDER BY revision DESC LIMIT 1",
            (FINAL, operation),
        )
        if rows:
            raise InvalidValue(
                f"What was forgotten for good cannot be taken back: {rows[0][0]}.",
                hint=f"Take the change before it back with undo {operation}.",
            )

    def _nothing(self, message: str) -> NothingFound:
        horizon = self._log.horizon
        if horizon is None:
            return NothingFound(message, hint="See what is stored with search or show.")
        return NothingFound(
            f"{message} The log was compacted up to {written_out(horizon)}.",
            hint="Change the memory itself, with edit or forget.",
        )


def _clear_of(spared: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """A condition on changes ``c`` that their operations touched none of some memories."""
    if not spared:
        return "", ()
    touched = (
        "SELECT 1 FROM changes same JOIN events e USING (revision)"
        " WHERE same.operation = c.operation AND e.subject = 'memory'"
    )
    return f" AND NOT EXISTS ({touched} AND e.key IN {_NAMED})", (json.dumps(sorted(spared)),)
