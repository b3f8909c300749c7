"""Who may touch an open store: one thread at a time, of the process that opened it."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from featherchat.db.hints import for_a_library
from featherchat.errors import StoreError
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

    @contextmanager
    def store(self) -> Iterator[SqliteStore]:
        """The store, for this thread alone.

        Raises:
            StoreError: If it is closed, or was opened before a fork.
        """
        if self.is_inherited:
            # Before the lock: whoever held it may not have come along.
            raise StoreError(
                f"{self._store.path} was opened by process {self._process}, and this is process"
                f" {os.getpid()}.",
                hint="Open it anew after a fork.",
            )
        with self._lock:
            if self._is_closed:
                raise StoreError(
                    f"{self._store.path} is closed.", hint="Open it again with DB.open."
                )
            with for_a_library():
                yield self._store

    def close(self) -> None:
        """Close the store, once; a forked process leaves it to the one that opened it."""
        if self.is_inherited:
            return
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                self._store.close()
