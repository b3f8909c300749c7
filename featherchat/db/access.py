"""Who may touch an open store: one thread at a time, of the process that opened it."""

import os
import threading

from featherchat.db.hints import reword
from featherchat.errors import StoreError
from featherchat.store.database import Database
from featherchat.store.sqlite import SqliteStore


class Access:
    """The only way from ``DB`` to its store."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self._lock = threading.RLock()
        self._process = os.getpid()
        self._is_closed = False

    @property
    def is_inherited(self) -> bool:
        """Whether it came here by a fork: SQLite forbids to use a connection then."""
        return os.getpid() != self._process

    @property
    def is_open(self) -> bool:
        """Whether it can be used here and now."""
        return not self._is_closed and not self.is_inherited

    def store(self) -> "Held":
        """The store, for this thread alone, while a block lasts.

        Raises:
            StoreError: If it is closed, or was opened before a fork.
        """
        return Held(self)

    def reading(self) -> "Held":
        """The same, and one state of it: what is found can be read, whatever others write."""
        return Held(self, reads=True)

    def take(self) -> SqliteStore:
        """Lock the store for this thread, until it is given back; see ``store``."""
        if self.is_inherited:
            # Before the lock: whoever held it may not have come along.
            raise StoreError(
                f"{self._store.path} was opened by process {self._process}, and this is process"
                f" {os.getpid()}.",
                hint="Open it anew after a fork.",
            )
        self._lock.acquire()
        if self._is_closed:
            self._lock.release()
            raise StoreError(f"{self._store.path} is closed.", hint="Open it again with DB.open.")
        return self._store

    def give_back(self) -> None:
        """Let other threads have it."""
        self._lock.release()

    def close(self) -> None:
        """Close the store, once; a forked process leaves it to the one that opened it."""
        if self.is_inherited:
            return
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                self._store.close()


class Held:
    """The block of ``Access.store`` and ``reading``.

    A class and no generator: every question enters it.
    """

    __slots__ = ("_access", "_reading", "_reads")

    def __init__(self, access: Access, *, reads: bool = False) -> None:
        self._access = access
        self._reads = reads
        self._reading: Database | None = None

    def __enter__(self) -> SqliteStore:
        store = self._access.take()
        if self._reads:
            try:
                self._reading = store.database if store.database.begin_reading() else None
            except BaseException as error:
                self._access.give_back()
                reword(error)
                raise
        return store

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            if self._reading is not None:
                self._reading.end_reading()
        finally:
            self._access.give_back()
        if error is not None:
            reword(error)
