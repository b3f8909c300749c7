"""Every memory at a glance: what a table of a hundred thousand rows shows, as columns.

Read in one statement and without the texts: a row here costs 2 µs, a whole memory 30.
Nothing is verified by hash; whoever opens a memory reads it whole.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, overload

from featherchat.recollection import Filter, Outline
from featherchat.store.database import Database
from featherchat.store.filters import where

_FIELDS = (
    "id",
    "kind",
    "status",
    "importance",
    "pinned",
    "recall_count",
    "created_at",
    "developer",
    "author",
    "path",
    "adr_status",
    "changed",
)
"""What is kept of an outline, in its own order."""

_PAGE = 500

_COLUMNS = """m.title, m.id, m.kind, m.status, m.importance, m.pinned, m.recall_count,
m.created_at, m.developer, m.author, m.path,
CASE WHEN m.kind = 'decision' THEN json_extract(m.attributes, '$.adr_status') END,
m.seq IN (SELECT seq FROM anchors WHERE changed)"""


class Outlines(Sequence[Outline]):
    """Outlines as columns: each is put together when it is asked for.

    Of a hundred thousand a screen shows thirty; the others are only ever numbers.
    """

    def __init__(self, columns: Sequence[Sequence[Any]]) -> None:
        self._columns = dict(zip(_FIELDS, columns or [()] * len(_FIELDS), strict=True))

    @classmethod
    def of(cls, outlines: Sequence[Outline]) -> "Outlines":
        """Some outlines as columns."""
        if isinstance(outlines, Outlines):
            return outlines
        return cls([[getattr(each, name) for each in outlines] for name in _FIELDS])

    def column(self, name: str) -> Sequence[Any]:
        """One field of every outline."""
        return self._columns[name]

    def __len__(self) -> int:
        return len(self._columns["id"])

    @overload
    def __getitem__(self, place: int) -> Outline: ...
    @overload
    def __getitem__(self, place: slice) -> "Outlines": ...
    def __getitem__(self, place: int | slice) -> "Outline | Outlines":
        found: Any = [column[place] for column in self._columns.values()]
        return Outlines(found) if isinstance(place, slice) else Outline(*found)

    def __add__(self, others: "Outlines") -> "Outlines":
        if not self:
            return others
        return Outlines([(*self.column(name), *others.column(name)) for name in _FIELDS])


@dataclass(frozen=True, slots=True)
class Overview:
    """Memories without their texts, the newest first."""

    titles: tuple[str, ...]
    outlines: Outlines

    def __len__(self) -> int:
        return len(self.titles)


def overview(database: Database, wanted: Filter, now: float) -> Overview:
    """What a filter admits and has not expired.

    Args:
        database: The open store.
        wanted: The filter.
        now: Seconds UTC.
    """
    condition, values = where(wanted, now)
    titles: list[str] = []
    columns: list[list[Any]] = [[] for _ in _FIELDS]
    sql = f"SELECT {_COLUMNS} FROM memories m WHERE {condition} ORDER BY m.seq DESC"
    with _no_collection():
        rows = database.each(sql, values)
        # Some at a time: the next ones get the same tuples, which is a seventh quicker.
        while page := list(islice(rows, _PAGE)):
            for column, more in zip((titles, *columns), zip(*page, strict=True), strict=True):
                column.extend(more)
    return Overview(tuple(titles), Outlines(columns))


@contextmanager
def _no_collection() -> Iterator[None]:
    """While many objects are made that stay, looking for garbage takes as long as making them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
