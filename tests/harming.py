"""Ways to harm a store on purpose: past its doors, and below its pages."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apsw

from featherchat.store.layout import CHECKED, checksum_vfs
from featherchat.store.pages import TABLE_LEAF, Pages


def change_behind(path: Path, sql: str, values: Sequence[Any] = ()) -> list[Sequence[Any]]:
    """Run a statement past the store's own doors; its pages stay sound."""
    header = path.read_bytes()[:100]
    vfs = checksum_vfs() if header[20] == CHECKED.reserved else None
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE, vfs=vfs)
    try:
        return list(connection.execute(sql, values))
    finally:
        connection.close()


def a_page_of_memories(path: Path) -> tuple[int, set[str]]:
    """Where a page of memories begins in a closed store's file, and the ids of those on it."""
    pages = Pages(path)
    for number in range(2, pages.count + 1):
        found = [record for record in pages.records(number) if len(record.values) > 30]
        if found and pages.kind(number) == TABLE_LEAF:
            start = (number - 1) * pages.layout.page_size
            return start, {str(record.values[1]) for record in found}
    raise AssertionError("no page of memories")


def discard(folder: Path) -> None:
    """Remove the copy of a store, never to use its place again.

    The thread that tantivy starts at each opening may still write its lock file there.
    """
    shutil.rmtree(folder, ignore_errors=True)


def flip(path: Path, offset: int, bit: int = 0) -> None:
    """Turn one bit over."""
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ (1 << bit)]))
