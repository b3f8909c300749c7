"""Ways to harm a store on purpose: past its doors, and below its pages."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apsw

from featherchat.store.layout import CHECKED, checksum_vfs


def change_behind(path: Path, sql: str, values: Sequence[Any] = ()) -> list[Sequence[Any]]:
    """Run a statement past the store's own doors; its pages stay sound."""
    header = path.read_bytes()[:100]
    vfs = checksum_vfs() if header[20] == CHECKED.reserved else None
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE, vfs=vfs)
    try:
        return list(connection.execute(sql, values))
    finally:
        connection.close()


def flip(path: Path, offset: int, bit: int = 0) -> None:
    """Turn one bit over."""
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ (1 << bit)]))
