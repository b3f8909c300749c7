"""The adaptive score by brute force: what every faster plan is compared with.

float64 over the vectors as they are stored, one memory after the other, the formula
written out: nothing here is shared with the code under test.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from featherchat.memory import Memory
from featherchat.ranking import DecayPolicy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Stored = NDArray[np.float16]
    Question = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Row:
    """A memory and its vector, both as stored."""

    memory: Memory
    vector: "Stored"


def stored(vector: "Question") -> "Stored":
    """A unit vector as a row keeps it."""
    return vector.astype("<f2")


def cosine(row: Row, query: "Question") -> float:
    """The cosine of a question and a stored vector, which float16 leaves not quite of length 1."""
    x, q = row.vector.astype(np.float64), query.astype(np.float64)
    return float((x * (q / np.linalg.norm(q))).sum() / np.sqrt((x * x).sum()))


def adaptive(row: Row, query: "Question", now: float, policy: DecayPolicy, held: bool) -> float:
    """``((1 - w) * cosine + w * recency) * importance * trust * validity``."""
    memory = row.memory
    half_life = policy.half_life_of(memory.kind)
    if held or half_life is None:
        fresh = 1.0
    else:
        days = max(now - memory.created_at, 0.0) / 86_400.0
        fresh = math.pow(0.5, days / (1.0 + math.log1p(memory.recall_count)) / half_life)
    weight = memory.importance * memory.trust * memory.validity
    share = policy.time_weight
    return ((1.0 - share) * cosine(row, query) + share * fresh) * weight


def everything(memory: Memory) -> bool:
    """The filter that admits all."""
    return True


def best(
    rows: Sequence[Row],
    query: "Question",
    k: int,
    now: float,
    policy: DecayPolicy,
    *,
    admits: Callable[[Memory], bool] = everything,
    pinned: frozenset[str] = frozenset(),
) -> list[tuple[str, float]]:
    """The true top ``k`` under the adaptive score, best first, ties by id.

    Args:
        rows: Everything that is stored.
        query: float32, of any length above 0.
        k: How many.
        now: Seconds UTC.
        policy: Half-life and time weight.
        admits: The filter.
        pinned: Ids that do not age for this question.
    """
    scores = [
        (row.memory.id, adaptive(row, query, now, policy, _is_held(row.memory, pinned)))
        for row in rows
        if admits(row.memory)
    ]
    return sorted(scores, key=lambda found: (-found[1], found[0]))[:k]


def _is_held(memory: Memory, pinned: frozenset[str]) -> bool:
    return memory.held or memory.id in pinned
