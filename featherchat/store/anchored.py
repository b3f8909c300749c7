"""Which memories are anchored to which files, read without their words."""

from dataclasses import dataclass

from featherchat.memory import LIVING
from featherchat.store.database import Database


@dataclass(frozen=True, slots=True)
class Anchoring:
    """One anchor of a living memory."""

    memory_id: str
    kind: str
    path: str


def anchorings(database: Database) -> list[Anchoring]:
    """Every anchor of what is said today."""
    marks = ", ".join("?" * len(LIVING))
    rows = database.rows(
        "SELECT m.id, m.kind, a.path FROM anchors a JOIN memories m ON m.seq = a.seq"
        f" WHERE m.status IN ({marks})",
        tuple(status.value for status in LIVING),
    )
    return [Anchoring(str(row[0]), str(row[1]), str(row[2])) for row in rows]


def changed_anchors(database: Database) -> list[str]:
    """The ids of what is said today about code that has changed since."""
    marks = ", ".join("?" * len(LIVING))
    rows = database.rows(
        f"SELECT id FROM memories m WHERE status IN ({marks})"
        " AND EXISTS (SELECT 1 FROM anchors a WHERE a.seq = m.seq AND a.changed)",
        tuple(status.value for status in LIVING),
    )
    return [str(row[0]) for row in rows]
