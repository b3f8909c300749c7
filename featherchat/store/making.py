"""How a store's file comes into being, what is checked before SQLite sees it, and how an old
one is brought up to date.

A store is there whole or not at all: a new one is made aside and linked into its
place, and a migration is one transaction.
"""

import errno
import os
import secrets
import stat
from pathlib import Path
from typing import Any

import apsw

from featherchat.errors import NotAStore, StoreReadOnly
from featherchat.store.connecting import Access, connect
from featherchat.store.faults import damaged, translated
from featherchat.store.layout import CHECKED, PLAIN, UNSETTLED, Layout, checksum_vfs, layout_of
from featherchat.store.rows import fingerprint
from featherchat.store.schema import APPLICATION_ID, MIGRATIONS, REPAGING_ID, SCHEMA

_SQLITE_MAGIC = b"SQLite format 3\0"
_HEADER = 100
_READ_ONLY = apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_READONLY
_APPLICATION_ID_OFFSET = 68


def found_layout(path: Path) -> Layout | None:
    """The layout of the store at a path; None if there is no file, or ``UNSETTLED``.

    The header is read before SQLite sees the file: an emptied one would be a new
    database to it, and a year of memory would look like none.

    Raises:
        NotAStore: If another program's file, a folder, or an empty file is in its place.
        StoreDamaged: If the header is not one that was ever written.
        StoreReadOnly: If it cannot be read.
    """
    header = _header(path)
    if header is None:
        return None
    if not header:
        if path.with_name(path.name + "-wal").exists():
            return PLAIN
        raise NotAStore(path, "it is empty")
    identity = int.from_bytes(header[_APPLICATION_ID_OFFSET : _APPLICATION_ID_OFFSET + 4])
    is_database = header.startswith(_SQLITE_MAGIC) and len(header) == _HEADER
    if is_database and identity == REPAGING_ID:
        return UNSETTLED
    if not is_database and identity != APPLICATION_ID:
        raise NotAStore(path, "it is not an SQLite database")
    # One bit off is ours: no other program has such a number.
    if (identity ^ APPLICATION_ID).bit_count() > 1:
        raise NotAStore(path, "it is another program's database")
    layout = layout_of(header)
    if not is_database or identity != APPLICATION_ID or layout not in (CHECKED, PLAIN):
        raise damaged(path, "its header does not say what was written into it")
    return layout


