"""Which memories came from a conversation, found by the event log's index."""

from featherchat.store.database import Database

_NEW = "e.subject = 'memory' AND e.before IS NULL"


def ids_of_session(database: Database, session_id: str, limit: int) -> list[str]:
    """The last memories that a conversation brought, the newest first."""
    rows = database.rows(
        "SELECT e.key FROM changes c JOIN events e ON e.revision = c.revision"
        f" WHERE c.session_id = ? AND {_NEW} ORDER BY e.revision DESC, e.number DESC LIMIT ?",
        (session_id, limit),
    )
    return [str(row[0]) for row in rows]


def ids_of_turn(database: Database, session_id: str, turn_id: str) -> list[str]:
    """Every memory that one turn brought."""
    rows = database.rows(
        "SELECT e.key FROM changes c JOIN events e ON e.revision = c.revision"
        f" WHERE c.session_id = ? AND c.turn_id = ? AND {_NEW}",
        (session_id, turn_id),
    )
    return [str(row[0]) for row in rows]
