"""The changes of a store one by one: what a person can look at, and take back.

An operation is what belongs together: one turn's learning, one command, the learning of
all documents.
"""

from dataclasses import dataclass

from featherchat.store.database import Database

MOST = 500
"""So many operations are looked at together."""

_NAMED = 50
"""Memories of an operation that are named; it may have touched thousands."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One change, with how much it did."""

    id: str
    """What ``undo`` takes to take it back."""

    at: float
    actor: str
    reason: str
    session_id: str | None
    turn_id: str | None
    stands: bool
    """Whether it has effect and can be taken back."""

    is_undo: bool
    added: int
    """Memories that it made."""

    changed: int
    """Memories that were there before."""

    links: int
    memories: tuple[str, ...]
    """The ids of some that it touched."""


def operations(database: Database, since: float, most: int = MOST) -> list[Operation]:
    """What was done after a time, newest first.

    Args:
        database: The open store.
        since: Seconds UTC.
        most: How many at the most.
    """
    with database.reading():
        heads = database.rows(
            # SQLite takes bare columns from the row that has the maximum.
            "SELECT operation, at, actor, (SELECT reason FROM changes f"
            " WHERE f.operation = changes.operation ORDER BY revision LIMIT 1),"
            " count(DISTINCT reason), session_id, turn_id, undone_by IS NULL,"
            " undoes IS NOT NULL, max(revision) FROM changes WHERE at > ?"
            " GROUP BY operation ORDER BY max(revision) DESC LIMIT ?",
            (since, most),
        )
        found = []
        for head in heads:
            what, at, actor, first, reasons, session_id, turn_id, stands, is_undo, _ = head
            reason = first if reasons == 1 else f"{first} and {reasons - 1} more"
            added, changed, links = _counts(database, what)
            found.append(
                Operation(
                    what,
                    at,
                    actor,
                    reason,
                    session_id,
                    turn_id,
                    bool(stands),
                    bool(is_undo),
                    added,
                    changed,
                    links,
                    _touched(database, what),
                )
            )
        return found


def revisions(database: Database, operation: str) -> tuple[int, int] | None:
    """The first and the last revision of an operation; None if it is unknown."""
    row = database.rows(
        "SELECT min(revision), max(revision) FROM changes WHERE operation = ?", (operation,)
    )[0]
    return None if row[0] is None else (row[0], row[1])


def keys_of(database: Database, operation: str, subject: str) -> set[str]:
    """What an operation touched of memories or edges, as the log names it."""
    rows = database.rows(
        "SELECT DISTINCT e.key FROM events e JOIN changes c USING (revision)"
        " WHERE c.operation = ? AND e.subject = ?",
        (operation, subject),
    )
    return {row[0] for row in rows}


def _counts(database: Database, operation: str) -> tuple[int, int, int]:
    row = database.rows(
        "SELECT count(DISTINCT CASE WHEN e.subject = 'memory' AND e.before IS NULL THEN e.key END),"
        " count(DISTINCT CASE WHEN e.subject = 'memory' AND e.before IS NOT NULL THEN e.key END),"
        " count(DISTINCT CASE WHEN e.subject = 'edge' THEN e.key END)"
        " FROM events e JOIN changes c USING (revision) WHERE c.operation = ?",
        (operation,),
    )[0]
    return row[0], row[1], row[2]


def _touched(database: Database, operation: str) -> tuple[str, ...]:
    rows = database.rows(
        "SELECT DISTINCT e.key FROM events e JOIN changes c USING (revision)"
        " WHERE c.operation = ? AND e.subject = 'memory' LIMIT ?",
        (operation, _NAMED),
    )
    return tuple(row[0] for row in rows)
