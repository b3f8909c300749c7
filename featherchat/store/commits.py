"""Which memories are of which commits, read without their words."""

from dataclasses import dataclass

from featherchat.memory import Author, Kind
from featherchat.store.database import Database


@dataclass(frozen=True, slots=True)
class KnownChange:
    """A code change in memory."""

    id: str
    commits: tuple[str, ...]
    """The one it is told of first, then others with the same change."""

    patch: str


def known_changes(database: Database) -> list[KnownChange]:
    """Every code change that came from a commit, whatever its status."""
    rows = database.rows(
        "SELECT m.id, m.sha, json_extract(m.attributes, '$.patch'),"
        " (SELECT group_concat(json_extract(s.source, '$[5]'), ' ')"
        "  FROM sources s WHERE s.seq = m.seq)"
        " FROM memories m WHERE m.kind = ? AND m.author = ? AND m.sha IS NOT NULL",
        (Kind.CODE_CHANGE.value, Author.COMMIT.value),
    )
    return [
        KnownChange(str(row[0]), (str(row[1]), *str(row[3] or "").split()), str(row[2] or ""))
        for row in rows
    ]
