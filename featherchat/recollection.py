"""What is asked of memory, and what comes back.

A ``Filter`` says which memories a question admits; a ``Recollection`` is a memory
that was found, with every number that put it where it stands; an ``Outline`` is what
a ranking needs of the many that are not shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from featherchat.memory import (
    ASSISTANT_NAMESPACE,
    CHANGED_VALIDITY,
    Attribute,
    Layer,
    Memory,
    Status,
    is_in_force,
    traits_of,
    trust_of,
)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which memories a question admits. An empty tuple or None admits all."""

    namespace: str | None = ASSISTANT_NAMESPACE
    layers: tuple[Layer, ...] = ()
    kinds: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = (Status.ACTIVE, Status.CANDIDATE)
    developer: str | None = None
    path: str | None = None
    """A path prefix, or a glob if it has ``*`` or ``?``: of the source or of an anchor."""

    since: float | None = None
    until: float | None = None
    min_importance: float | None = None
    min_confidence: float | None = None
    min_trust: float | None = None
    """How far the source can be believed at the least; see ``Memory.trust``."""

    authors: tuple[str, ...] = ()
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    ids: tuple[str, ...] | None = None


class Outline(NamedTuple):
    """A memory without its words: what rankings ask of the hundreds that are not shown.

    Reading a whole memory takes ten times as long: its text is compared with its hash. A
    named tuple, because two hundred are made for a question, each in a tenth of the time
    that a dataclass takes.
    """

    id: str
    kind: str
    status: str
    importance: float
    pinned: bool
    recall_count: int
    created_at: float
    developer: str | None
    author: str
    path: str | None
    """Of its source."""

    adr_status: str | None
    changed: bool
    """Whether code that it is anchored to has changed since."""

    admitted: bool = True
    """Whether the filter that it was asked with admits it."""

    session_id: str | None = None
    """Of its source."""

    @property
    def layer(self) -> Layer:
        """As of ``Memory``, and so below."""
        return traits_of(self.kind).layer

    @property
    def held(self) -> bool:
        """Whether it stays fresh at any age."""
        return bool(self.pinned) or is_in_force(self.kind, self.status, self.adr_status)

    @property
    def trust(self) -> float:
        """How far its source can be believed."""
        return trust_of(self.status, self.author)

    @property
    def validity(self) -> float:
        """How far it still holds."""
        return CHANGED_VALIDITY if self.changed else 1.0


def outline_of(memory: Memory) -> Outline:
    """A memory without its words."""
    return Outline(
        memory.id,
        memory.kind,
        memory.status,
        memory.importance,
        memory.pinned,
        memory.recall_count,
        memory.created_at,
        memory.developer,
        memory.source.author,
        memory.source.path,
        memory.adr_status,
        memory.validity < 1.0,
    )


class Origin(StrEnum):
    """Whose evidence counts for a memory."""

    OWN = "own"
    RECORD = "record"
    """A decision speaks for its whole record, and its best part for the decision."""

    PATH = "path"
    """The question names a path that it, or a part of its record, is from or about."""


@dataclass(frozen=True, slots=True)
class ScoreParts:
    """Every number that went into a score, as the scorer used it (``ranking.py``)."""

    relevance: float
    words: float = 0.0
    meaning: float = 0.0
    """Like words: from 0 to the best hit's 1, before both are weighted into relevance."""

    cosine: float | None = None
    """The raw cosine, when the memory has a vector."""

    share_words: float = 0.0
    share_meaning: float = 0.0
    """What words and meaning count in relevance; with one of them alone, all."""

    words_from: Origin = Origin.OWN
    meaning_from: Origin = Origin.OWN
    ceiling: float = 1.0
    """The relevance of its decision, which no part of a record exceeds."""

    stands_for: str = ""
    """The id of the superseded memory whose relevance it has taken over."""

    anchors: float = 0.0
    """How far the files of a change speak for it, from 0 to 1."""

    share_anchors: float = 0.0
    """What they count in relevance; with words and meaning, all."""

    graph: float = 0.0
    """What a strong neighbor lent it, from 0 to 1."""

    recency: float = 1.0
    age_days: float = 0.0
    stickiness: float = 1.0
    half_life: float | None = None
    held: bool = False
    """Recency is 1.0 because it is pinned or an accepted decision."""

    importance: float = 1.0
    trust: float = 1.0
    validity: float = 1.0
    time_weight: float = 0.3
    weight_exponent: float = 1.0
    """1 within a layer and in the library; 0.25 where one flat list mixes layers."""

    score: float = 0.0

    @property
    def weight(self) -> float:
        """Importance × trust × validity."""
        return self.importance * self.trust * self.validity


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a walk through the graph."""

    relation: str
    from_id: str
    forward: bool
    """True along the edge as it was said, False against it."""

    weight: float = 1.0
    """Of the edge."""


@dataclass(frozen=True, slots=True)
class Recollection:
    """A memory that was found, with why it stands where it stands."""

    memory: Memory
    score: float
    parts: ScoreParts
    trail: tuple[Step, ...] = ()
    """How a walk reached it; empty for a direct hit."""

    replaces: tuple[str, ...] = ()
    """Ids of superseded memories in whose place it stands."""

    note: str = ""
    """What a reader should know, such as why a near miss was left out."""

    @property
    def id(self) -> str:
        """The memory's id."""
        return self.memory.id

    @property
    def hop(self) -> int:
        """0 for a direct hit, else the number of edges walked."""
        return len(self.trail)


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """A memory that says nearly what another one says."""

    memory: Memory
    score: float
    """The cosine where both have a vector, else the share of words in common."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Something that was turned down or has failed, and that a text may propose again."""

    memory: Memory
    name: str
    """What it is called, such as ``Zustand``."""

    reason: str
    """Why it was turned down; empty when nobody said."""

    named: bool
    """Whether the text names it; else it is about something near."""
