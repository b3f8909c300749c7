"""How a memory's weight falls with time, and how rankings are merged.

Every formula of the project stands in this file, once. Nothing here reads a
clock, a file or a network: time comes in as a number, so a test can stand on
any day it likes. The scalar functions need no numpy, so that a search by words
starts quickly.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from featherchat.clock import SECONDS_PER_DAY
from featherchat.errors import ConfigError
from featherchat.memory import Memory, traits_of
from featherchat.recollection import ScoreParts

FLAT_EXPONENT = 0.25
"""Power of the weight where one flat list mixes layers.

Measured on sixty accepted decisions (importance 2.0, recency 1.0) beside ten
week-old debugging notes: under the bare product the note that a question named
came 61st of 70, with the fourth root first.
"""

FLAT_TIME = 0.25
"""Share of the time weight that counts in a flat list.

With all of it, records that nobody had marked as accepted fell behind for their age: the record
that a question is about came first in 65 % instead of 72 % (benchmarks/questions.py).
"""


@dataclass(frozen=True, slots=True)
class DecayPolicy:
    """How fast memories fade, and how much that counts in a ranking."""

    half_life: float | Mapping[str, float | None] | None = None
    """Days for all, or a mapping by kind; None: each kind's own."""

    time_weight: float = 0.3
    """Share of recency in the final score, from 0 (ignore age) to 1."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.time_weight <= 1.0:
            raise ConfigError(
                f"time_weight is {self.time_weight}, but must be from 0 to 1.",
                hint="Set recall.time_weight to a share such as 0.3.",
            )
        given = self.half_life
        values = given.values() if isinstance(given, Mapping) else (given,)
        for value in values:
            if value is not None and not value > 0:
                raise ConfigError(
                    f"half_life is {value}, but must be above 0.",
                    hint="Set recall.half_life to a number of days, such as 30.",
                )

    def half_life_of(self, kind: str) -> float | None:
        """Days for one kind; None: it does not decay."""
        if isinstance(self.half_life, Mapping):
            return self.half_life.get(kind, traits_of(kind).half_life)
        if self.half_life is None:
            return traits_of(kind).half_life
        return self.half_life


def stickiness(recall_count: int) -> float:
    """How much more slowly a memory ages for having been recalled: ``1 + ln(1 + n)``."""
    return 1.0 + math.log1p(recall_count)


def recency(age: float, recall_count: int, half_life: float | None) -> float:
    """How fresh a memory still is, from 1.0 (now) towards 0.0.

    Each recall makes a memory stickier: it ages ``s = 1 + ln(1 + recall_count)``
    times slower, so the result is ``0.5 ** (age / s / half_life)``. This is the
    adaptive decay of Feather DB (``include/scoring.h``), kept to the letter.

    Args:
        age: Seconds since the memory was made; a negative age counts as 0.
        recall_count: How often it has been recalled; at least 0.
        half_life: Days; None for what does not decay.
    """
    if half_life is None:
        return 1.0
    days = max(age, 0.0) / SECONDS_PER_DAY
    return float(0.5 ** (days / stickiness(recall_count) / half_life))


def score(relevance: float, recency: float, weight: float, time_weight: float) -> float:
    """The adaptive score: ``((1 - w) * relevance + w * recency) * weight``."""
    return ((1.0 - time_weight) * relevance + time_weight * recency) * weight


def parts_of(
    memory: Memory, relevance: ScoreParts, now: float, policy: DecayPolicy, *, flat: bool = False
) -> ScoreParts:
    """Complete a relevance into a score, with every number that was used.

    Args:
        memory: The memory that is scored.
        relevance: Its relevance and where that came from; the other parts are filled in.
        now: Seconds UTC.
        policy: Half-life and time weight.
        flat: True where one list mixes layers: the weight counts by its fourth root, and
            time by a quarter.
    """
    half_life = policy.half_life_of(memory.kind)
    age, held = max(now - memory.created_at, 0.0), memory.held
    trust, validity = memory.trust, memory.validity
    fresh = 1.0 if held else recency(age, memory.recall_count, half_life)
    weight, time_weight = memory.importance * trust * validity, policy.time_weight
    if flat:
        weight, time_weight = weight**FLAT_EXPONENT, time_weight * FLAT_TIME
    # Not by replace(), which costs as much again: a score is formed for each of a hundred hits.
    return ScoreParts(
        relevance=relevance.relevance,
        words=relevance.words,
        meaning=relevance.meaning,
        cosine=relevance.cosine,
        graph=relevance.graph,
        recency=fresh,
        age_days=age / SECONDS_PER_DAY,
        stickiness=stickiness(memory.recall_count),
        half_life=half_life,
        held=held,
        importance=memory.importance,
        trust=trust,
        validity=validity,
        time_weight=time_weight,
        weight_exponent=FLAT_EXPONENT if flat else 1.0,
        score=score(relevance.relevance, fresh, weight, time_weight),
    )


def score_of(parts: ScoreParts) -> float:
    """The score that follows from its parts: what ``explain`` can be checked against."""
    weight = parts.weight**parts.weight_exponent
    return score(parts.relevance, parts.recency, weight, parts.time_weight)


def strength(memory: Memory, now: float, policy: DecayPolicy) -> float:
    """``recency * weight``: how present a memory is without any question."""
    parts = parts_of(memory, ScoreParts(relevance=0.0), now, policy)
    return parts.recency * parts.weight


@dataclass(frozen=True, slots=True)
class FusionWeights:
    """How words and meaning share a relevance.

    Measured on bge-small and decision records (benchmarks/questions.py): a meaning of 0.2 to 0.4
    is within 2 points of 0.3 in what comes first. Reciprocal rank fusion of the same rankings
    lost 10 points.
    """

    words: float = 0.7
    meaning: float = 0.3


@dataclass(frozen=True, slots=True)
class Fused:
    """One memory's relevance after fusion, from 0 to 1."""

    relevance: float
    words: float = 0.0
    meaning: float = 0.0
    cosine: float | None = None


