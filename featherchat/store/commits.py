"""Which memories are of which commits and symbols, read without their words."""

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


@dataclass(frozen=True, slots=True)
class TouchedSymbol:
    """Something in the code that a change has touched."""

    path: str
    symbol: str
    title: str
    """Of the newest change that touched it."""


def touched_symbols(database: Database, limit: int) -> list[TouchedSymbol]:
    """The symbols that living changes touched, those of the newest changes first."""
    rows = database.rows(
        "SELECT a.path, a.symbol, m.title, max(m.created_at) FROM anchors a"
        " JOIN memories m ON m.seq = a.seq"
        " WHERE a.symbol IS NOT NULL AND m.kind = ? AND m.status = 'active'"
        " GROUP BY a.path, a.symbol ORDER BY 4 DESC, a.path, a.symbol LIMIT ?",
        (Kind.CODE_CHANGE.value, limit),
    )
    return [TouchedSymbol(str(row[0]), str(row[1]), str(row[2])) for row in rows]
