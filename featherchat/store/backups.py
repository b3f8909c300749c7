"""Copies of a store beside it: made whole, verified, private, and few.

A backup is a store like any other. It is written aside through SQLite's own
backup, in one read transaction that no writer waits for, checked page by page,
and renamed into its place when it is on the disk. (``VACUUM INTO`` takes as
long, 0.2 s for 100,000 memories, but leaves the checksums of the pages out.)
"""

import fcntl
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import apsw

from featherchat.errors import NothingFound, StoreReadOnly
from featherchat.memory import LIVING
from featherchat.store.connecting import Access, connect
from featherchat.store.faults import damaged, translated
from featherchat.store.layout import checksum_vfs
from featherchat.store.making import found_layout, schema_of, sync_folder, way_to_write
from featherchat.store.proving import unproven
from featherchat.store.rows import unsound
from featherchat.store.schema import SCHEMA

KEPT = 5
"""How many automatic backups are kept."""

BY_HAND = "by-hand"
_DAY = 86_400.0
_TIME = "%Y-%m-%dT%H%M%S"
_NAME = re.compile(r".+-(\d{4}-\d\d-\d\dT\d{6})(?:-([a-z0-9-]+))?\.feather")
_SAMPLE = "seq % (1 + (SELECT count(*) FROM memories) / 200) = 0"
"""Some 200 rows are compared with their hashes; every page is checked anyway, if it can be."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One copy of a store."""

    path: Path
    made_at: float
    """Seconds, UTC, as its name says; names tell whole seconds."""

    reason: str
    """Empty for an automatic one, else why it was made: ``by-hand``, ``schema-1``, …"""

    size: int
    """Bytes."""

    @property
    def is_automatic(self) -> bool:
        """Whether it goes when there are newer ones."""
        return not self.reason


@dataclass(frozen=True, slots=True)
class Copied:
    """A memory as a backup has it."""

    id: str
    title: str
    is_living: bool
    """Whether it was said then, and not only part of the past."""


def backup_path(store: Path, now: float, reason: str = "") -> Path:
    """Where a backup of a store belongs that is made at a time for a reason."""
    moment = datetime.fromtimestamp(now, UTC).strftime(_TIME)
    suffix = f"-{reason}" if reason else ""
    return store.parent / "backups" / f"{store.stem}-{moment}{suffix}.feather"


def backups_of(store: Path) -> list[Backup]:
    """A store's backups, newest first."""
    found: list[tuple[int, Backup]] = []
    for path in (store.parent / "backups").glob(f"{store.stem}-*.feather"):
        match = _NAME.fullmatch(path.name)
        # Another process may just be taking one away.
        with suppress(FileNotFoundError):
            if match:
                state = path.stat()
                backup = Backup(path, _moment(match[1]), match[2] or "", state.st_size)
                found.append((state.st_mtime_ns, backup))
    # Two may be of the same second.
    found.sort(key=lambda each: (each[1].made_at, each[0]), reverse=True)
    return [backup for _, backup in found]


def way_back(newest: Backup) -> str:
    """What to do where a store is gone that has backups."""
    return (
        f"Put a backup back with featherchat backup --restore {newest.path.name}, the newest;"
        " featherchat backup --list names all."
    )


