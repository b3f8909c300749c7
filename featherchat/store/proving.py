"""Which rows of memories do not say what was written: for copies and files that are no store yet."""

from collections.abc import Iterator
from typing import Any

import apsw

from featherchat.errors import StoreDamaged
from featherchat.store.rows import MEMORY_COLUMNS, verified


def unproven(connection: apsw.Connection, condition: str = "1") -> Iterator[str]:
    """The ids of the rows that their hashes do not confirm, among those of a condition."""
    columns = ", ".join(MEMORY_COLUMNS)
    rows: list[Any] = connection.execute(
        f"SELECT {columns}, hash FROM memories WHERE {condition}"
    ).fetchall()
    for *row, stored_hash in rows:
        try:
            verified(row, stored_hash)
        except StoreDamaged:
            yield str(row[0])