def _header(path: Path) -> bytes | None:
    """The first bytes of a file; None if there is none."""
    try:
        kind = path.stat().st_mode
        if stat.S_ISDIR(kind):
            raise NotAStore(path, "it is a folder")
        if not stat.S_ISREG(kind):
            # A pipe would keep its reader waiting for ever.
            raise NotAStore(path, "it is not a file")
        # Through SQLite: a plain open and close would let go of every lock that this process
        # holds on the file, and another process could then take its log away.
        file = apsw.VFSFile("unix", str(path), [_READ_ONLY, 0])
        try:
            return file.xRead(_HEADER, 0)
        finally:
            file.xClose()
    except FileNotFoundError:
        return None
    except (OSError, apsw.CantOpenError, apsw.IOError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise StoreReadOnly(
            f"{path} cannot be read: {why}.",
            hint=f"Check the permissions of {path}, or choose another place with --store PATH.",
        ) from error


def make_store(path: Path, access: Access, layout: Layout | None = None) -> None:
    """Put a whole new store in its place, at once: nobody ever finds half of one there.

    Two processes may do so at the same time; the first one's store is everybody's.

    Args:
        path: Where there is no file yet.
        access: How it is opened.
        layout: By default checked pages, or plain ones where there are no checksums.

    Raises:
        StoreReadOnly: If its folder cannot be made or written.
    """
    _make_private_folder(path)
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    try:
        with translated(path, access.busy_timeout):
            os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            _fill(aside, access, layout or (CHECKED if checksum_vfs() else PLAIN))
        _put_in_place(aside, path)
    except OSError as error:
        raise StoreReadOnly(
            f"{path} cannot be made: {error.strerror}.",
            hint=f"{way_to_write(error, path.parent)}, or choose another place with --store PATH.",
        ) from error
    finally:
        for left in path.parent.glob(f"{aside.name}*"):
            left.unlink(missing_ok=True)


def _fill(aside: Path, access: Access, layout: Layout) -> None:
    blank = apsw.Connection(
        str(aside),
        flags=apsw.SQLITE_OPEN_READWRITE,
        vfs=checksum_vfs() if layout.reserved else None,
    )
    try:
        blank.execute(f"PRAGMA page_size = {layout.page_size}").fetchall()
        blank.reserve_bytes(reserve=layout.reserved)
        # The first write settles both for good.
        blank.execute(f"PRAGMA application_id = {APPLICATION_ID}").fetchall()
    finally:
        blank.close()
    connection = connect(aside, access, layout)
    try:
        migrate(connection)
    finally:
        connection.close()


def schema_of(connection: apsw.Connection) -> int:
    """How many migrations a store has seen."""
    return int(str(connection.execute("PRAGMA user_version").fetchall()[0][0]))


def migrate(connection: apsw.Connection) -> None:
    """Apply what is missing, in one transaction; another process may be doing the same."""
    connection.execute("BEGIN IMMEDIATE").fetchall()
    try:
        schema = schema_of(connection)
        connection.create_scalar_function("fingerprint", _fingerprint_of, 1, deterministic=True)
        for script in MIGRATIONS[schema:]:
            # apsw runs a script lazily: without fetchall only its first statement runs.
            connection.execute(script).fetchall()
        if schema == 0:
            connection.execute("INSERT INTO meta VALUES ('revision', '0')").fetchall()
        connection.execute(f"PRAGMA user_version = {SCHEMA}").fetchall()
        connection.execute("COMMIT").fetchall()
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK").fetchall()
        raise


def _fingerprint_of(*values: Any) -> bytes:
    # Of bytes: a damaged text must not keep the others from being migrated.
    return fingerprint(values[0].decode(errors="replace"))


def give_checksums(path: Path, access: Access, *, patience: float = 0.0) -> bool:
    """Rewrite a plain store with checked pages; False if other processes have it open.

    Twice, because SQLite changes the size of pages and what is reserved in them
    correctly only one after the other. A crash in between leaves a store that
    says so in its application id, and the next opening goes on.

    Args:
        path: The store.
        access: How it is opened.
        patience: Seconds to wait for the other processes.
    """
    vfs = checksum_vfs()
    if vfs is None or access.remote:
        return False
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE, vfs=vfs)
    try:
        connection.set_busy_timeout(int(patience * 1000))
        # Nobody may see the pages in between: this takes every lock and keeps it.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
        connection.execute("PRAGMA journal_mode = DELETE").fetchall()
        if connection.execute("PRAGMA page_size").fetchall() != [(CHECKED.page_size,)] or (
            connection.execute("PRAGMA application_id").fetchall() != [(APPLICATION_ID,)]
        ):
            _rewrite(connection)
    except apsw.BusyError:
        return False
    finally:
        connection.close()
    return True


def _rewrite(connection: apsw.Connection) -> None:
    steps = [
        # All pages are written at the end and in order: the first one, which says that the
        # rest have checksums, before them.
        "cache_spill = OFF",
        "synchronous = FULL",
        "fullfsync = ON",
        "secure_delete = ON",
        f"application_id = {REPAGING_ID}",
        f"page_size = {CHECKED.page_size}",
    ]
    for step in steps:
        connection.execute(f"PRAGMA {step}").fetchall()
    connection.execute("VACUUM").fetchall()
    connection.reserve_bytes(reserve=CHECKED.reserved)
    connection.execute("VACUUM").fetchall()
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}").fetchall()


def _make_private_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreReadOnly(
            f"{path.parent} cannot be made: {error.strerror}.",
            hint="Choose another place with --store PATH.",
        ) from error


def _put_in_place(aside: Path, path: Path) -> None:
    try:
        path.hardlink_to(aside)
    except FileExistsError:
        return
    except OSError:
        # Not every file system has links.
        aside.rename(path)
    sync_folder(path.parent)


def way_to_write(error: OSError, folder: Path) -> str:
    """What to do first when something could not be written into a folder."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "Free some space"
    return f"Check the permissions of {folder}"


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk: a rename is not there before."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
