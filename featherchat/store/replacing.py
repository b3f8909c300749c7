"""Another file in a store's place: a backup that is put back, or what was salvaged.

Nothing is overwritten: what was there is kept beside it, under a name that says
why and when.
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from featherchat.errors import StoreBusy, StoreReadOnly
from featherchat.store.making import sync_folder, way_to_write

_SHARED_FIRST, _SHARED_SIZE = 0x4000_0002, 510
"""The bytes that every process locks which has an SQLite file open in WAL mode."""


def replace_store(fresh: Path, store: Path, why: str, now: float) -> Path | None:
    """Put a copy of a whole, closed store in the place of another one.

    Args:
        fresh: What comes; it stays where it is.
        store: Where it goes.
        why: A word for the name of what is kept.
        now: When, for the same name.

    Returns:
        Where the present file is kept, or None if there was none.

    Raises:
        StoreBusy: If a process has the store open.
        StoreReadOnly: If the folder cannot be written.
    """
    moment = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H%M%S")
    kept = store.with_name(f"{store.name}.{why}-{moment}")
    aside = store.with_name(f"{store.name}.{secrets.token_hex(4)}.new")
    try:
        _copy(fresh, aside)
        with _alone(store) as present:
            if present:
                _keep(store, kept)
            aside.replace(store)
            sync_folder(store.parent)
    except OSError as error:
        raise StoreReadOnly(
            f"{store} cannot be replaced: {error.strerror}.",
            hint=f"{way_to_write(error, store.parent)}; nothing was changed.",
        ) from error
    finally:
        aside.unlink(missing_ok=True)
    return kept if present else None


def _copy(fresh: Path, aside: Path) -> None:
    with fresh.open("rb") as source, open(aside, "xb", opener=_private) as target:
        shutil.copyfileobj(source, target, 1 << 20)
        target.flush()
        os.fsync(target.fileno())


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _keep(store: Path, kept: Path) -> None:
    """Give the present file its other name, and its log with it, before the place is taken."""
    kept.unlink(missing_ok=True)
    try:
        kept.hardlink_to(store)
    except OSError:
        # Not every file system has links.
        shutil.copy2(store, kept)
    for suffix in ("-wal", "-journal"):
        log = store.with_name(store.name + suffix)
        if log.exists():
            # Left in place, it would be replayed into a file that it does not belong to.
            log.replace(kept.with_name(kept.name + suffix))
    store.with_name(f"{store.name}-shm").unlink(missing_ok=True)


@contextmanager
def _alone(store: Path) -> Iterator[bool]:
    """Keep every other process out of a store; whether there is one."""
    try:
        handle = os.open(store, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        yield False
        return
    try:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_SIZE, _SHARED_FIRST)
        except OSError as error:
            raise StoreBusy(store, 0.0) from error
        yield True
    finally:
        os.close(handle)
