"""Which rows of memories do not say what was written: for copies and files that are no store yet."""

from collections.abc import Iterator
from typing import Any

import apsw

from featherchat.errors import StoreDamaged
from featherchat.store.rows import MEMORY_COLUMNS, verified

_SOURCES = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'sources'"


def unproven(connection: apsw.Connection, condition: str = "1") -> Iterator[str]:
    """The ids of the rows that their hashes do not confirm, among those of a condition."""
    others: dict[int, list[str]] = {}
    # A store of the first schema knows one source a memory.
    if connection.execute(_SOURCES).fetchall():
        for seq, source in connection.execute("SELECT seq, source FROM sources ORDER BY rowid"):
            others.setdefault(int(str(seq)), []).append(str(source))
    columns = ", ".join(MEMORY_COLUMNS)
    rows: list[Any] = connection.execute(
        f"SELECT {columns}, hash, seq FROM memories WHERE {condition}"
    ).fetchall()
    for *row, stored_hash, seq in rows:
        try:
            verified(row, stored_hash, others.get(seq, ()))
        except StoreDamaged:
            yield str(row[0])
