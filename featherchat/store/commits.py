"""Which memories are of which commits and symbols, read without their words."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from featherchat.memory import MAY_CAUSE, Author, Kind, Status
from featherchat.store.database import Database

NOTE_FOR = "note_for"
"""The attribute of a reason that names the paths whose commit it waits for, one a line."""


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


def changes_in(database: Database, commits: Sequence[str]) -> list[str]:
    """The ids of the code changes that some commits carry, whatever their status."""
    rows = database.rows(
        "SELECT m.id FROM memories m WHERE m.kind = ?2 AND m.author = ?3"
        " AND m.sha IN (SELECT value FROM json_each(?1))"
        " UNION SELECT m.id FROM sources s JOIN memories m ON m.seq = s.seq WHERE m.kind = ?2"
        " AND json_extract(s.source, '$[5]') IN (SELECT value FROM json_each(?1))",
        (json.dumps(list(commits)), Kind.CODE_CHANGE.value, Author.COMMIT.value),
    )
    return [str(row[0]) for row in rows]


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


def changes_to_look_at(database: Database, after: str, since: float, limit: int) -> list[str]:
    """The newest code changes of commits that were stored after an id, or made since a time.

    A commit that takes over the memory of what was saved for it has that memory's older id.
    """
    rows = database.rows(
        "SELECT m.id FROM memories m WHERE m.kind = ? AND m.author = ? AND m.status = ?"
        " AND (m.id > ? OR m.source_at >= ?) ORDER BY m.created_at DESC, m.id DESC LIMIT ?",
        (Kind.CODE_CHANGE, Author.COMMIT, Status.ACTIVE, after, since, limit),
    )
    return [str(row[0]) for row in rows]


def suggested_changes(database: Database) -> list[str]:
    """The ids of what has a link that waits for a person's word."""
    rows = database.rows(
        "SELECT DISTINCT e.target_id FROM edges e WHERE e.relation = ?", (MAY_CAUSE,)
    )
    return [str(row[0]) for row in rows]


def touched_by(database: Database, paths: Sequence[str]) -> dict[str, int]:
    """How many code changes have touched each of some files; 0 of one that none has."""
    rows = database.rows(
        "SELECT f.value, count(DISTINCT m.seq) FROM json_each(?) f CROSS JOIN anchors a ON a.path = f.value"
        " JOIN memories m ON m.seq = a.seq WHERE m.kind = ? GROUP BY f.value",
        (json.dumps(list(paths)), Kind.CODE_CHANGE),
    )
    return dict.fromkeys(paths, 0) | {str(row[0]): int(row[1]) for row in rows}


def change_count(database: Database) -> int:
    """How many code changes there are."""
    found = database.value("SELECT count(*) FROM memories WHERE kind = ?", (Kind.CODE_CHANGE,))
    return int(found or 0)


def decisions_state(database: Database) -> tuple[int, int]:
    """How many decisions and parts of decisions there are, and when one was last written.

    The same again means that none has changed.
    """
    kinds = (Kind.DECISION.value, Kind.RATIONALE.value, Kind.ALTERNATIVE.value)
    ((count, last),) = database.rows(
        "SELECT count(*), coalesce(max(revision), 0) FROM memories WHERE kind IN (?, ?, ?)", kinds
    )
    return int(count), int(last)


def open_saves(database: Database) -> list[str]:
    """The ids of what was saved and waits for its commit, the newest first."""
    rows = database.rows(
        "SELECT m.id FROM memories m WHERE m.author = ? AND m.kind = ? AND m.status = ?"
        " ORDER BY m.seq DESC",
        (Author.SAVE.value, Kind.CODE_CHANGE.value, Status.ACTIVE.value),
    )
    return [str(row[0]) for row in rows]


def waiting_notes(database: Database) -> list[str]:
    """The ids of the reasons that wait for the commit of what they are given for."""
    rows = database.rows(
        "SELECT m.id FROM memories m WHERE m.kind = ? AND m.author = ? AND m.status = ?"
        f" AND json_extract(m.attributes, '$.{NOTE_FOR}') IS NOT NULL ORDER BY m.seq",
        (Kind.RATIONALE.value, Author.USER.value, Status.ACTIVE.value),
    )
    return [str(row[0]) for row in rows]
