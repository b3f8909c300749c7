"""The right to watch a folder: one process has it, and loses it at the latest when it ends."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

_LETTERS = 20
"""A process id is shorter."""


class Lease:
    """One place of which only one process may say that it is its own."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._handle: int | None = None

    def take(self) -> bool:
        """Whether it is ours now, or was before.

        Where the file system knows no locks, everybody may: what two watchers record is
        compared with memory and not doubled.
        """
        if self._handle is not None:
            return True
        try:
            self._place.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return True
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        except OSError:
            os.close(handle)
            return True
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}".encode(), 0)
        self._handle = handle
        return True

    def holder(self) -> int | None:
        """The process whose it is; None if it is nobody's."""
        if self._handle is not None:
            return os.getpid()
        with suppress(OSError, ValueError):
            handle = os.open(self._place, os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(os.pread(handle, _LETTERS, 0))
            finally:
                os.close(handle)
        return None

    def release(self) -> None:
        """Let another process have it."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
