"""SQLite's errors turned into ours: each names the file and what to do next."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from featherchat.errors import StoreBusy, StoreDamaged, StoreError, StoreReadOnly

WAY_OUT = (
    "Run featherchat doctor --salvage, which saves what can be read into a new file and"
    " names what is lost."
)
"""What to do about a damaged store; every such error says it."""


@contextmanager
def translated(path: Path, busy_timeout: float) -> Iterator[None]:
    """Turn SQLite's errors into ours, at the one place where they arise."""
    try:
        yield
    except apsw.BusyError as error:
        raise StoreBusy(path, busy_timeout) from error
    except UnicodeDecodeError as error:
        raise damaged(path, f"it holds a text that is no longer one ({error.reason})") from error
    except apsw.FullError as error:
        raise StoreError(
            f"The disk is full: {path} cannot grow.",
            hint="Free some space and repeat the command; what was stored before is safe.",
        ) from error
    except apsw.NotADBError as error:
        # The header was checked before: it did say that this is a store.
        raise damaged(path, "its header is no longer that of a database") from error
    except apsw.CorruptError as error:
        raise damaged(path, str(error)) from error
    except (apsw.ReadOnlyError, apsw.CantOpenError, apsw.PermissionsError) as error:
        raise not_writable(path) from error
    except apsw.IOError as error:
        if _is_wrong_checksum(error):
            raise damaged(path, "a page does not have the checksum it was written with") from error
        raise StoreError(
            f"{path} could not be read or written: {error}.",
            hint="Check the disk and its free space, then repeat the command.",
        ) from error


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
