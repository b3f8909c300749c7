"""How a store's pages look on the disk: how large they are, and whether each has a checksum.

A checked page ends with 8 bytes that SQLite's checksum VFS writes and compares at
each read, so that no flipped bit is ever read as if it had been written: not in
a text, and not in an index, an edge or the log, which have no hash of their own.
The extension comes with apsw's wheels; without it a store has plain pages.

Measured with 100,000 memories of 1.5 KB: single writes and bulk inserts cost the
same, a read of everything 17 % more. Pages of 8,192 bytes instead of 4,096 make
the file 18 % smaller at the same latency (1,937 instead of 2,350 bytes a memory);
16,384 save nothing more and cost 15 % a write.
"""

import functools
from dataclasses import dataclass
from pathlib import Path

import apsw

_PAGE_SIZE, _RESERVED = 16, 20
_CHECKSUM_BYTES = 8
_VFS = "cksmvfs"  # the name that the extension registers itself under
_SUFFIXES = (".so", ".dylib", ".dll")


@dataclass(frozen=True, slots=True)
class Layout:
    """The geometry of a store's pages."""

    page_size: int
    """Bytes, a power of two."""

    reserved: int
    """Bytes at the end of each page that SQLite leaves alone: 8 for a checksum, or 0."""

    @property
    def is_checked(self) -> bool:
        """Whether each page has a checksum."""
        return self.reserved == _CHECKSUM_BYTES


CHECKED = Layout(8_192, _CHECKSUM_BYTES)
PLAIN = Layout(4_096, 0)
"""No flipped bit makes one of these of the other: a damaged header is seen before SQLite
reads a page by the wrong measure, and without its checksum."""

UNSETTLED = Layout(0, 0)
"""Stands for pages that are just being rewritten."""


def layout_of(header: bytes) -> Layout:
    """The layout that a file's first 100 bytes name."""
    return Layout(int.from_bytes(header[_PAGE_SIZE : _PAGE_SIZE + 2]), header[_RESERVED])


@functools.cache
def checksum_vfs() -> str | None:
    """The name of the VFS that keeps checksums; None where apsw has no such extension."""
    extension = _extension()
    if extension is None:
        return None
    connection = apsw.Connection(":memory:")
    try:
        connection.enable_load_extension(True)
        connection.load_extension(str(extension))
    except apsw.Error:
        return None
    finally:
        connection.close()
    return _VFS if _VFS in apsw.vfs_names() else None


def _extension() -> Path | None:
    # Not by apsw.sqlite_extra, which finds the same file and costs 20 ms of start-up.
    folder = Path(apsw.__file__).with_name("sqlite_extra_binaries")
    found = (folder / f"cksumvfs{suffix}" for suffix in _SUFFIXES)
    return next((path for path in found if path.is_file()), None)


def page_checksum(page: bytes) -> bytes:
    """The 8 bytes that a checked page ends with (SQLite, ``ext/misc/cksumvfs.c``)."""
    first, second = running_checksum(page[:-_CHECKSUM_BYTES], (0, 0))
    return first.to_bytes(4, "little") + second.to_bytes(4, "little")


def running_checksum(data: bytes, before: tuple[int, int]) -> tuple[int, int]:
    """SQLite's sum over pairs of words, of pages as of its log, continued from the one before.

    Args:
        data: Little-endian words of 32 bits, an even number of them.
        before: Zeros at the beginning.
    """
    words = memoryview(data).cast("I")
    first, second = before
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second
