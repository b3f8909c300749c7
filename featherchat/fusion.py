"""How two rankings become one, and how one list keeps from saying the same thing twice.

Pure functions on numbers, like ``ranking.py``: no clock, no file, no network, and no numpy, so
that a search by words starts quickly.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

Key = TypeVar("Key", str, int)
"""How a memory is named: by its id, or by its row number."""


@dataclass(frozen=True, slots=True)
class FusionWeights:
    """How words and meaning share a relevance.

    Measured on bge-small and decision records (benchmarks/questions.py): a meaning of 0.2 to 0.4
    is within 2 points of 0.3 in what comes first. Reciprocal rank fusion of the same rankings
    put the right record first in 65 % instead of 72 %.
    """

    words: float = 0.7
    meaning: float = 0.3
    anchors: float = 0.6
    """What the files of a change count beside both, which then share what is left of 1.

    Of 0.4 to 1.0 the best for commits (benchmarks/commits.py); from 1.0 on, what was decided
    lately and no commit has carried out yet is no longer found.
    """


EQUAL_SHARES = FusionWeights(0.5, 0.5)


class Fusion(StrEnum):
    """How two rankings become one: by their scores, or by their ranks alone."""

    WEIGHTED = "weighted"
    RRF = "rrf"


@dataclass(slots=True, unsafe_hash=True)
class Fused:
    """One memory's relevance after fusion, from 0 to 1: the shares of words, meaning, anchors.

    Not frozen: a hundred are made for each question, and a frozen one takes three times as long.
    """

    relevance: float
    words: float = 0.0
    meaning: float = 0.0
    cosine: float | None = None
    anchors: float = 0.0


def fusion_shares(
    words: Mapping[Key, float],
    cosines: Mapping[Key, float],
    weights: FusionWeights,
    anchors: Mapping[Key, float] = MappingProxyType({}),
) -> FusionWeights:
    """What each head counts: where one is empty, its share is not missed."""
    if not cosines:
        words_share, meaning_share = 1.0, 0.0
    else:
        words_share, meaning_share = (weights.words, weights.meaning) if words else (0.0, 1.0)
    if not anchors:
        return FusionWeights(words_share, meaning_share, 0.0)
    whole = 1.0 + weights.anchors
    return FusionWeights(words_share / whole, meaning_share / whole, weights.anchors / whole)


def weighted_fusion(
    words: Mapping[Key, float],
    cosines: Mapping[Key, float],
    weights: FusionWeights = FusionWeights(),
    anchors: Mapping[Key, float] = MappingProxyType({}),
) -> dict[Key, Fused]:
    """Merge the heads of two rankings by their scores.

    Words are divided by the best hit's; cosines are stretched from the head's
    lowest to its highest. What one head lacks counts 0 there.

    Args:
        words: BM25 by memory, above 0.
        cosines: Cosine by memory.
        weights: The shares, where there are two heads.
        anchors: How far the files of a change speak for a memory, from 0 to 1.
    """
    best = max(words.values(), default=0.0)
    low = min(cosines.values(), default=0.0)
    span = max(cosines.values(), default=0.0) - low
    by_words = {key: value / best if best > 0 else 0.0 for key, value in words.items()}
    # A head of one, or of equals, has no span: each of it is the best there is.
    by_meaning = {
        key: (cosine - low) / span if span > 1e-9 else 1.0 for key, cosine in cosines.items()
    }
    shares = fusion_shares(words, cosines, weights, anchors)
    return _merged(by_words, by_meaning, cosines, shares, anchors)


SHARPNESS = 20.0
"""How much nearer parts count more in a soft mean: 0 is the mean, without end the nearest."""


def soft_mean(cosines: Sequence[float], count: int, low: float) -> float:
    """How near a whole is, of whose parts only the nearest were found.

    ``ln(mean(exp(s * cosine))) / s``, the parts that were not found counting as ``low``. The
    nearest part alone favors the record that has many: with it the right record came first for
    71.7 % of the questions of benchmarks/questions.py, with this for 73.6 %.

    Args:
        cosines: Of the parts that were found; at least one.
        count: How many parts there are.
        low: What those that were not found have at the most.
    """
    top = max(cosines)
    absent = max(count - len(cosines), 0)
    total = sum(math.exp(SHARPNESS * (each - top)) for each in cosines)
    total += absent * math.exp(SHARPNESS * (min(low, top) - top))
    return top + math.log(total / (len(cosines) + absent)) / SHARPNESS


RRF_K = 60
"""Ranks that are added to each rank (Cormack et al. 2009): the first few differ little."""


def reciprocal_rank_fusion(rankings: Iterable[Sequence[Key]], k: int = RRF_K) -> dict[Key, float]:
    """Merge rankings by rank: each adds ``1 / (k + rank)`` to what it has, ranks from 1.

    Source: Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion", SIGIR 2009.
    """
    gains: dict[Key, list[float]] = {}
    for ranking in rankings:
        for rank, key in enumerate(ranking, 1):
            gains.setdefault(key, []).append(1.0 / (k + rank))
    # fsum: the order of the rankings makes no difference, not even in the last bit.
    return {key: math.fsum(each) for key, each in gains.items()}


def rank_fusion(
    words: Mapping[Key, float],
    cosines: Mapping[Key, float],
    anchors: Mapping[Key, float] = MappingProxyType({}),
) -> dict[Key, Fused]:
    """Merge the heads of two rankings by reciprocal ranks, the best of each counting 1.

    Without anchors the relevance is ``(k + 1) / 2`` times what ``reciprocal_rank_fusion`` gives.
    """
    by_words, by_meaning = (
        {key: (RRF_K + 1) * gain for key, gain in reciprocal_rank_fusion([ranked(head)]).items()}
        for head in (words, cosines)
    )
    shares = fusion_shares(words, cosines, EQUAL_SHARES, anchors)
    return _merged(by_words, by_meaning, cosines, shares, anchors)


def fuse(
    fusion: Fusion,
    words: Mapping[Key, float],
    cosines: Mapping[Key, float],
    weights: FusionWeights = FusionWeights(),
    anchors: Mapping[Key, float] = MappingProxyType({}),
) -> tuple[dict[Key, Fused], FusionWeights]:
    """Merge the heads of two rankings in one way or the other, and tell what each head counts.

    For the arguments see ``weighted_fusion``; ranks know no weights.
    """
    if fusion is Fusion.RRF:
        fused = rank_fusion(words, cosines, anchors)
        return fused, fusion_shares(words, cosines, EQUAL_SHARES, anchors)
    fused = weighted_fusion(words, cosines, weights, anchors)
    return fused, fusion_shares(words, cosines, weights, anchors)


def ranked(scores: Mapping[Key, float]) -> list[Key]:
    """The keys, the highest score first; equals by key."""
    return sorted(scores, key=lambda key: (-scores[key], key))


def _merged(
    words: Mapping[Key, float],
    meaning: Mapping[Key, float],
    cosines: Mapping[Key, float],
    shares: FusionWeights,
    anchors: Mapping[Key, float],
) -> dict[Key, Fused]:
    merged: dict[Key, Fused] = {}
    of_words, of_meaning, of_anchors = shares.words, shares.meaning, shares.anchors
    for key in {**words, **meaning, **anchors}:
        by_words, by_meaning = words.get(key, 0.0), meaning.get(key, 0.0)
        by_anchors = anchors.get(key, 0.0)
        relevance = of_words * by_words + of_meaning * by_meaning + of_anchors * by_anchors
        merged[key] = Fused(relevance, by_words, by_meaning, cosines.get(key), by_anchors)
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
