"""One SQLite file: how it is opened, checked, migrated and written.

Every write happens inside ``with database.transaction():``, which raises the
revision once and is on the disk when it returns (WAL, synchronous FULL). All
calls come from the store thread.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw

from featherchat.errors import NotAStore, StoreBusy, StoreError, StoreReadOnly, StoreTooNew
from featherchat.store.backups import (
    Backup,
    backup_path,
    backups_locked,
    backups_of,
    way_back,
    write_backup,
)
from featherchat.store.connecting import Access, connect
from featherchat.store.faults import translated
from featherchat.store.layout import CHECKED, PLAIN, UNSETTLED, Layout, checksum_vfs
from featherchat.store.making import found_layout, give_checksums, make_store, migrate, schema_of
from featherchat.store.mounts import identity
from featherchat.store.schema import SCHEMA
from featherchat.store.write_ahead import check_whole, mark_log

BUSY_TIMEOUT = 5.0
"""Seconds that a writer waits for another process."""

_REVISION = "SELECT value FROM meta WHERE key = 'revision'"
_RAISE = "UPDATE meta SET value = ? WHERE key = 'revision'"

_EFFECTIVE = os.access in os.supports_effective_ids
"""Else the rights of who started the process are asked for, not those that it acts with."""

Row = Sequence[Any]


class Database:
    """A store's connection and its revision."""

    def __init__(
        self,
        path: Path,
        connection: apsw.Connection,
        read_only: StoreError | None,
        access: Access,
        layout: Layout,
    ) -> None:
        self.path = path
        self._connection = connection
        self._layout = layout
        self._is_checked = layout.is_checked and checksum_vfs() is not None
        self._read_only = read_only
        self._access = access
        self._translated = translated(path, access.busy_timeout)
        self._file = identity(path)
        self._depth = 0
        self._writing = 0
        self._read_revision: int | None = None

    @property
    def read_only(self) -> StoreError | None:
        """Why nothing can be written, or None."""
        return self._read_only

    @property
    def remote(self) -> str:
        """The type of the network file system that the store lies on; empty on a local disk."""
        return self._access.remote

    @property
    def kind(self) -> str:
        """How its pages are guarded and where it lies, in a few words."""
        guard = "each page has a checksum" if self._layout.is_checked else "rows have hashes"
        return f"{guard}; on a network file system ({self.remote})" if self.remote else guard

    @property
    def is_checked(self) -> bool:
        """Whether what is read off the disk is compared with its page's checksum."""
        return self._is_checked

    @property
    def revision(self) -> int:
        """How many changes the store has seen, other processes' included."""
        known = self._read_revision
        with self._translated:
            return int(self._connection.execute(_REVISION).get) if known is None else known

    @property
    def is_writing(self) -> bool:
        """Whether a transaction of this process is under way that may still be taken back."""
        return bool(self._depth)

    @property
    def next_revision(self) -> int:
        """The revision that the running transaction will have."""
        return self._writing

    @property
    def size(self) -> int:
        """Bytes of the database; the file has as many once the WAL is folded into it."""
        return int(self.value("PRAGMA page_count")) * int(self.value("PRAGMA page_size"))

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query."""
        with self._translated:
            return list(self._connection.execute(sql, values))

    def each(self, sql: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        """The rows of a query one by one, for whoever keeps something else of them."""
        with self._translated:
            yield from self._connection.execute(sql, values)

    def rows_for_each(self, sql: str, values: Sequence[Sequence[Any]]) -> list[Row]:
        """All rows of a query that is asked once for each of many values: 7 µs a time, not 18."""
        with self._translated:
            return list(self._connection.executemany(sql, values))

    def value(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.rows(sql, values)
        return found[0][0] if found else None

    def execute(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run one statement inside a transaction; how many rows it changed."""
        assert self._depth, "writes happen inside a transaction"
        with self._translated:
            self._connection.execute(sql, values)
            return self._connection.changes()

    def execute_many(self, sql: str, values: Iterable[Sequence[Any]]) -> None:
        """Run one statement for many rows inside a transaction."""
        assert self._depth, "writes happen inside a transaction"
        with self._translated:
            self._connection.executemany(sql, values)

    @contextmanager
    def transaction(self, *, raises_revision: bool = True) -> Iterator[int]:
        """All or nothing; yields the revision that the writes carry.

        Args:
            raises_revision: False for what no index has to follow, such as transcripts.
        """
        if self._read_only is not None:
            raise self._read_only
        if self._depth:
            yield self._writing
            return
        try:
            self._end("ROLLBACK")  # of what was interrupted before it could end
            self._begin()
            self._depth = 1
            self._writing = self.revision + int(raises_revision)
            yield self._writing
            if raises_revision:
                self.execute(_RAISE, (str(self._writing),))
            self._run("COMMIT")
        except BaseException:
            self._end("ROLLBACK")
            raise
        finally:
            self._depth = 0

    def reading(self) -> "Reading":
        """Several questions about one state, whatever other processes write meanwhile."""
        return Reading(self)

    def begin_reading(self) -> bool:
        """Hold on to the present state; False if that is done already, or something is written."""
        if self._connection.in_transaction:
            return False
        try:
            self._run("BEGIN")
            # It stays so until the reading ends, and is asked by every index.
            self._read_revision = self.revision
        except BaseException:
            self._end("ROLLBACK")
            raise
        return True

    def end_reading(self) -> None:
        """Let the state go that ``begin_reading`` held on to."""
        self._end("COMMIT")

    def check(self) -> str:
        """SQLite's own verdict on the file: ``ok``, or what is wrong."""
        return "; ".join(str(row[0]) for row in self.rows("PRAGMA quick_check(5)"))

    def back_up(self, target: Path) -> Backup:
        """Write a copy of the store as it is now, verified; see ``write_backup``."""
        with backups_locked(self.path), self._translated:
            return write_backup(self._connection, target)

    def scrub(self) -> None:
        """Leave no trace of deleted text: overwrite free pages, empty the WAL."""
        self._run("VACUUM")
        self._run("PRAGMA wal_checkpoint(TRUNCATE)")

    def copied(self) -> "Database":
        """A copy in memory, all of one moment; what is written there stays there."""
        with self._translated:
            connection = apsw.Connection(":memory:")
            with connection.backup("main", self._connection, "main") as backup:
                backup.step()
            connection.execute("PRAGMA foreign_keys = ON").fetchall()
        return Database(self.path, connection, None, self._access, self._layout)

    def freeze(self, why: StoreError) -> None:
        """Refuse every write from now on."""
        self._read_only = why

    def close(self) -> None:
        """Fold the WAL into the one file and let it go."""
        with self._translated:
            self._connection.close()

    def _begin(self) -> None:
        """Take the write lock, for as long as it takes while others get their turn.

        Only a process that keeps it for the whole timeout is reported as busy.
        """
        while True:
            before = self._commits_of_others()
            try:
                self._run("BEGIN IMMEDIATE")
            except StoreBusy:
                if self._commits_of_others() == before:
                    raise
            else:
                return self._check_in_place()

    def _check_in_place(self) -> None:
        """Refuse to write what nobody would find again.

        Raises:
            StoreError: If the file was deleted, or another one put in its place.
        """
        try:
            in_place = identity(self.path) == self._file
        except FileNotFoundError:
            in_place = False
        if not in_place:
            self._run("ROLLBACK")
            raise StoreError(
                f"{self.path} was deleted or replaced while it was open.",
                hint="Close every featherchat of this project and start again.",
            )

    def _commits_of_others(self) -> int:
        return int(self.value("PRAGMA data_version"))

    def _end(self, sql: str) -> None:
        self._read_revision = None
        # SQLite itself ends a transaction in which it met a damaged page.
        if self._connection.in_transaction:
            self._run(sql)

    def _run(self, sql: str) -> None:
        with self._translated:
            self._connection.execute(sql)


