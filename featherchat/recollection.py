"""What is asked of memory, and what comes back.

A ``Filter`` says which memories a question admits; a ``Recollection`` is a memory
that was found, with every number that put it where it stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from featherchat.memory import ASSISTANT_NAMESPACE, Attribute, Layer, Memory, Status


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


@dataclass(frozen=True, slots=True)
class ScoreParts:
    """Every number that went into a score, as the scorer used it (``ranking.py``)."""

    relevance: float
    words: float = 0.0
    meaning: float = 0.0
    """Like words: from 0 to the best hit's 1, before both are weighted into relevance."""

    cosine: float | None = None
    """The raw cosine, when the memory has a vector."""

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
    def hop(self) -> int:
        """0 for a direct hit, else the number of edges walked."""
        return len(self.trail)


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """A memory that says nearly what another one says."""

    memory: Memory
    score: float
    """The cosine where both have a vector, else the share of words in common."""
