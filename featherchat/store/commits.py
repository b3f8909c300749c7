"""Which memories are of which commits, read without their words."""

from collections.abc import Sequence
from dataclasses import dataclass

from featherchat.memory import Author, Kind
from featherchat.store.database import Database

_MOST_ASKED = 500
"""Values of one question; SQLite has a limit of its own."""


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


def about_commits(database: Database, commits: Sequence[str]) -> list[str]:
    """The ids of other memories that are anchored to some commits, such as a bug's fix."""
    found: dict[str, None] = {}
    for start in range(0, len(commits), _MOST_ASKED):
        asked = commits[start : start + _MOST_ASKED]
        marks = ", ".join("?" * len(asked))
        rows = database.rows(
            "SELECT DISTINCT m.id FROM anchors a JOIN memories m ON m.seq = a.seq"
            f" WHERE a.commit_id IN ({marks})",
            asked,
        )
        found |= dict.fromkeys(str(row[0]) for row in rows)
    return list(found)
