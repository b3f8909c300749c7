"""How a memory, an edge and their hashes look as rows.

A row carries a hash over everything that is said in it; the hash is compared
at each read, because SQLite's own check misses most flipped bits (measured:
471 of 600 were seen by the hash alone).
"""

import functools
import hashlib
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from featherchat.errors import StoreDamaged
from featherchat.memory import Anchor, Edge, Memory, Source, Status
from featherchat.sameness import normalized

MEMORY_COLUMNS = (
    "id",
    "namespace",
    "kind",
    "layer",
    "status",
    "title",
    "text",
    "importance",
    "confidence",
    "pinned",
    "recall_count",
    "recalled_at",
    "created_at",
    "valid_from",
    "valid_to",
    "expires_at",
    "verified_at",
    "developer",
    "author",
    "source_at",
    "path",
    "line",
    "heading",
    "sha",
    "session_id",
    "turn_id",
    "url",
    "quote",
    "attributes",
)
EDGE_COLUMNS = (
    "source_id",
    "target_id",
    "relation",
    "weight",
    "origin",
    "confidence",
    "evidence",
    "created_at",
)
ANCHOR_COLUMNS = ("path", "symbol", "commit_id", "blob", "changed")

_UNHASHED = slice(MEMORY_COLUMNS.index("recall_count"), MEMORY_COLUMNS.index("recalled_at") + 1)
"""Reinforcement is written often, in batches, and says nothing: it stays out of the hash."""

_ATTRIBUTES = json.JSONEncoder(ensure_ascii=False, sort_keys=True)
"""Made once: ``json.dumps`` makes one for each memory where a setting is given."""

_IMAGES = json.JSONEncoder(ensure_ascii=False)

_STATUSES = {str(status): status for status in Status}
"""Looked up: making one of its value takes six times as long."""


def memory_to_row(memory: Memory) -> tuple[Any, ...]:
    """The values of ``MEMORY_COLUMNS``."""
    return (
        # A text of another class has a repr of its own, and the hash is over the repr.
        _plain(memory.id),
        _plain(memory.namespace),
        _plain(memory.kind),
        str(memory.layer),
        str(memory.status),
        _plain(memory.title),
        _plain(memory.text),
        float(memory.importance),
        float(memory.confidence),
        int(memory.pinned),
        memory.recall_count,
        _real(memory.recalled_at),
        float(memory.created_at),
        _real(memory.valid_from),
        _real(memory.valid_to),
        _real(memory.expires_at),
        _real(memory.verified_at),
        memory.developer,
        *source_to_row(memory.source),
        _ATTRIBUTES.encode(dict(memory.attributes)) if memory.attributes else "{}",
    )


_plain = str.__str__
"""Called as it is: five times for each memory of a batch."""


def _real(value: float | None) -> float | None:
    # SQLite hands REAL columns out as floats, and the hash is over what it hands out.
    return None if value is None else float(value)


def row_to_memory(
    row: Sequence[Any], anchors: Sequence[Anchor] = (), sources: Sequence[str] = ()
) -> Memory:
    """The memory of ``MEMORY_COLUMNS``; its other sources as ``source_to_json`` wrote them."""
    return Memory(
        id=row[0],
        namespace=row[1],
        kind=row[2],
        status=_STATUSES.get(row[4]) or Status(row[4]),
        title=row[5],
        text=row[6],
        importance=row[7],
        confidence=row[8],
        pinned=bool(row[9]),
        recall_count=row[10],
        recalled_at=row[11],
        created_at=row[12],
        valid_from=row[13],
        valid_to=row[14],
        expires_at=row[15],
        verified_at=row[16],
        developer=row[17],
        source=Source(*row[18:28]),
        anchors=tuple(anchors),
        sources=tuple(json_to_source(source) for source in sources) if sources else (),
        attributes=json.loads(row[28]) if row[28] != "{}" else {},
    )


def source_to_row(source: Source) -> tuple[Any, ...]:
    """A source's fields in their order, which is that of its columns."""
    return (
        str(source.author),
        float(source.at),
        source.path,
        source.line,
        source.heading,
        source.sha,
        source.session_id,
        source.turn_id,
        source.url,
        source.quote,
    )


def source_to_json(source: Source) -> str:
    """A further source, as its row keeps it."""
    return json.dumps(source_to_row(source), ensure_ascii=False)


