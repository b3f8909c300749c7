"""How a memory's weight falls with time, and how rankings are merged.

Every formula of the project stands in this file, once. Nothing here reads a
clock, a file or a network: time comes in as a number, so a test can stand on
any day it likes. The scalar functions need no numpy, so that a search by words
starts quickly.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from featherchat.clock import SECONDS_PER_DAY
from featherchat.errors import ConfigError
from featherchat.memory import Memory, traits_of
from featherchat.recollection import Outline, ScoreParts

Scorable = Memory | Outline

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
        if self.half_life is None:
            return traits_of(kind).half_life
        if isinstance(self.half_life, float | int):
            return self.half_life
        return self.half_life.get(kind, traits_of(kind).half_life)


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


def scores_of(
    found: Iterable[tuple[Scorable, float]], now: float, policy: DecayPolicy, *, flat: bool
) -> list[float]:
    """The scores alone, of memories with their relevance; see ``parts_of``."""
    exponent, time_weight = _mixing(policy, flat=flat)
    return [
        score(
            relevance,
            _freshness(memory, now, policy),
            (memory.importance * memory.trust * memory.validity) ** exponent,
            time_weight,
        )
        for memory, relevance in found
    ]


def parts_of(
    memory: Scorable, relevance: ScoreParts, now: float, policy: DecayPolicy, *, flat: bool = False
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
    exponent, time_weight = _mixing(policy, flat=flat)
    (total,) = scores_of([(memory, relevance.relevance)], now, policy, flat=flat)
    return replace(
        relevance,
        recency=_freshness(memory, now, policy),
        age_days=max(now - memory.created_at, 0.0) / SECONDS_PER_DAY,
        stickiness=stickiness(memory.recall_count),
        half_life=policy.half_life_of(memory.kind),
        held=memory.held,
        importance=memory.importance,
        trust=memory.trust,
        validity=memory.validity,
        time_weight=time_weight,
        weight_exponent=exponent,
        score=total,
    )


def _freshness(memory: Scorable, now: float, policy: DecayPolicy) -> float:
    if memory.held:
        return 1.0
    age = now - memory.created_at
    return recency(age, memory.recall_count, policy.half_life_of(memory.kind))


def _mixing(policy: DecayPolicy, *, flat: bool) -> tuple[float, float]:
    """The exponent of the weight, and the time weight."""
    if flat:
        return FLAT_EXPONENT, FLAT_TIME * policy.time_weight
    return 1.0, policy.time_weight


def relevance_of(parts: ScoreParts) -> float:
    """The relevance that follows from its parts, as ``score_of`` the score."""
    fused = parts.share_words * parts.words + parts.share_meaning * parts.meaning
    return max(parts.graph, min(fused, parts.ceiling))


def score_of(parts: ScoreParts) -> float:
    """The score that follows from its parts: what ``explain`` can be checked against."""
    weight = parts.weight**parts.weight_exponent
    return score(relevance_of(parts), parts.recency, weight, parts.time_weight)


def strength(memory: Scorable, now: float, policy: DecayPolicy) -> float:
    """``recency * weight``: how present a memory is without any question."""
    parts = parts_of(memory, ScoreParts(relevance=0.0), now, policy)
    return parts.recency * parts.weight


@dataclass(frozen=True, slots=True)
class FusionWeights:
    """How words and meaning share a relevance.

    Measured on bge-small and decision records (benchmarks/questions.py): a meaning of 0.2 to 0.4
    is within 2 points of 0.3 in what comes first. Reciprocal rank fusion of the same rankings
    put the right record first in 65 % instead of 72 %.
    """

    words: float = 0.7
    meaning: float = 0.3


EQUAL_SHARES = FusionWeights(0.5, 0.5)


class Fusion(StrEnum):
    """How two rankings become one: by their scores, or by their ranks alone."""

    WEIGHTED = "weighted"
    RRF = "rrf"


@dataclass(frozen=True, slots=True)
class Fused:
    """One memory's relevance after fusion, from 0 to 1: the shares of words and meaning."""

    relevance: float
    words: float = 0.0
    meaning: float = 0.0
    cosine: float | None = None


def fusion_shares(
    words: Mapping[str, float], cosines: Mapping[str, float], weights: FusionWeights
) -> FusionWeights:
    """What each head counts: where one is empty, its share is not missed."""
    if not cosines:
        return FusionWeights(1.0, 0.0)
    return weights if words else FusionWeights(0.0, 1.0)


