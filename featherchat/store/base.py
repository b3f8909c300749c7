"""What a store promises, and the values that go in and out of it.

Everything here is synchronous and called from the store thread. A write is one
transaction: it is on the disk, logged and undoable when the call returns, and
its words are findable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from featherchat.memory import Edge, Memory
from featherchat.recollection import Filter, NearDuplicate, Outline
from featherchat.store.graph import Graph
from featherchat.store.scoring import Scored

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, which a search by words need not pay.
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]
    Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Cause:
    """Who changes the store, when and why: the head of every logged change."""

    operation: str
    """What belongs together and is undone together: a command, a turn."""

    at: float
    actor: str
    reason: str
    session_id: str | None = None
    turn_id: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What a write has done."""

    stored: tuple[Memory, ...] = ()
    """New or changed."""

    duplicates: Mapping[str, str] = field(default_factory=dict)
    """Ids that were not stored, and the ids of the memories that say the same."""

    buried: tuple[str, ...] = ()
    """Ids that were not stored because a person had that text forgotten."""

    alike: Mapping[str, tuple[NearDuplicate, ...]] = field(default_factory=dict)
    """What else says nearly the same, most alike first, by the id of what was stored."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo took back."""

    operation: str
    reason: str
    at: float
    removed: tuple[Memory, ...]
    restored: tuple[Memory, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """One past state of a memory, and what ended it."""

    memory: Memory | None
    """None: it did not exist before this change."""

    after: Memory | None
    """What the change made of it; None: it was removed."""

    revision: int
    at: float
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class LinkVersion:
    """One past state of an edge, and what ended it."""

    before: Edge | None
    """None: it did not exist before this change."""

    after: Edge | None
    """None: it was removed."""

    revision: int
    at: float
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What is different between two times. Recalls are no difference."""

    added: tuple[Memory, ...] = ()
    changed: tuple[tuple[Memory, Memory], ...] = ()
    """As they were, and as they are; one that was forgotten is retired now."""

    removed: tuple[Memory, ...] = ()
    """Those whose adding was taken back."""

    edges_added: tuple[Edge, ...] = ()
    edges_removed: tuple[Edge, ...] = ()
    """An edge whose weight was changed is removed and added."""


@dataclass(frozen=True, slots=True)
class Compacted:
    """What a compaction of the log has removed."""

    horizon: float
    """From then on, in seconds UTC, the past can be read and taken back."""

    changes: int
    freed: int
    """Bytes that the file is smaller."""


@dataclass(frozen=True, slots=True)
class WordHits:
    """What words found, and how much of the question they cover."""

    scores: Mapping[str, float]
    """BM25 by memory id, best first."""

    coverage: Mapping[str, float]
    """The share of the question's idf that each of the best hits has."""

    terms: int
    """How many different words of the question count."""

    memories: int = 0
    """How many memories were asked."""

    documents: Mapping[str, float] = field(default_factory=dict)
    """BM25 of whole documents, by the id of the memory that stands for each: a record's decision."""

    named: frozenset[str] = frozenset()
    """Memories from or about a file or folder that the question names."""

    sessions: Mapping[str, float] = field(default_factory=dict)
    """BM25 of whole conversations, by their session."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """The answer to a question by meaning, and what was done for it."""

    found: tuple[Scored, ...]
    scanned: int = 0
    """Vectors that were looked at as codes."""

    reranked: int = 0
    """Vectors that were read and scored whole."""


@dataclass(frozen=True, slots=True)
class Document:
    """What was learnt from one document."""

    path: str
    blob: str
    """Hash of the content that was read."""

    learned_at: float
    pieces: Mapping[str, str]
    """Memory id by slot: a place in the document that stays the same when its text changes."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many memories there are."""

    total: int
    candidates: int
    pending: int
    """Findable by words, not yet by meaning."""

    by_kind: Mapping[str, int]


class MemoryStore(Protocol):
    """Memories and edges as a question reads them, in one store or in several."""

    @property
    def graph(self) -> Graph:
        """The typed edges, for walks."""
        ...

    def get(self, ids: Sequence[str]) -> dict[str, Memory]:
        """Memories by id, whatever their status; unknown ids are absent."""
        ...

    def find(self, where: Filter, limit: int | None = None) -> list[Memory]:
        """What a filter admits, newest first."""
        ...

    def edges_of(
        self, ids: Sequence[str], relations: Sequence[str] = (), *, incoming: bool = False
    ) -> list[Edge]:
        """Every edge that touches one of the memories, in either direction.

        Args:
            ids: The memories.
            relations: Only these; all if none is named.
            incoming: Only those that end at one of the memories.
        """
        ...

    def match_words(self, text: str, k: int, where: Filter) -> WordHits:
        """The best ``k`` memories for ``text`` by BM25. Nothing in it is query syntax."""
        ...

    def match_vector(self, vector: "Vector", k: int, where: Filter) -> dict[str, float]:
        """The ``k`` memories with the highest cosine, best first."""
        ...

    def outlines(self, ids: Sequence[str], where: Filter) -> dict[str, Outline]:
        """Memories of a filter's namespace without their words, and whether it admits each."""
        ...

    def vectors_of(self, ids: Sequence[str]) -> dict[str, "Vector"]:
        """The vectors of some memories; those that have none are absent."""
        ...
