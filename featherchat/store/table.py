"""The rows of memories, anchors and edges: read, written and checked one by one.

Knows nothing of why something is written; ``SqliteStore`` logs that first.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from featherchat.errors import NothingFound, StoreDamaged
from featherchat.memory import Anchor, Edge, Memory, Status
from featherchat.recollection import Filter, Outline
from featherchat.store.at_hand import AtHand
from featherchat.store.base import Counts
from featherchat.store.database import Database, Row
from featherchat.store.filters import where
from featherchat.store.rows import (
    ANCHOR_COLUMNS,
    EDGE_COLUMNS,
    MEMORY_COLUMNS,
    anchor_to_row,
    edge_to_row,
    fingerprint,
    memory_to_row,
    row_hash,
    row_to_anchor,
    row_to_edge,
    source_hash,
    source_to_json,
    unsound,
    verified,
)
from featherchat.store.verified import Verified

_SELECT = (
    "SELECT "
    + ", ".join(f"m.{name}" for name in MEMORY_COLUMNS)
    + ", EXISTS (SELECT 1 FROM anchors a WHERE a.seq = m.seq)"
    + ", EXISTS (SELECT 1 FROM sources s WHERE s.seq = m.seq), m.hash, m.seq"
)
_ALL = (*MEMORY_COLUMNS, "fingerprint", "hash", "revision", "touched")
_INSERT = f"INSERT INTO memories (seq, {', '.join(_ALL)}) VALUES (?{', ?' * len(_ALL)})"
_UPDATE = f"UPDATE memories SET {', '.join(f'{name} = ?' for name in _ALL)} WHERE id = ?"
_OUTLINE = """m.id, m.kind, m.status, m.importance, m.pinned, m.recall_count,
m.created_at, m.developer, m.author, m.path,
CASE WHEN m.kind = 'decision' THEN json_extract(m.attributes, '$.adr_status') END,
EXISTS (SELECT 1 FROM anchors a WHERE a.seq = m.seq AND a.changed)"""
_CHUNK = 500
"""Ids in one statement; SQLite allows 32,766 values."""

_THIS_EDGE = "WHERE source_id = ? AND target_id = ? AND relation = ?"

EdgeKey = tuple[str, str, str]
"""What makes it one edge: both ends and the relation."""

Sameness = tuple[bytes, str, str, str | None]
"""What the living memories of one text share: fingerprint, namespace, kind and developer."""


def sameness_of(memory: Memory) -> Sameness:
    """What makes another memory say the same as this one."""
    return (fingerprint(memory.text), memory.namespace, memory.kind, memory.developer)


class MemoryTable:
    """Memories and edges as rows."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._at_hand = AtHand(database)

    def get(self, ids: Sequence[str]) -> dict[str, Memory]:
        """Memories by id; unknown ids are absent. What was read lately is not decoded again."""
        found = self._at_hand.current_by_id(ids)
        others = self.read([each for each in ids if each not in found] if found else ids)
        found.update((memory_id, each.memory) for memory_id, each in others.items())
        return found

    def read(self, ids: Sequence[str]) -> dict[str, Verified]:
        """Memories by id as their rows say them, decoded when somebody looks at them."""
        found: dict[str, Verified] = {}
        for chunk in _chunks(ids):
            marks = ", ".join("?" * len(chunk))
            rows = self._rows(f"{_SELECT} FROM memories m WHERE m.id IN ({marks})", chunk)
            found.update((each.id, each) for each in self._kept(rows).values())
        return found

    def by_seq(self, seqs: Sequence[int]) -> dict[int, Verified]:
        """Memories by row number, in no particular order."""
        known = self._at_hand.current()
        found = {seq: known[seq] for seq in seqs if seq in known}
        if len(found) < len(seqs):
            for chunk in _chunks([seq for seq in seqs if seq not in found]):
                marks = ", ".join("?" * len(chunk))
                sql = f"{_SELECT} FROM memories m WHERE m.seq IN ({marks})"
                found.update(self._kept(self._rows(sql, chunk)))
        return found

    def at_hand(self, revision: int) -> Mapping[int, Verified]:
        """Memories that were read lately by row number, if they are as they were at a revision."""
        return self._at_hand.as_of(revision)

    def required(self, ids: Sequence[str]) -> list[Memory]:
        """Memories in the order of their ids.

        Raises:
            NothingFound: If an id is unknown.
        """
        found = self.get(ids)
        for memory_id in ids:
            if memory_id not in found:
                raise NothingFound(
                    f"There is no memory {memory_id}.", hint="Find its id with search."
                )
        return [found[memory_id] for memory_id in ids]

    def known(self, ids: Sequence[str]) -> set[str]:
        """Those of some ids that there are."""
        found: set[str] = set()
        for chunk in _chunks(ids):
            marks = ", ".join("?" * len(chunk))
            rows = self._database.rows(f"SELECT id FROM memories WHERE id IN ({marks})", chunk)
            found.update(row[0] for row in rows)
        return found

    def find(self, wanted: Filter, limit: int | None, now: float | None = None) -> list[Memory]:
        """What a filter admits, newest first."""
        condition, values = where(wanted, now)
        rows = self._rows(
            f"{_SELECT} FROM memories m WHERE {condition}"
            " ORDER BY m.created_at DESC, m.id DESC LIMIT ?",
            [*values, -1 if limit is None else limit],
        )
        return self._memories(rows)

    def pinned(self, namespace: str) -> list[Memory]:
        """The living memories that a person pinned, oldest first."""
        sql = (
            f"{_SELECT} FROM memories m WHERE m.pinned AND m.namespace = ?"
            " AND m.status IN ('active', 'candidate') ORDER BY m.created_at, m.id"
        )
        return self._memories(self._rows(sql, (namespace,)))

    def resolve(self, prefix: str) -> list[str]:
        """The ids that start or end with a few characters, as people type them."""
        rows = self._database.rows(
            "SELECT id FROM memories WHERE id >= ?1 AND id < ?1 || '~' OR substr(id, ?2) = ?1"
            " ORDER BY id LIMIT 10",
            (prefix.upper(), -len(prefix)),
        )
        return [str(row[0]) for row in rows]

    def counts(self, namespace: str, pending: int) -> Counts:
        """How many memories are in use, by kind; a superseded one still leads to its successor."""
        rows = self._database.rows(
            "SELECT kind, status, count(*) FROM memories"
            " WHERE namespace = ? AND status <> 'retired' GROUP BY kind, status",
            (namespace,),
        )
        by_kind: dict[str, int] = {}
        for kind, _, number in rows:
            by_kind[kind] = by_kind.get(kind, 0) + number
        candidates = sum(number for _, status, number in rows if status == Status.CANDIDATE)
        return Counts(sum(by_kind.values()), candidates, pending, by_kind)

    def expired(self, now: float) -> list[Memory]:
        """The living memories whose time is over, oldest first; what is pinned has no end."""
        sql = (
            f"{_SELECT} FROM memories m WHERE m.expires_at <= ? AND NOT m.pinned"
            " AND m.status IN ('active', 'candidate') ORDER BY m.seq"
        )
        return self._memories(self._rows(sql, (now,)))

    def damaged(self, ids: Sequence[str] | None = None) -> list[str]:
        """The ids of the rows that do not say what was written, among some or all."""
        if ids is None:
            # As bytes: the id itself may be what was harmed.
            rows = self._database.rows("SELECT CAST(id AS BLOB) FROM memories ORDER BY seq")
            ids = [bytes(row[0]).decode(errors="replace") for row in rows]
        return [memory_id for memory_id in ids if not self._is_sound(memory_id)]

    def put(self, memory: Memory, *, known: bool) -> None:
        """Insert a memory, or replace the row of its id."""
        if known:
            self.replace_all([memory])
        else:
            self.insert([memory])

    def replace_all(self, memories: Sequence[Memory]) -> None:
        """Replace the rows of known memories, each of which is named once."""
        self._database.execute_many(
            _UPDATE, [(*self._values(memory), memory.id) for memory in memories]
        )
        named = {memory.id: memory for memory in memories}
        rows = self._database.rows(
            "SELECT seq, id FROM memories WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(named)),),
        )
        numbered = [(seq, named[memory_id]) for seq, memory_id in rows]
        seqs = json.dumps([seq for seq, _ in numbered])
        for others in ("anchors", "sources"):
            self._database.execute(
                f"DELETE FROM {others} WHERE seq IN (SELECT value FROM json_each(?))", (seqs,)
            )
        self._put_anchors(numbered)
        self._put_sources(numbered)

    def insert(self, memories: Sequence[Memory]) -> dict[str, int]:
        """Insert new memories; their row numbers, which are never given to another memory."""
        first = 1 + self._database.value(
            "SELECT max(coalesce((SELECT max(seq) FROM memories), 0),"
            " coalesce((SELECT max(seq) FROM gone), 0))"
        )
        numbered = list(enumerate(memories, first))
        self._database.execute_many(
            # One after the other: a batch of rows is megabytes.
            _INSERT,
            ((seq, *self._values(memory)) for seq, memory in numbered),
        )
        self._put_anchors(numbered)
        self._put_sources(numbered)
        return {memory.id: seq for seq, memory in numbered}

    def delete(self, memory_id: str) -> None:
        """Remove a row, with its anchors, vector and edges, and note that it is gone."""
        self.delete_all([memory_id])

    def delete_all(self, ids: Sequence[str]) -> None:
        """Remove rows; see ``delete``."""
        named = json.dumps(list(ids))
        which = "WHERE id IN (SELECT value FROM json_each(?))"
        self._database.execute(
            f"INSERT OR REPLACE INTO gone SELECT seq, ? FROM memories {which}",
            (self._database.next_revision, named),
        )
        self._database.execute(f"DELETE FROM memories {which}", (named,))

    def living_like(self, marks: Sequence[bytes]) -> list[tuple[str, Sameness]]:
        """The ids of the living memories whose text has one of some fingerprints, oldest first."""
        found: list[tuple[str, Sameness]] = []
        for chunk in _chunks(marks):
            rows = self._database.rows(
                "SELECT id, fingerprint, namespace, kind, developer FROM memories"
                f" WHERE fingerprint IN ({', '.join('?' * len(chunk))})"
                " AND status IN ('active', 'candidate') ORDER BY seq",
                chunk,
            )
            found += [(row[0], (row[1], row[2], row[3], row[4])) for row in rows]
        return found

    def alike(self, memory: Memory) -> str | None:
        """The id of another living memory that says the same; without a text there is none."""
        key = sameness_of(memory)
        same = [each for each, found in self.living_like([key[0]]) if found == key]
        return next((each for each in same if memory.text and each != memory.id), None)

    def edges_of(
        self, ids: Sequence[str], relations: Sequence[str] = (), *, incoming: bool = False
    ) -> list[Edge]:
        """Every edge that touches one of the memories; see ``MemoryStore``."""
        columns = ", ".join(EDGE_COLUMNS)
        wanted = f" AND relation IN ({', '.join('?' * len(relations))})" if relations else ""
        found: dict[tuple[str, str, str], Edge] = {}
        for chunk in _chunks(ids):
            marks = ", ".join("?" * len(chunk))
            for end in ("target_id",) if incoming else ("source_id", "target_id"):
                sql = f"SELECT {columns} FROM edges WHERE {end} IN ({marks}){wanted}"
                rows = self._database.rows(sql, [*chunk, *relations])
                found.update((edge.key, edge) for edge in map(row_to_edge, rows))
        return [found[key] for key in sorted(found)]

    def outlines(self, ids: Sequence[str], wanted: Filter, now: float | None) -> dict[str, Outline]:
        """Memories of a filter's namespace without their words; see ``MemoryStore``."""
        condition, values = where(wanted, now)
        inside, wall = where(Filter(namespace=wanted.namespace, statuses=()))
        found: dict[str, Outline] = {}
        for chunk in _chunks(ids):
            marks = ", ".join("?" * len(chunk))
            sql = (
                f"SELECT {_OUTLINE}, ({condition}), m.session_id FROM memories m"
                f" WHERE m.id IN ({marks}) AND {inside}"
            )
            rows = self._database.rows(sql, [*values, *chunk, *wall])
            found.update((row[0], Outline(*row)) for row in rows)
        return found

    def edge(self, key: EdgeKey) -> Edge | None:
        """One edge by its ends and relation."""
        return self.edges([key]).get(key)

    def edges(self, keys: Sequence[EdgeKey]) -> dict[EdgeKey, Edge]:
        """Edges by their ends and relation; unknown ones are absent."""
        rows = self._database.rows_for_each(
            f"SELECT {', '.join(EDGE_COLUMNS)} FROM edges {_THIS_EDGE}", keys
        )
        return {edge.key: edge for edge in map(row_to_edge, rows)}

    def put_edges(self, edges: Sequence[Edge]) -> None:
        """Insert edges, or replace those of their keys."""
        marks = ", ".join("?" * len(EDGE_COLUMNS))
        self._database.execute_many(
            f"INSERT OR REPLACE INTO edges VALUES ({marks})", [edge_to_row(edge) for edge in edges]
        )

    def delete_edge(self, key: EdgeKey) -> None:
        """Remove an edge."""
        self.delete_edges([key])

    def delete_edges(self, keys: Sequence[EdgeKey]) -> None:
        """Remove edges."""
        self._database.execute_many(f"DELETE FROM edges {_THIS_EDGE}", keys)

    def _rows(self, sql: str, values: Sequence[Any]) -> list[Row]:
        try:
            return self._database.rows(sql, values)
        except StoreDamaged as error:
            for memory_id in self.damaged():
                raise unsound(memory_id) from error
            raise

    def _is_sound(self, memory_id: str) -> bool:
        sql = f"{_SELECT} FROM memories m WHERE m.id = ?"
        try:
            self._memories(self._database.rows(sql, (memory_id,)))
        except StoreDamaged:
            return False
        return True

    def _memories(self, rows: Sequence[Row]) -> list[Memory]:
        return [each.memory for each in self._verified(rows)]

    def _verified(self, rows: Sequence[Row]) -> list[Verified]:
        # Most memories have neither: what is not there is not asked for.
        anchors = self._anchors([row[-1] for row in rows if row[-4]])
        sources = self._sources([row[-1] for row in rows if row[-3]])
        # A checked page was compared with its checksum: the row's own hash can wait until it is
        # decoded, which takes as long as to read it.
        pages_are_checked = self._database.is_checked
        found: list[Verified] = []
        for *row, _, _, stored_hash, seq in rows:
            if not pages_are_checked:
                verified(row, stored_hash)
            others = sources.get(seq, ())
            if any(source_hash(source) != digest for source, digest in others):
                raise unsound(str(row[0]))
            said = [source for source, _ in others]
            found.append(Verified(row, stored_hash, anchors.get(seq, ()), said))
        return found

    def _kept(self, rows: Sequence[Row]) -> dict[int, Verified]:
        """Rows by number, kept at hand if they are few: a batch would push out the rest."""
        memories = dict(zip((row[-1] for row in rows), self._verified(rows), strict=True))
        if len(rows) < _CHUNK:
            self._at_hand.keep(memories)
        return memories

    def _anchors(self, seqs: Sequence[int]) -> dict[int, list[Anchor]]:
        found: dict[int, list[Anchor]] = {}
        columns = ", ".join(ANCHOR_COLUMNS)
        for chunk in _chunks(seqs):
            marks = ", ".join("?" * len(chunk))
            sql = f"SELECT seq, {columns} FROM anchors WHERE seq IN ({marks}) ORDER BY rowid"
            for row in self._database.rows(sql, chunk):
                found.setdefault(row[0], []).append(row_to_anchor(row[1:]))
        return found

    def _sources(self, seqs: Sequence[int]) -> dict[int, list[tuple[str, bytes]]]:
        found: dict[int, list[tuple[str, bytes]]] = {}
        for chunk in _chunks(seqs):
            marks = ", ".join("?" * len(chunk))
            sql = f"SELECT seq, source, hash FROM sources WHERE seq IN ({marks}) ORDER BY rowid"
            for seq, source, digest in self._database.rows(sql, chunk):
                found.setdefault(seq, []).append((source, digest))
        return found

    def _values(self, memory: Memory) -> tuple[Any, ...]:
        row = memory_to_row(memory)
        revision = self._database.next_revision
        return (*row, fingerprint(memory.text), row_hash(row), revision, revision)

    def _put_anchors(self, numbered: Sequence[tuple[int, Memory]]) -> None:
        rows = [
            (seq, *anchor_to_row(anchor)) for seq, memory in numbered for anchor in memory.anchors
        ]
        if rows:
            self._database.execute_many("INSERT INTO anchors VALUES (?, ?, ?, ?, ?, ?)", rows)

    def _put_sources(self, numbered: Sequence[tuple[int, Memory]]) -> None:
        said = [
            (seq, source_to_json(source)) for seq, memory in numbered for source in memory.sources
        ]
        if said:
            rows = [(seq, source, source_hash(source)) for seq, source in said]
            self._database.execute_many("INSERT INTO sources VALUES (?, ?, ?)", rows)


def _chunks(values: Sequence[Any]) -> list[Sequence[Any]]:
    return [values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK)]