@contextmanager
def backups_locked(store: Path) -> Iterator[None]:
    """Keep other processes from writing a store's backups meanwhile, or from cleansing them."""
    folder = backup_path(store, 0.0).parent
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(folder / ".lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreReadOnly(
            f"{folder} cannot be written: {error.strerror}.",
            hint=f"{way_to_write(error, folder)}, then repeat the command.",
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def is_current(path: Path) -> bool:
    """Whether a backup has the schema of this version.

    Raises:
        StoreError: If it cannot be read.
    """
    with _reading(path) as connection:
        return schema_of(connection) == SCHEMA


def memories_in(path: Path) -> tuple[Copied, ...]:
    """The memories that a backup has, by id.

    Raises:
        StoreError: If it cannot be read.
    """
    with _reading(path) as connection:
        rows: list[Any] = connection.execute(
            "SELECT id, title, status FROM memories ORDER BY id"
        ).fetchall()
    return tuple(Copied(str(each), str(title), status in LIVING) for each, title, status in rows)


@contextmanager
def _reading(path: Path) -> Iterator[apsw.Connection]:
    """A backup, open to be read; not even an older one is changed by it."""
    layout = found_layout(path)
    if layout is None:
        raise NothingFound(f"There is no backup {path}.", hint="See them with backup --list.")
    access = Access(writable=False, busy_timeout=0.0)
    with translated(path, access.busy_timeout):
        connection = connect(path, access, layout)
        try:
            yield connection
        finally:
            connection.close()


def write_backup(connection: apsw.Connection, target: Path, *, rows: bool = True) -> Backup:
    """Copy the store of a connection to a file that is not there yet, or not at all.

    Errors are SQLite's own.

    Raises:
        StoreDamaged: If the store, and so its copy, does not say what was written into it.
        StoreReadOnly: If the folder cannot be written.
    """
    with _aside(target) as aside:
        copy = apsw.Connection(
            str(aside), flags=apsw.SQLITE_OPEN_READWRITE, vfs=connection.open_vfs
        )
        try:
            # Nobody reads it before it is whole: it needs no journal.
            copy.execute("PRAGMA journal_mode = OFF").fetchall()
            copy.execute("PRAGMA synchronous = OFF").fetchall()
            _begin_like(copy, connection)
            with copy.backup("main", connection, "main") as backup:
                backup.step(-1)
            # Without a log beside it, it can be read where nothing can be written.
            copy.execute("PRAGMA journal_mode = DELETE").fetchall()
        finally:
            copy.close()
        check_copy(aside, rows=rows)
    moment = _NAME.fullmatch(target.name)
    made_at = _moment(moment[1]) if moment else time.time()
    return Backup(target, made_at, (moment[2] if moment else None) or "", target.stat().st_size)


def _begin_like(copy: apsw.Connection, connection: apsw.Connection) -> None:
    """Write a copy's first page, which says whether its pages have checksums.

    What the connection has changed lies in its cache with the checksums of before. They are
    formed as pages are written, but only once the file's first page is: without it, what a
    large copy writes ahead of it (beyond SQLite's cache of 2 MB) would keep the old ones.
    """
    page_size = connection.execute("PRAGMA page_size").fetchall()[0][0]
    copy.execute(f"PRAGMA page_size = {page_size}").fetchall()
    copy.reserve_bytes(reserve=connection.reserve_bytes())
    copy.execute("PRAGMA user_version = 1").fetchall()


def check_copy(path: Path, *, rows: bool = True) -> None:
    """Compare a copy's pages with their checksums and a sample of its rows with their hashes.

    Args:
        path: The copy.
        rows: False for a copy of what there is, damaged rows included.

    Raises:
        NotAStore: If it is none.
        NothingFound: If there is no such backup.
        StoreDamaged: If something does not say what was written into it.
    """
    with _reading(path) as connection:
        verdict = connection.execute("PRAGMA quick_check(1)").fetchall()
        if verdict != [("ok",)]:
            raise damaged(path, str(verdict[0][0]))
        for memory_id in unproven(connection, _SAMPLE) if rows else ():
            raise unsound(memory_id)


def back_up_daily(store: Path, now: float, busy_timeout: float) -> Backup | None:
    """Make today's backup if there is none, and let the oldest automatic ones go.

    On a connection of its own, so that it can run beside the store's thread. A
    store without a memory, and one on a network file system, which lets nobody
    else in, get none.

    Returns:
        The new backup, or None if none was needed.

    Raises:
        StoreError: If it could not be made.
    """
    if _is_recent(store, now):
        return None
    access = Access.of(store, busy_timeout, writable=True)
    layout = found_layout(store)
    if layout is None or access.remote or (layout.is_checked and checksum_vfs() is None):
        return None
    with translated(store, busy_timeout):
        connection = connect(store, access, layout)
        try:
            if not connection.execute("SELECT EXISTS (SELECT 1 FROM memories)").fetchall()[0][0]:
                return None
            with backups_locked(store):
                # Another process may have been quicker.
                if _is_recent(store, now):
                    return None
                for left in (store.parent / "backups").glob("*.new*"):
                    # Of a process that was killed.
                    left.unlink()
                made = write_backup(connection, backup_path(store, now))
                for backup in [each for each in backups_of(store) if each.is_automatic][KEPT:]:
                    backup.path.unlink(missing_ok=True)
        finally:
            connection.close()
    return made


def _is_recent(store: Path, now: float) -> bool:
    return any(abs(now - backup.made_at) < _DAY for backup in backups_of(store))


@contextmanager
def _aside(target: Path) -> Iterator[Path]:
    """A private file that is renamed to its target at the end, or is gone."""
    aside = target.with_name(f"{target.name}.{secrets.token_hex(4)}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        try:
            yield aside
            os.fsync(handle)
        finally:
            os.close(handle)
        aside.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise StoreReadOnly(
            f"{target} cannot be written: {error.strerror}.",
            hint=f"{way_to_write(error, target.parent)}, or name another place with"
            " featherchat backup PATH.",
        ) from error
    finally:
        for left in target.parent.glob(f"{aside.name}*"):
            left.unlink(missing_ok=True)


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