class Reading:
    """The block of ``Database.reading``. A class and no generator: every question enters it."""

    __slots__ = ("_database", "_is_mine")

    def __init__(self, database: Database) -> None:
        self._database = database
        self._is_mine = False

    def __enter__(self) -> None:
        self._is_mine = self._database.begin_reading()

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if self._is_mine:
            self._database.end_reading()


def open_database(
    path: Path,
    *,
    busy_timeout: float = BUSY_TIMEOUT,
    now: Callable[[], float] = time.time,
) -> Database:
    """Open a store, or make it if there is no file.

    Raises:
        NotAStore: If another program's file, or an empty one, is in its place.
        StoreDamaged: If it does not say what was written into it.
        StoreReadOnly: If it is missing and its folder cannot be written.
    """
    layout = _layout_in_place(path)
    # Where there is no file yet, its folder says what it lies on.
    forbidden = None if layout is None else _forbidden(path)
    access = Access.of(path, busy_timeout, writable=forbidden is None)
    if layout is None:
        make_store(path, access)
        layout = found_layout(path) or CHECKED
    reason = _why_read_only(path, forbidden, layout)
    access = replace(access, writable=reason is None, alone=_is_left_alone(path, forbidden))
    with translated(path, busy_timeout):
        if layout == UNSETTLED:
            # Another process is rewriting its pages, or a crash interrupted one that did.
            if not give_checksums(path, access, patience=busy_timeout):
                raise StoreBusy(path, busy_timeout)
            layout = CHECKED
        connection, schema = _connect_whole(path, access, layout)
        if schema > SCHEMA:
            reason = StoreTooNew(path, schema, SCHEMA)
        elif schema < SCHEMA and reason is None:
            connection.close()
            connection, layout = _brought_up_to_date(path, access, layout, schema, now())
    return Database(path, connection, reason, access, layout)