def json_to_source(text: str) -> Source:
    """The source that ``source_to_json`` wrote."""
    return Source(*json.loads(text))


def anchor_to_row(anchor: Anchor) -> tuple[Any, ...]:
    """The values of ``ANCHOR_COLUMNS``."""
    return (anchor.path, anchor.symbol, anchor.commit, anchor.blob, int(anchor.changed))


def row_to_anchor(row: Sequence[Any]) -> Anchor:
    """The anchor of ``ANCHOR_COLUMNS``."""
    return Anchor(row[0], row[1], row[2], row[3], bool(row[4]))


def edge_to_row(edge: Edge) -> tuple[Any, ...]:
    """The values of ``EDGE_COLUMNS``."""
    return (
        edge.source_id,
        edge.target_id,
        edge.relation,
        edge.weight,
        edge.origin,
        edge.confidence,
        edge.evidence,
        edge.created_at,
    )


def row_to_edge(row: Sequence[Any]) -> Edge:
    """The edge of ``EDGE_COLUMNS``."""
    return Edge(*row)


def row_hash(row: Sequence[Any]) -> bytes:
    """16 bytes over everything in a row of ``MEMORY_COLUMNS`` but its reinforcement."""
    said = [*row[: _UNHASHED.start], *row[_UNHASHED.stop :]]
    return hashlib.sha256(repr(said).encode()).digest()[:16]


def vector_hash(vector: bytes) -> bytes:
    """8 bytes over a stored vector."""
    return hashlib.blake2b(vector, digest_size=8).digest()


def source_hash(source: str) -> bytes:
    """8 bytes over a further source. Of its own: a memory is whole without it."""
    return vector_hash(source.encode())


@functools.lru_cache(maxsize=8_192)
def fingerprint(text: str) -> bytes:
    """16 bytes that equal texts share, however they are spaced, capitalized or ended."""
    return hashlib.sha256(normalized(text).encode()).digest()[:16]


def first_fingerprint(text: str) -> bytes:
    """The fingerprint as schema 1 made it, which folded ``10²`` into 102: for its stones alone."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return hashlib.sha256(" ".join(folded.split()).rstrip(" .!;").encode()).digest()[:16]


def verified(row: Sequence[Any], stored_hash: bytes) -> Sequence[Any]:
    """The row itself.

    Raises:
        StoreDamaged: If it does not say what was written.
    """
    if row_hash(row) != stored_hash:
        raise unsound(str(row[0]))
    return row


def unsound(memory_id: str) -> StoreDamaged:
    """The error that names a damaged memory."""
    return StoreDamaged(
        f"Memory {memory_id} does not say what was written into it.",
        hint="Run featherchat doctor, which lists every damaged memory and the way out.",
    )


def reinforced_like(memory: Memory, other: Memory) -> Memory:
    """The memory with the recalls of another: only a reinforcement counts them."""
    recalls = other.recall_count, other.recalled_at
    if (memory.recall_count, memory.recalled_at) == recalls:
        # Nearly always: a copy takes longer than all else that is done with a memory here.
        return memory
    return replace(memory, recall_count=recalls[0], recalled_at=recalls[1])


def memory_to_json(memory: Memory) -> str:
    """A memory with its anchors and other sources, as the event log keeps it."""
    sources = [source_to_json(source) for source in memory.sources]
    return row_to_json(memory_to_row(memory), memory.anchors, sources)


def row_to_json(row: Sequence[Any], anchors: Sequence[Anchor], sources: Sequence[str]) -> str:
    """What ``memory_to_json`` writes of the memory that ``row_to_memory`` makes of these."""
    return _IMAGES.encode([row, [anchor_to_row(anchor) for anchor in anchors], sources])


def json_to_memory(text: str) -> Memory:
    """The memory that ``memory_to_json`` wrote."""
    row, anchors, *rest = json.loads(text)
    # What schema 1 logged has no other sources.
    sources = rest[0] if rest else ()
    return row_to_memory(row, [row_to_anchor(anchor) for anchor in anchors], sources)


def edge_to_json(edge: Edge) -> str:
    """An edge, as the event log keeps it."""
    return _IMAGES.encode(edge_to_row(edge))


def json_to_edge(text: str) -> Edge:
    """The edge that ``edge_to_json`` wrote."""
    return row_to_edge(json.loads(text))
