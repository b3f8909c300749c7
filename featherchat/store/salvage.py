"""What can be saved of a damaged store, written into a new one.

The damaged file is read page by page and never written. A row is kept if its
pages have their checksums and, where it has a hash of its own, that says so, too.
"""

import json
from collections.abc import Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw

from featherchat.errors import StoreError
from featherchat.store.backups import Copied, backups_of, memories_in
from featherchat.store.connecting import Access, connect
from featherchat.store.faults import translated
from featherchat.store.making import found_layout, make_store
from featherchat.store.pages import INDEX_INTERIOR, INDEX_LEAF, TABLE_LEAF, Pages, Record, Value
from featherchat.store.proving import unproven
from featherchat.store.rows import vector_hash

_IDS = "sqlite_autoindex_memories_1"
"""The index that has the id of each memory, also of those whose row is lost."""

_TYPES: dict[str, tuple[type, ...]] = {
    "TEXT": (str,),
    "BLOB": (bytes,),
    "INTEGER": (int,),
    "REAL": (float, int),  # SQLite writes a whole number as an integer
}


@dataclass(frozen=True, slots=True)
class Copies:
    """A backup, and what it has of the memories that were not saved."""

    backup: Path
    memories: tuple[Copied, ...]


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What was saved, and what was not."""

    rows: dict[str, int]
    """How many rows, by table."""

    pages: int
    damaged_pages: int
    lost: tuple[str, ...]
    """The ids of the memories that are named somewhere and could not be saved."""

    perhaps_lost: tuple[str, ...]
    """Ids that only a backup or the log names: lost, or taken back before the damage."""

    copies: tuple[Copies, ...]
    """The backups that have some of both, newest first; each id is with the newest one alone."""

    unlearned: int
    """Documents that lost a piece, and are to be learnt again."""


@dataclass(frozen=True, slots=True)
class _Poured:
    """What came into the new store, and the ids of what did not."""

    rows: dict[str, int]
    saved: set[str]
    lost: set[str]
    hinted: set[str]
    """Ids that pieces of documents and the log name: some may have been forgotten."""

    unlearned: int


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    type: str
    required: bool
    is_row_id: bool


@dataclass(frozen=True, slots=True)
class _Table:
    """A table as the present schema has it."""

    name: str
    columns: tuple[_Column, ...]
    has_row_ids: bool

    def row_of(self, record: Record) -> tuple[Value, ...] | None:
        """A record as a row of this table; None if it cannot be one."""
        values = record.values
        # Columns that a later migration added are missing at the end of older rows.
        if not 0 < len(values) <= len(self.columns):
            return None
        row = []
        for column, value in zip(self.columns, values, strict=False):
            if column.is_row_id and value is None:
                value = record.row_id
            if value is None and column.required:
                return None
            if value is not None and not isinstance(value, _TYPES[column.type]):
                return None
            row.append(value)
        return tuple(row)


def salvage(damaged: Path, target: Path) -> Salvaged:
    """Save what can be read of a store into a new one.

    Args:
        damaged: A store that no process has open. It is only read.
        target: The new store's file, which is not there yet.

    Raises:
        StoreError: If the new one cannot be written.
    """
    pages = Pages(damaged)
    access = Access(writable=True, busy_timeout=0.0)
    make_store(target, access)
    with translated(target, access.busy_timeout):
        layout = found_layout(target)
        assert layout is not None  # it was just made
        connection = connect(target, access, layout)
        try:
            poured = _pour_all(connection, pages)
        finally:
            connection.close()
    harmed = len(pages.damaged()) + pages.missing
    backups = _readable_backups(damaged)
    living = {each.id for _, copied in backups for each in copied if each.is_living}
    # Where every page is whole, what is in no row was taken back or forgotten.
    hinted = (poured.hinted | living) - poured.saved - poured.lost if harmed else set()
    return Salvaged(
        poured.rows,
        pages.count + pages.missing,
        harmed,
        tuple(sorted(poured.lost)),
        tuple(sorted(hinted)),
        tuple(_copies(backups, poured.lost | hinted)),
        poured.unlearned,
    )


def _pour_all(connection: apsw.Connection, pages: Pages) -> _Poured:
    tables = _tables(connection)
    owners = _owners(pages)
    connection.execute("PRAGMA foreign_keys = OFF; BEGIN; DELETE FROM meta").fetchall()
    for table in tables:
        _pour(connection, table, _rows(pages, owners, table, tables))
    wrong = _drop_unproven(connection, tables)
    named = _named_ids(pages, owners, connection) | wrong
    _drop_loose_ends(connection)
    saved = {str(row[0]) for row in _all(connection, "SELECT id FROM memories")}
    pieces, unlearned = _unlearn(connection, saved)
    hinted = pieces | _logged_ids(connection)
    _mend_settings(connection)
    connection.execute("COMMIT").fetchall()
    rows = {
        table.name: _all(connection, f"SELECT count(*) FROM {table.name}")[0][0] for table in tables
    }
    return _Poured(rows, saved, named - saved, hinted, unlearned)


def _tables(connection: apsw.Connection) -> list[_Table]:
    found = []
    rows = connection.execute(
        "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
        " AND name NOT LIKE 'sqlite%' ORDER BY name <> 'memories', name"
    ).fetchall()
    for name, without_row_ids in rows:
        info = connection.execute(f"PRAGMA table_info ({name})").fetchall()
        columns = tuple(
            _Column(
                str(column),
                str(kind),
                bool(required) or bool(key),
                not without_row_ids and bool(key) and kind == "INTEGER",
            )
            for _, column, kind, required, _, key in info
        )
        found.append(_Table(str(name), columns, not without_row_ids))
    return found


def _owners(pages: Pages) -> dict[int, str]:
    """Which table or index each page belongs to, as far as the way there can be read."""
    owners: dict[int, str] = {}
    for name, root in _roots(pages):
        below = [root]
        while below:
            number = below.pop()
            if number in owners or not 0 < number <= pages.count:
                continue
            owners[number] = name
            below.extend(pages.children(number))
    return owners


def _roots(pages: Pages) -> Iterator[tuple[str, int]]:
    """The name and first page of every table and index, from wherever the schema lies."""
    for number in range(1, pages.count + 1):
        if pages.kind(number) != TABLE_LEAF:
            continue
        for record in pages.records(number):
            match record.values:
                case ("table" | "index", str(name), str(), int(root), str() | None):
                    yield name, root


def _rows(
    pages: Pages, owners: dict[int, str], table: _Table, tables: Sequence[_Table]
) -> Iterator[tuple[Value, ...]]:
    """The rows of a table: of its own pages, and of those without owner that fit no other."""
    kinds = (TABLE_LEAF,) if table.has_row_ids else (INDEX_LEAF, INDEX_INTERIOR)
    rivals = [each for each in tables if each.has_row_ids == table.has_row_ids]
    for number in range(1, pages.count + 1):
        if pages.kind(number) not in kinds or owners.get(number, table.name) != table.name:
            continue
        for record in pages.records(number):
            row = table.row_of(record)
            if row is None or (number not in owners and not _fits_alone(record, table, rivals)):
                continue
            yield row


def _fits_alone(record: Record, table: _Table, rivals: Sequence[_Table]) -> bool:
    # Entries of indexes are short: of two values could be anything.
    whole = len(record.values) == len(table.columns) and len(record.values) > 2
    fitting = [each for each in rivals if len(each.columns) == len(record.values)]
    return whole and all(each == table or each.row_of(record) is None for each in fitting)


def _pour(connection: apsw.Connection, table: _Table, rows: Iterator[tuple[Value, ...]]) -> None:
    for row in rows:
        names = ", ".join(column.name for column in table.columns[: len(row)])
        marks = ", ".join("?" * len(row))
        # What breaks a rule of the schema was not written by us.
        connection.execute(f"INSERT OR IGNORE INTO {table.name} ({names}) VALUES ({marks})", row)


def _drop_unproven(connection: apsw.Connection, tables: Sequence[_Table]) -> set[str]:
    """Remove the rows that their hashes do not confirm; the ids of these memories."""
    wrong = set(unproven(connection))
    connection.executemany("DELETE FROM memories WHERE id = ?", [(each,) for each in wrong])
    for table in tables:
        names = {column.name for column in table.columns}
        for content in {"vector", "source"} & names if "hash" in names else ():
            _drop_harmed(connection, table.name, content)
    return wrong


def _drop_harmed(connection: apsw.Connection, table: str, content: str) -> None:
    """Remove the vectors or sources that are not what their own hashes say."""
    rows = _all(connection, f"SELECT rowid, CAST({content} AS BLOB), hash FROM {table}")
    harmed = [(number,) for number, found, stored in rows if vector_hash(found) != stored]
    connection.executemany(f"DELETE FROM {table} WHERE rowid = ?", harmed)


def _named_ids(pages: Pages, owners: dict[int, str], connection: apsw.Connection) -> set[str]:
    """The ids that the index of memories or an edge names."""
    named = {
        str(record.values[0])
        for number, name in owners.items()
        if name == _IDS
        for record in pages.records(number)
    }
    for row in connection.execute("SELECT source_id, target_id FROM edges"):
        named.update(str(value) for value in row)
    return named


def _unlearn(connection: apsw.Connection, saved: Set[str]) -> tuple[set[str], int]:
    """Let each document that lost a piece be learnt anew; the ids of all pieces, and how many."""
    named: set[str] = set()
    harmed = []
    for path, pieces in _all(connection, "SELECT path, pieces FROM documents"):
        try:
            ids = {str(each) for each in json.loads(pieces).values()}
        except (ValueError, AttributeError):
            harmed.append((path,))
            continue
        named |= ids
        if not ids <= saved:
            harmed.append((path,))
    connection.executemany("DELETE FROM documents WHERE path = ?", harmed)
    return named, len(harmed)


def _logged_ids(connection: apsw.Connection) -> set[str]:
    """The memories of which the log tells last that they were made."""
    rows = _all(
        connection,
        # SQLite takes a bare column from the row that has the maximum.
        "SELECT key, before, max((revision << 32) + number) FROM events"
        " WHERE subject = 'memory' GROUP BY key",
    )
    return {str(key) for key, before, _ in rows if before is None}


def _drop_loose_ends(connection: apsw.Connection) -> None:
    """Remove what belongs to rows that were lost, until nothing does."""
    while True:
        loose = connection.execute("PRAGMA foreign_key_check").fetchall()
        if not loose:
            return
        for table in {str(row[0]) for row in loose}:
            _drop_children_without_parents(connection, table)


def _drop_children_without_parents(connection: apsw.Connection, table: str) -> None:
    for row in connection.execute(f"PRAGMA foreign_key_list ({table})").fetchall():
        parent, child_column, parent_column = row[2], row[3], row[4]
        connection.execute(
            f"DELETE FROM {table} WHERE {child_column} NOT IN"
            f" (SELECT {parent_column} FROM {parent})"
        ).fetchall()


def _mend_settings(connection: apsw.Connection) -> None:
    """Make the store's own numbers fit what was saved."""
    connection.execute(
        "INSERT OR REPLACE INTO meta SELECT 'revision', 1 + max("
        "coalesce((SELECT max(touched) FROM memories), 0),"
        " coalesce((SELECT max(revision) FROM vectors), 0),"
        " coalesce((SELECT max(revision) FROM changes), 0),"
        " coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'revision'), 0))"
    ).fetchall()
    connection.execute(
        "INSERT OR IGNORE INTO meta SELECT 'embedder', space FROM vectors"
        " GROUP BY space ORDER BY count(*) DESC LIMIT 1"
    ).fetchall()


def _all(connection: apsw.Connection, sql: str, values: Sequence[Any] = ()) -> list[Any]:
    return connection.execute(sql, values).fetchall()


def _readable_backups(store: Path) -> list[tuple[Path, tuple[Copied, ...]]]:
    found = []
    for backup in backups_of(store):
        with suppress(StoreError):
            found.append((backup.path, memories_in(backup.path)))
    return found


def _copies(
    backups: Sequence[tuple[Path, tuple[Copied, ...]]], wanted: Set[str]
) -> Iterator[Copies]:
    left = set(wanted)
    for path, copied in backups:
        found = tuple(each for each in copied if each.id in left)
        left.difference_update(each.id for each in found)
        if found:
            yield Copies(path, found)