def weighted_fusion(
    words: Mapping[str, float],
    cosines: Mapping[str, float],
    weights: FusionWeights = FusionWeights(),
) -> dict[str, Fused]:
    """Merge the heads of two rankings by their scores.

    Words are divided by the best hit's; cosines are stretched from the head's
    lowest to its highest. What one head lacks counts 0 there. With only one head
    the other's share is not missed: relevance is still from 0 to 1.

    Args:
        words: BM25 by memory, above 0.
        cosines: Cosine by memory.
        weights: The shares.
    """
    best = max(words.values(), default=0.0)
    low = min(cosines.values(), default=0.0)
    span = max(cosines.values(), default=0.0) - low
    share_words = weights.words if cosines else 1.0
    share_meaning = weights.meaning if words else 1.0
    merged: dict[str, Fused] = {}
    for key in {**words, **cosines}:
        by_words = words.get(key, 0.0) / best if best > 0 else 0.0
        cosine = cosines.get(key)
        # A head of one, or of equals, has no span: each of it is the best there is.
        by_meaning = 0.0 if cosine is None else (cosine - low) / span if span > 1e-9 else 1.0
        relevance = share_words * by_words + share_meaning * by_meaning
        merged[key] = Fused(relevance, by_words, by_meaning, cosine)
    return merged


@dataclass(frozen=True, slots=True)
class Evidence:
    """Raw evidence that memory has an answer, before any normalization."""

    cosine: float | None
    """The best cosine, None when meaning was not asked."""

    coverage: float
    """The share of the question's idf that the best hit covers, from 0 to 1."""

    terms: int = 0
    """How many different words the question has."""

    memories: int = 0
    """How many were asked: among more, one is near by chance sooner."""


COVERAGE_WORTH = 0.25
"""What a fully covered question is worth in cosine."""

WORDS_NEEDED = 0.8
"""Coverage times the root of the number of words, from which on words alone are evidence.

A share of few words is large by chance sooner than a share of many.
"""

CHANCE = 0.02
"""Cosine that is needed more when there are e times as many memories."""

_MEASURED = (100, 1_000, 3_000)
"""Memories: between the outer two the chance was measured; thresholds hold in the middle."""


def answers(evidence: Evidence, threshold: float | None) -> bool:
    """Whether raw evidence is enough for memory to answer.

    On ten projects' decision records meaning and words together answer 96 % of a project's own
    questions and 4 % of other projects', words alone 96 % and 8 % (benchmarks/questions.py). A
    threshold on the cosine alone kept 85 % at 5 %.

    Args:
        evidence: What the best hits have.
        threshold: The cosine that is enough among 1,000 memories, kept with the embedder's
            identity; None when only words are asked.
    """
    fewest, usual, most = _MEASURED
    chance = CHANCE * math.log(min(max(evidence.memories, fewest), most) / usual)
    if threshold is None or evidence.cosine is None:
        needed = WORDS_NEEDED + chance / COVERAGE_WORTH
        return evidence.coverage * math.sqrt(evidence.terms) >= needed
    return evidence.cosine + COVERAGE_WORTH * evidence.coverage >= threshold + chance
