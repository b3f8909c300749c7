"""SQLite's errors turned into ours: each names the file and what to do next."""

from pathlib import Path
from typing import Any

import apsw

from featherchat.errors import StoreBusy, StoreDamaged, StoreError, StoreReadOnly

WAY_OUT = (
    "Run featherchat doctor --salvage, which saves what can be read into a new file and"
    " names what is lost."
)
"""What to do about a damaged store; every such error says it."""


class translated:  # noqa: N801 - reads as the function that contextlib would make of it
    """Turns SQLite's errors into ours, at the one place where they arise.

    A class and no generator: it is entered for every statement.
    """

    __slots__ = ("_busy_timeout", "_path")

    def __init__(self, path: Path, busy_timeout: float) -> None:
        self._path = path
        self._busy_timeout = busy_timeout

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None:
            ours = _ours(self._path, self._busy_timeout, error)
            if ours is not None:
                raise ours from error


def _ours(path: Path, busy_timeout: float, error: BaseException) -> StoreError | None:
    """The error that names the file and what to do next; None for what is not SQLite's."""
    match error:
        case apsw.BusyError():
            return StoreBusy(path, busy_timeout)
        case UnicodeDecodeError():
            return damaged(path, f"it holds a text that is no longer one ({error.reason})")
        case apsw.FullError():
            return StoreError(
                f"The disk is full: {path} cannot grow.",
                hint="Free some space and repeat the command; what was stored before is safe.",
            )
        case apsw.NotADBError():
            # The header was checked before: it did say that this is a store.
            return damaged(path, "its header is no longer that of a database")
        case apsw.CorruptError():
            return damaged(path, str(error))
        case apsw.ReadOnlyError() | apsw.CantOpenError() | apsw.PermissionsError():
            return not_writable(path)
        case apsw.IOError() if _is_wrong_checksum(error):
            return damaged(path, "a page does not have the checksum it was written with")
        case apsw.IOError():
            return StoreError(
                f"{path} could not be read or written: {error}.",
                hint="Check the disk and its free space, then repeat the command.",
            )
    return None


def _is_wrong_checksum(error: Any) -> bool:
    # Any: apsw's stubs leave out the attribute that its documentation names.
    return bool(error.extendedresult == apsw.SQLITE_IOERR_DATA)


def damaged(path: Path, why: str) -> StoreDamaged:
    """The error for a file that does not say what was written, with the way out."""
    return StoreDamaged(f"{path} is damaged: {why}.", hint=WAY_OUT)


def not_writable(path: Path) -> StoreReadOnly:
    """The error for a file or folder without permission."""
    return StoreReadOnly(
        f"{path} cannot be opened for writing.",
        hint=f"Check the permissions of {path.parent}, or choose another place with --store PATH.",
    )
