"""Whether a store's file and its write-ahead log still have every change that was acknowledged.

SQLite reads a log up to the first frame that is not what was written, and takes the
rest for a write that a crash interrupted. When a flipped bit ended it early,
changes that were on the disk would be gone without a word. And where the file was cut
within its last page, SQLite reads zeros for the rest of it, without asking its checksum.
"""

import os
import struct
from dataclasses import dataclass
from pathlib import Path

import apsw

from featherchat.store.faults import damaged
from featherchat.store.layout import running_checksum

_HEADER, _FRAME_HEADER = 32, 24
_SALTS = slice(16, 24)


@dataclass(frozen=True, slots=True)
class LogMark:
    """How far a log certainly reaches."""

    salts: bytes
    """What the log's frames have in common until it begins anew."""

    frames: int
    """The number of the last frame that ends an acknowledged change."""


def mark_log(store: Path, page_size: int) -> LogMark | None:
    """How far a store's log reaches, to be compared once it is open; None without a log.

    A change is certainly acknowledged if a later one was committed: each is on
    the disk before the next begins. So the very last one stays out of this.
    """
    try:
        handle = os.open(_log_of(store), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        header = os.pread(handle, _HEADER, 0)
        step = _FRAME_HEADER + page_size
        count = max(0, os.fstat(handle).st_size - _HEADER) // step
        frames = [os.pread(handle, 16, _HEADER + number * step) for number in range(count)]
    finally:
        os.close(handle)
    if not frames:
        return None
    salts = header[_SALTS] if _is_sound(header) else frames[0][8:]
    commits = [
        number
        for number, frame in enumerate(frames, start=1)
        if frame[8:] == salts and frame[4:8] != b"\0\0\0\0"
    ]
    return LogMark(salts, commits[-2] if len(commits) > 1 else 0)


def check_whole(
    store: Path, connection: apsw.Connection, page_size: int, mark: LogMark | None
) -> None:
    """Compare what SQLite reads of a store's file and of its log with what was there before.

    Raises:
        StoreDamaged: If acknowledged changes are missing.
    """
    ((_, frames, _),) = connection.execute("PRAGMA wal_checkpoint(NOOP)").fetchall()
    if mark is not None and int(str(frames)) < mark.frames:
        with _log_of(store).open("rb") as log:
            now = log.read(_HEADER + 16)
        if mark.salts in (now[_SALTS], now[_HEADER + 8 :]):
            # Else another process has emptied the log meanwhile and begun it anew.
            raise damaged(store, "its write-ahead log ends before the last change")
    page, cut = _cut_page(store, page_size)
    ((count,),) = connection.execute("PRAGMA page_count").fetchall()
    if not cut or page > int(str(count)) or page in _logged(store, page_size, int(str(frames))):
        return
    # Another process that was just writing the page has written all of it before the log goes.
    if _cut_page(store, page_size) == (page, cut):
        raise damaged(store, "its last page is cut off")


def _cut_page(store: Path, page_size: int) -> tuple[int, int]:
    """The number of the page in which a file ends, and how much of it there is; 0 for a whole one."""
    whole, rest = divmod(store.stat().st_size, page_size)
    return whole + 1, rest


def _logged(store: Path, page_size: int, frames: int) -> set[int]:
    """The pages that the first frames of a log hold."""
    if frames <= 0:
        return set()
    with _log_of(store).open("rb") as log:
        starts = (_HEADER + number * (_FRAME_HEADER + page_size) for number in range(frames))
        return {int.from_bytes(os.pread(log.fileno(), 4, start)) for start in starts}


def _is_sound(header: bytes) -> bool:
    return running_checksum(header[:24], (0, 0)) == struct.unpack_from(">II", header, 24)


def _log_of(store: Path) -> Path:
    return store.with_name(f"{store.name}-wal")
