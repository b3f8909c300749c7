"""One SQLite file: how it is opened, checked, migrated and written.

Every write happens inside ``with database.transaction():``, which raises the
revision once and is on the disk when it returns (WAL, synchronous FULL). All
calls come from the store thread.
"""

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import apsw

from featherchat.errors import (
    NotAStore,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreReadOnly,
    StoreTooNew,
)
from featherchat.store.rows import fingerprint
from featherchat.store.schema import APPLICATION_ID, MIGRATIONS, SCHEMA

BUSY_TIMEOUT = 5.0
"""Seconds that a writer waits for another process."""

_SQLITE_MAGIC = b"SQLite format 3\0"
_APPLICATION_ID_OFFSET = 68

Row = Sequence[Any]


class Database:
    """A store's connection and its revision."""

    def __init__(
        self,
        path: Path,
        connection: apsw.Connection,
        read_only: StoreError | None,
        busy_timeout: float,
    ) -> None:
        self.path = path
        self._connection = connection
        self._read_only = read_only
        self._busy_timeout = busy_timeout
        self._depth = 0
        self._writing = 0

    @property
    def read_only(self) -> StoreError | None:
        """Why nothing can be written, or None."""
        return self._read_only

    @property
    def revision(self) -> int:
        """How many changes the store has seen, other processes' included."""
        return int(self.value("SELECT value FROM meta WHERE key = 'revision'"))

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
        with self._translated():
            return list(self._connection.execute(sql, values))

    def value(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.rows(sql, values)
        return found[0][0] if found else None

    def execute(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run one statement inside a transaction; how many rows it changed."""
        assert self._depth, "writes happen inside a transaction"
        with self._translated():
            self._connection.execute(sql, values)
            return self._connection.changes()

    def execute_many(self, sql: str, values: Sequence[Sequence[Any]]) -> None:
        """Run one statement for many rows inside a transaction."""
        assert self._depth, "writes happen inside a transaction"
        with self._translated():
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
        self._run("BEGIN IMMEDIATE")
        self._depth = 1
        try:
            self._writing = self.revision + int(raises_revision)
            yield self._writing
            if raises_revision:
                self.execute(
                    "UPDATE meta SET value = ? WHERE key = 'revision'", (str(self._writing),)
                )
            self._run("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._run("ROLLBACK")
            raise
        finally:
            self._depth = 0

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Several questions about one state, whatever other processes write meanwhile."""
        if self._connection.in_transaction:
            yield
            return
        self._run("BEGIN")
        try:
            yield
        finally:
            self._run("COMMIT")

    def check(self) -> str:
        """SQLite's own verdict on the file: ``ok``, or what is wrong."""
        return "; ".join(str(row[0]) for row in self.rows("PRAGMA quick_check(5)"))

    def scrub(self) -> None:
        """Leave no trace of deleted text: overwrite free pages, empty the WAL."""
        self._run("VACUUM")
        self._run("PRAGMA wal_checkpoint(TRUNCATE)")

    def copied(self) -> "Database":
        """A copy in memory, all of one moment; what is written there stays there."""
        with self._translated():
            connection = apsw.Connection(":memory:")
            with connection.backup("main", self._connection, "main") as backup:
                backup.step()
            connection.execute("PRAGMA foreign_keys = ON").fetchall()
        return Database(self.path, connection, None, self._busy_timeout)

    def freeze(self, why: StoreError) -> None:
        """Refuse every write from now on."""
        self._read_only = why

    def close(self) -> None:
        """Fold the WAL into the one file and let it go."""
        with self._translated():
            self._connection.close()

    def _run(self, sql: str) -> None:
        with self._translated():
            self._connection.execute(sql).fetchall()

    def _translated(self) -> AbstractContextManager[None]:
        return translated(self.path, self._busy_timeout)


def open_database(path: Path, *, busy_timeout: float = BUSY_TIMEOUT) -> Database:
    """Open a store, or make it if there is no file.

    Raises:
        NotAStore: If another program's file, or an empty one, is in its place.
        StoreDamaged: If SQLite cannot read it.
        StoreReadOnly: If it is missing and its folder cannot be written.
    """
    if not _checked_header(path):
        _make(path, busy_timeout)
    writable = os.access(path, os.W_OK)
    flags = apsw.SQLITE_OPEN_READWRITE if writable else apsw.SQLITE_OPEN_READONLY
    with translated(path, busy_timeout):
        connection = apsw.Connection(str(path), flags=flags)
        _set_up(connection, busy_timeout, writable=writable)
        read_only: StoreError | None = None if writable else _not_writable(path)
        schema = _schema_of(connection)
        if schema > SCHEMA:
            read_only = StoreTooNew(path, schema, SCHEMA)
        elif schema < SCHEMA and writable:
            _migrate(connection)
    return Database(path, connection, read_only, busy_timeout)


@contextmanager
def translated(path: Path, busy_timeout: float) -> Iterator[None]:
    """Turn SQLite's errors into ours, at the one place where they arise."""
    try:
        yield
    except apsw.BusyError as error:
        raise StoreBusy(path, busy_timeout) from error
    except UnicodeDecodeError as error:
        raise StoreDamaged(
            f"{path} holds a text that is no longer one: {error.reason}.",
            hint="Run featherchat doctor, which lists every damaged memory.",
        ) from error
    except apsw.FullError as error:
        raise StoreError(
            f"The disk is full: {path} cannot grow.",
            hint="Free some space and repeat the command; what was stored before is safe.",
        ) from error
    except apsw.NotADBError as error:
        raise NotAStore(path, "it is not an SQLite database") from error
    except apsw.CorruptError as error:
        raise StoreDamaged(
            f"{path} is damaged: {error}.",
            hint="Run featherchat doctor; copy the file before anything else.",
        ) from error
    except (apsw.ReadOnlyError, apsw.CantOpenError, apsw.PermissionsError) as error:
        raise _not_writable(path) from error
    except apsw.IOError as error:
        raise StoreError(
            f"{path} could not be read or written: {error}.",
            hint="Check the disk and its free space, then repeat the command.",
        ) from error


def _not_writable(path: Path) -> StoreReadOnly:
    return StoreReadOnly(
        f"{path} cannot be opened for writing.",
        hint=f"Check the permissions of {path.parent}, or choose another place with --store PATH.",
    )


def _checked_header(path: Path) -> bool:
    """Whether a store's file is there. Reading the header first: SQLite would take an
    emptied file for a new database, and a year of memory would look like none."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        return False
    except IsADirectoryError as error:
        raise NotAStore(path, "it is a folder") from error
    except OSError as error:
        raise StoreReadOnly(
            f"{path} cannot be read: {error.strerror}.",
            hint=f"Check the permissions of {path}, or choose another place with --store PATH.",
        ) from error
    if not header:
        if path.with_name(path.name + "-wal").exists():
            return True
        raise NotAStore(path, "it is empty")
    if not header.startswith(_SQLITE_MAGIC):
        raise NotAStore(path, "it is not an SQLite database")
    found = int.from_bytes(header[_APPLICATION_ID_OFFSET : _APPLICATION_ID_OFFSET + 4])
    if found != APPLICATION_ID:
        raise NotAStore(path, "it is another program's database")
    return True


def _make_private_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreReadOnly(
            f"{path.parent} cannot be made: {error.strerror}.",
            hint="Choose another place with --store PATH.",
        ) from error


def _make(path: Path, busy_timeout: float) -> None:
    """Put a whole new store in its place, at once: nobody ever finds half of one there.

    Two processes may do so at the same time; the first one's store is everybody's.
    """
    _make_private_folder(path)
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    try:
        with translated(path, busy_timeout):
            os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            connection = apsw.Connection(str(aside), flags=apsw.SQLITE_OPEN_READWRITE)
            try:
                _set_up(connection, busy_timeout, writable=True)
                _migrate(connection)
            finally:
                connection.close()
        _put_in_place(aside, path)
    except OSError as error:
        raise StoreReadOnly(
            f"{path} cannot be made: {error.strerror}.",
            hint="Free some space or choose another place with --store PATH.",
        ) from error
    finally:
        for left in path.parent.glob(f"{aside.name}*"):
            left.unlink(missing_ok=True)


def _put_in_place(aside: Path, path: Path) -> None:
    try:
        path.hardlink_to(aside)
    except FileExistsError:
        return
    except OSError:
        # Not every file system has links.
        aside.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _set_up(connection: apsw.Connection, busy_timeout: float, *, writable: bool) -> None:
    connection.set_busy_timeout(int(busy_timeout * 1000))
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    settings = [
        "foreign_keys = ON",
        "trusted_schema = OFF",
        "cell_size_check = ON",
        "mmap_size = 0",
    ]
    if writable:
        # FULL: NORMAL lost acknowledged rows in 411 of 500 simulated power cuts.
        settings += ["journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"]
        settings += ["fullfsync = ON"]
    for setting in settings:
        connection.execute(f"PRAGMA {setting}").fetchall()


def _schema_of(connection: apsw.Connection) -> int:
    return int(str(connection.execute("PRAGMA user_version").fetchall()[0][0]))


def _migrate(connection: apsw.Connection) -> None:
    """Apply what is missing, in one transaction; another process may be doing the same."""
    connection.execute("BEGIN IMMEDIATE").fetchall()
    try:
        schema = _schema_of(connection)
        connection.create_scalar_function("fingerprint", _fingerprint_of, 1, deterministic=True)
        for script in MIGRATIONS[schema:]:
            # apsw runs a script lazily: without fetchall only its first statement runs.
            connection.execute(script).fetchall()
        if schema == 0:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}").fetchall()
            connection.execute("INSERT INTO meta VALUES ('revision', '0')").fetchall()
        connection.execute(f"PRAGMA user_version = {SCHEMA}").fetchall()
        connection.execute("COMMIT").fetchall()
    except BaseException:
        connection.execute("ROLLBACK").fetchall()
        raise


def _fingerprint_of(*values: Any) -> bytes:
    # Of bytes: a damaged text must not keep the others from being migrated.
    return fingerprint(values[0].decode(errors="replace"))
