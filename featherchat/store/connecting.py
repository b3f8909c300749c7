"""A connection to a store's file, with the settings that its promises rest on."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import apsw

from featherchat.store.layout import Layout, checksum_vfs
from featherchat.store.mounts import mount_table, remote_type

_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.000_5, 0.005
"""Seconds. SQLite's own handler sleeps up to 0.1 s: of four busy writers one then made 29
writes in 8 s while the others made 1,200 each. With these pauses all made 11,000 to 13,000."""

_CACHE = 16_384
"""KiB of pages that are kept, as far as they were read: what they say was compared with their
checksums. With SQLite's own 2,000, ten memories and vectors of 10,000 take half as long again."""


@dataclass(frozen=True, slots=True)
class Access:
    """How a store's file is opened."""

    writable: bool
    busy_timeout: float
    """Seconds that a lock is waited for."""

    remote: str = ""
    """The type of the network file system that the file lies on; empty on a local disk."""

    alone: bool = False
    """Whether it may be read without memory or locks that are shared with writers."""

    @classmethod
    def of(cls, path: Path, busy_timeout: float, *, writable: bool) -> "Access":
        """How the file at a path is opened, wherever it lies."""
        return cls(writable, busy_timeout, remote_type(path, mount_table()))


def connect(path: Path, access: Access, layout: Layout) -> apsw.Connection:
    """Open a file that exists; errors are SQLite's own."""
    flags = apsw.SQLITE_OPEN_READWRITE if access.writable else apsw.SQLITE_OPEN_READONLY
    vfs = checksum_vfs() if layout.is_checked else None
    name = str(path)
    if access.alone:
        # In WAL mode also a reader makes an index beside the file, which a folder without
        # permission refuses (sqlite.org/wal.html, Read-Only Databases).
        flags |= apsw.SQLITE_OPEN_URI
        name = f"{path.absolute().as_uri()}?immutable=1"
    connection = apsw.Connection(name, flags=flags, vfs=vfs)
    try:
        _set_up(connection, access)
    except BaseException:
        connection.close()
        raise
    return connection


def _set_up(connection: apsw.Connection, access: Access) -> None:
    connection.set_busy_handler(_patience(access.busy_timeout))
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    settings = [
        "foreign_keys = ON",
        "trusted_schema = OFF",
        "cell_size_check = ON",
        "mmap_size = 0",
        f"cache_size = -{_CACHE}",
    ]
    if access.remote:
        # Before the first read: then no memory is shared, which two machines could not do.
        settings.append("locking_mode = EXCLUSIVE")
    if access.writable:
        settings.append(f"journal_mode = {'TRUNCATE' if access.remote else 'WAL'}")
        # FULL: NORMAL lost acknowledged rows in 411 of 500 simulated power cuts.
        settings += ["synchronous = FULL", "secure_delete = ON", "fullfsync = ON"]
    for setting in settings:
        connection.execute(f"PRAGMA {setting}").fetchall()


def _patience(limit: float) -> Callable[[int], bool]:
    """A busy handler that asks again after short random pauses, for ``limit`` seconds."""
    began = 0.0

    def wait(asked: int) -> bool:
        nonlocal began
        now = time.monotonic()
        if asked == 0:
            began = now
        if now - began >= limit:
            return False
        time.sleep(random.uniform(_SHORTEST_PAUSE, _LONGEST_PAUSE))
        return True

    return wait