def weighted_fusion(
    words: Mapping[str, float],
    cosines: Mapping[str, float],
    weights: FusionWeights = FusionWeights(),
) -> dict[str, Fused]:
    """Merge the heads of two rankings by their scores.

    Words are divided by the best hit's; cosines are stretched from the head's
    lowest to its highest. What one head lacks counts 0 there.

    Args:
        words: BM25 by memory, above 0.
        cosines: Cosine by memory.
        weights: The shares, where there are two heads.
    """
    best = max(words.values(), default=0.0)
    low = min(cosines.values(), default=0.0)
    span = max(cosines.values(), default=0.0) - low
    by_words = {key: value / best if best > 0 else 0.0 for key, value in words.items()}
    # A head of one, or of equals, has no span: each of it is the best there is.
    by_meaning = {
        key: (cosine - low) / span if span > 1e-9 else 1.0 for key, cosine in cosines.items()
    }
    return _merged(by_words, by_meaning, cosines, fusion_shares(words, cosines, weights))


RRF_K = 60
"""Ranks that are added to each rank (Cormack et al. 2009): the first few differ little."""


def reciprocal_rank_fusion(rankings: Iterable[Sequence[str]], k: int = RRF_K) -> dict[str, float]:
    """Merge rankings by rank: each adds ``1 / (k + rank)`` to what it has, ranks from 1.

    Source: Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion", SIGIR 2009.
    """
    gains: dict[str, list[float]] = {}
    for ranking in rankings:
        for rank, key in enumerate(ranking, 1):
            gains.setdefault(key, []).append(1.0 / (k + rank))
    # fsum: the order of the rankings makes no difference, not even in the last bit.
    return {key: math.fsum(each) for key, each in gains.items()}


def rank_fusion(words: Mapping[str, float], cosines: Mapping[str, float]) -> dict[str, Fused]:
    """Merge the heads of two rankings by reciprocal ranks, the best of each counting 1.

    The relevance is ``(k + 1) / 2`` times what ``reciprocal_rank_fusion`` gives.
    """
    by_words, by_meaning = (
        {key: (RRF_K + 1) * gain for key, gain in reciprocal_rank_fusion([ranked(head)]).items()}
        for head in (words, cosines)
    )
    return _merged(by_words, by_meaning, cosines, fusion_shares(words, cosines, EQUAL_SHARES))


def ranked(scores: Mapping[str, float]) -> list[str]:
    """The keys, the highest score first; equals by key."""
    return sorted(scores, key=lambda key: (-scores[key], key))


def _merged(
    words: Mapping[str, float],
    meaning: Mapping[str, float],
    cosines: Mapping[str, float],
    shares: FusionWeights,
) -> dict[str, Fused]:
    merged: dict[str, Fused] = {}
    for key in {**words, **meaning}:
        by_words, by_meaning = words.get(key, 0.0), meaning.get(key, 0.0)
        relevance = shares.words * by_words + shares.meaning * by_meaning
        merged[key] = Fused(relevance, by_words, by_meaning, cosines.get(key))
    return merged


LAMBDA = 0.7
"""What relevance counts against likeness to what is taken already."""


def diversified(
    relevances: Mapping[str, float], likeness: Callable[[str, str], float], k: int
) -> list[str]:
    """Up to ``k``, each the one that adds most to those before it; the first is the best.

    Maximal marginal relevance: ``λ * relevance - (1 - λ) * likeness`` to the most similar one
    that is taken, both from 0 to 1. Source: Carbonell and Goldstein, SIGIR 1998.
    """
    nearest = dict.fromkeys(relevances, 0.0)
    taken: list[str] = []
    while nearest and len(taken) < k:
        best = max(
            nearest, key=lambda key: LAMBDA * relevances[key] - (1.0 - LAMBDA) * nearest[key]
        )
        taken.append(best)
        del nearest[best]
        for key in nearest:
            close = likeness(best, key)
            nearest[key] = close if len(taken) == 1 else max(nearest[key], close)
    return taken


@dataclass(frozen=True, slots=True)
class PromptWeights:
    """What makes a memory worth its place in a prompt, beside those of other layers."""

    relevance: float = 0.6
    recency: float = 0.2
    importance: float = 0.2

    def __post_init__(self) -> None:
        given = (self.relevance, self.recency, self.importance)
        if not (all(0.0 <= each <= 1.0 for each in given) and sum(given) > 0):
            raise ConfigError(
                f"The weights of relevance, recency and importance are {given}.",
                hint="Give each a number from 0 to 1, and one of them more than 0.",
            )


def prompt_value(parts: ScoreParts, weights: PromptWeights) -> float:
    """How much a memory is worth in a prompt, from 0 to the sum of the weights."""
    return (
        weights.relevance * parts.relevance
        + weights.recency * parts.recency
        + weights.importance * parts.importance / 2.0
    )


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