def _layout_in_place(path: Path) -> Layout | None:
    """As ``found_layout`` says it; where a store was lost, the error names its backups."""
    try:
        return found_layout(path)
    except NotAStore as error:
        backups = backups_of(path)
        if backups:
            error.hint = way_back(backups[0])
        raise


def _connect_whole(path: Path, access: Access, layout: Layout) -> tuple[apsw.Connection, int]:
    """A connection to a store that has all its changes, and its schema."""
    mark = None if access.remote else mark_log(path, layout.page_size)
    connection = connect(path, access, layout)
    try:
        schema = schema_of(connection)
        check_whole(path, connection, layout.page_size, mark)
    except BaseException:
        # Closing would fold the log into the file, and what is wrong could not be seen again.
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        connection.close()
        raise
    return connection, schema


def _forbidden(path: Path) -> Path | None:
    """The store's file or its folder, if one of them may not be written."""
    for place in (path, path.parent):
        if not os.access(place, os.W_OK, effective_ids=_EFFECTIVE):
            return place
    return None


def _is_left_alone(path: Path, forbidden: Path | None) -> bool:
    """Whether a folder keeps us from sharing a store, and it has no log that we would miss."""
    if forbidden is None or os.access(path.parent, os.W_OK, effective_ids=_EFFECTIVE):
        return False
    log, shared = (path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))
    return not shared.exists() and not (log.exists() and log.stat().st_size)


def _why_read_only(path: Path, forbidden: Path | None, layout: Layout) -> StoreError | None:
    if forbidden is not None:
        what = "the file" if forbidden == path else "its folder"
        return StoreReadOnly(
            f"{path} is opened to be read only: {what} may not be written.",
            hint=f"Allow it with chmod u+w {forbidden}, or choose another place with --store PATH.",
        )
    if layout.is_checked and checksum_vfs() is None:
        return StoreReadOnly(
            f"{path} has checked pages, which this installation of apsw cannot write.",
            hint="Install apsw from its wheel, which brings the checksum extension.",
        )
    return None


def _brought_up_to_date(
    path: Path, access: Access, layout: Layout, schema: int, now: float
) -> tuple[apsw.Connection, Layout]:
    """Migrate a store of an older version, after a backup that says which one it was."""
    connection = connect(path, access, layout)
    try:
        # A damaged row must not keep the others from being brought up to date.
        write_backup(connection, backup_path(path, now, f"schema-{schema}"), rows=False)
        migrate(connection)
    except BaseException:
        connection.close()
        raise
    if layout == PLAIN and checksum_vfs() is not None:
        connection.close()
        if give_checksums(path, access):
            layout = CHECKED
        connection = connect(path, access, layout)
    return connection, layout
