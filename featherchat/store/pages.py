"""A store's file read page by page, without SQLite, for when SQLite refuses it.

What comes out is what the format says (sqlite.org/fileformat2.html), of pages that
have the checksum they were written with. Deleted rows are not among it: the store
overwrites what it deletes.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from featherchat.store.layout import (
    CHECKED,
    PLAIN,
    Layout,
    layout_of,
    page_checksum,
    running_checksum,
)

TABLE_INTERIOR, TABLE_LEAF = 5, 13
INDEX_INTERIOR, INDEX_LEAF = 2, 10
_KINDS = frozenset((TABLE_INTERIOR, TABLE_LEAF, INDEX_INTERIOR, INDEX_LEAF))
_HEADER = 100
_WAL_HEADER, _FRAME_HEADER = 32, 24
_LITTLE_ENDIAN_LOG = b"\x37\x7f\x06\x82"
_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
"""Bytes of an integer, by its serial type."""

Value = None | int | float | str | bytes


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a table, or one entry of an index."""

    row_id: int | None
    """None in an index, and in a table that is one (WITHOUT ROWID)."""

    values: tuple[Value, ...]


class Unreadable(ValueError):
    """A record does not follow the format: something in it was harmed. Never leaves the store."""


class Pages:
    """The pages of one file and of the log beside it."""

    def __init__(self, path: Path) -> None:
        self._content = path.read_bytes()
        self.layout = _likely_layout(self._content)
        self._size = self.layout.page_size
        self._usable = self._size - self.layout.reserved
        self._logged = _logged_pages(path.with_name(path.name + "-wal"), self._size)
        self.count = max([-(-len(self._content) // self._size), *self._logged])
        """How many pages there are, whole or not; they are numbered from 1."""

        self._read: dict[int, bytes | None] = {}
        self.missing = max(0, self._named_count() - self.count)
        """How many more there were, as the first page says: the file was cut short."""

    def page(self, number: int) -> bytes | None:
        """The newest version of a page, if it is what was written, else None."""
        if number not in self._read:
            self._read[number] = self._logged.get(number) or self._stored(number)
        return self._read[number]

    def kind(self, number: int) -> int | None:
        """What kind of page it is; None if it holds no records, or cannot be read."""
        page = self.page(number)
        kind = None if page is None else page[_start(number)]
        return kind if kind in _KINDS else None

    def damaged(self) -> list[int]:
        """The numbers of the pages that are not what was written."""
        return [number for number in range(1, self.count + 1) if self.page(number) is None]

    def children(self, number: int) -> Iterator[int]:
        """The pages below an interior page."""
        page = self.page(number)
        if page is None or page[_start(number)] not in (TABLE_INTERIOR, INDEX_INTERIOR):
            return
        for offset in self._cells(page, number):
            yield int.from_bytes(page[offset : offset + 4])
        yield int.from_bytes(page[_start(number) + 8 : _start(number) + 12])

    def records(self, number: int) -> Iterator[Record]:
        """The whole records of a page; a harmed one is left out."""
        page = self.page(number)
        kind = self.kind(number)
        if page is None or kind is None or kind == TABLE_INTERIOR:
            return
        for offset in self._cells(page, number):
            try:
                yield self._record(page, kind, offset)
            except (Unreadable, IndexError, struct.error, UnicodeDecodeError):
                continue

    def _named_count(self) -> int:
        header = (self.page(1) or b"")[:_HEADER]
        # The count holds only if who changed the file last has also written it (section 1.3.7).
        if layout_of(header.ljust(_HEADER, b"\0")) != self.layout or header[24:28] != header[92:96]:
            return 0
        return int.from_bytes(header[28:32])

    def _stored(self, number: int) -> bytes | None:
        page = self._content[(number - 1) * self._size : number * self._size]
        if len(page) < self._size:
            return None
        return page if not self.layout.is_checked or page_checksum(page) == page[-8:] else None

    def _cells(self, page: bytes, number: int) -> list[int]:
        start = _start(number)
        first = start + (8 if page[start] in (TABLE_LEAF, INDEX_LEAF) else 12)
        count = int.from_bytes(page[start + 3 : start + 5])
        ends = range(first, min(first + 2 * count, self._usable - 1), 2)
        return [int.from_bytes(page[at : at + 2]) for at in ends]

    def _record(self, page: bytes, kind: int, offset: int) -> Record:
        if kind == INDEX_INTERIOR:
            offset += 4
        size, offset = _varint(page, offset)
        row_id = None
        if kind == TABLE_LEAF:
            row_id, offset = _varint(page, offset)
        return Record(row_id, _values(self._payload(page, kind, offset, size)))

    def _payload(self, page: bytes, kind: int, offset: int, size: int) -> bytes:
        """A record's bytes, gathered from its page and those that it overflows into."""
        usable = self._usable
        most = usable - 35 if kind == TABLE_LEAF else (usable - 12) * 64 // 255 - 23
        if size <= most:
            return page[offset : offset + size]
        least = (usable - 12) * 32 // 255 - 23
        here = least + (size - least) % (usable - 4)
        here = here if here <= most else least
        parts = [page[offset : offset + here]]
        rest, following = size - here, int.from_bytes(page[offset + here : offset + here + 4])
        while rest > 0:
            overflow = self.page(following) if 0 < following <= self.count else None
            if overflow is None:
                raise Unreadable
            parts.append(overflow[4 : 4 + min(rest, usable - 4)])
            rest -= usable - 4
            following = int.from_bytes(overflow[:4])
        return b"".join(parts)


def _likely_layout(content: bytes) -> Layout:
    """The layout that the header names; if it names none, the one that the pages have."""
    if len(content) >= _HEADER and layout_of(content) in (CHECKED, PLAIN):
        return layout_of(content)
    second = content[CHECKED.page_size : 2 * CHECKED.page_size]
    whole = len(second) == CHECKED.page_size
    return CHECKED if whole and page_checksum(second) == second[-8:] else PLAIN


def _logged_pages(log: Path, size: int) -> dict[int, bytes]:
    """The newest version of each page in a write-ahead log, as far as it is whole and committed.

    Each frame carries the sum over all before it, so none is taken that follows a harmed one.
    """
    content = log.read_bytes() if log.exists() else b""
    if content[:4] != _LITTLE_ENDIAN_LOG:
        return {}
    found: dict[int, bytes] = {}
    waiting: dict[int, bytes] = {}
    sums = running_checksum(content[:24], (0, 0))
    step = _FRAME_HEADER + size
    for start in range(_WAL_HEADER, len(content) - step + 1, step):
        number, commits, *_, first, second = struct.unpack_from(">6I", content, start)
        page = content[start + _FRAME_HEADER : start + step]
        sums = running_checksum(page, running_checksum(content[start : start + 8], sums))
        if sums != (first, second) or content[start + 8 : start + 16] != content[16:24]:
            break
        waiting[number] = page
        if commits:
            found |= waiting
            waiting = {}
    return found


def _start(number: int) -> int:
    return _HEADER if number == 1 else 0


def _varint(data: bytes, offset: int) -> tuple[int, int]:
    """A number of 1 to 9 bytes, and where the next thing begins."""
    value = 0
    for index in range(8):
        byte = data[offset + index]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, offset + index + 1
    value = value << 8 | data[offset + 8]
    return value - (1 << 64) if value >= 1 << 63 else value, offset + 9


def _values(payload: bytes) -> tuple[Value, ...]:
    end, offset = _varint(payload, 0)
    serials = []
    while offset < end:
        serial, offset = _varint(payload, offset)
        serials.append(serial)
    values = []
    for serial in serials:
        value, offset = _value(payload, offset, serial)
        values.append(value)
    if offset != len(payload):
        raise Unreadable
    return tuple(values)


def _value(payload: bytes, offset: int, serial: int) -> tuple[Value, int]:
    """The value of a serial type at an offset, and where the next one begins."""
    if serial == 0:
        return None, offset
    if serial in _INTEGERS:
        size = _INTEGERS[serial]
        return int.from_bytes(payload[offset : offset + size], signed=True), offset + size
    if serial == 7:
        return struct.unpack_from(">d", payload, offset)[0], offset + 8
    if serial in (8, 9):
        return serial - 8, offset
    if serial < 12:
        raise Unreadable
    size = (serial - 12) // 2
    content = payload[offset : offset + size]
    if len(content) < size:
        raise Unreadable
    return content.decode() if serial % 2 else content, offset + size
