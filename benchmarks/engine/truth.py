"""What an engine should have answered: its own formula in float64 over its own stored vectors."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.engine.sets import DataSet

Doubles = NDArray[np.float64]

TOP = 10
TIME_WEIGHT = 0.3
HALF_LIFE = 30.0
_BLOCK = 4_096


def dot_products(stored: NDArray[Any], questions: NDArray[np.float32]) -> Doubles:
    """float64, shape (questions, memories)."""
    asked = questions.astype(np.float64)
    blocks = [
        asked @ np.asarray(stored[start : start + _BLOCK], dtype=np.float64).T
        for start in range(0, len(stored), _BLOCK)
    ]
    return np.concatenate(blocks, axis=1)


def adaptive(data: DataSet, relevance: Doubles, now: float) -> Doubles:
    """``((1 - w) * relevance + w * recency) * importance`` for every question and memory."""
    count = relevance.shape[1]
    days = data.ages[:count] + (now - data.now) / 86_400.0
    recency = 0.5 ** (days / (1.0 + np.log1p(data.recalls[:count])) / HALF_LIFE)
    weighted: Doubles = (1.0 - TIME_WEIGHT) * relevance + TIME_WEIGHT * recency
    return weighted * data.importance[:count]


def found_share(
    truth: Doubles, ask: Callable[[int], Sequence[int]], tolerance: float
) -> tuple[float, int]:
    """The share of the true ten that was found, and how many questions were answered whole.

    Args:
        truth: The true scores, shape (questions, memories).
        ask: The numbers that the engine answers a question with.
        tolerance: By so much a score may be below the tenth and still count as it: the
            engine's own rounding.
    """
    shares = []
    for place, scores in enumerate(truth):
        tenth = np.partition(scores, -TOP)[-TOP]
        answer = set(ask(place)[:TOP])
        shares.append(sum(scores[number] >= tenth - tolerance for number in answer) / TOP)
    return float(np.mean(shares)), sum(share == 1.0 for share in shares)
