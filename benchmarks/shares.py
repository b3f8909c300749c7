"""Shares of questions that were answered well, and how sure the difference of two of them is."""

import random
from collections.abc import Sequence
from hashlib import sha256
from statistics import mean

DRAWS = 2_000
SEED = 7


def within(ranked: Sequence[Sequence[int]], wanted: Sequence[int], k: int) -> tuple[bool, ...]:
    """Whether each wanted place is among the first k."""
    return tuple(number in places[:k] for places, number in zip(ranked, wanted, strict=True))


def interval(better: Sequence[float], base: Sequence[float]) -> tuple[float, float]:
    """The 95 % bootstrap interval of the difference between two means, over questions."""
    differences = [a - b for a, b in zip(better, base, strict=True)]
    chance = random.Random(SEED)
    draws = sorted(mean(chance.choices(differences, k=len(differences))) for _ in range(DRAWS))
    return draws[int(0.025 * DRAWS)], draws[int(0.975 * DRAWS)]


def beside(name: str, ours: Sequence[float], other: str, theirs: Sequence[float]) -> str:
    """Our share, theirs, and the difference with its interval, as a part of a line."""
    low, high = interval(ours, theirs)
    return (
        f"{name}={mean(ours):.3f} {other}_{name}={mean(theirs):.3f}"
        f" difference={mean(ours) - mean(theirs):+.3f} [{low:+.3f} {high:+.3f}]"
    )


def is_tuned(name: str) -> bool:
    """Whether parameters were chosen on what has this name: its hash is even."""
    return int(sha256(name.encode()).hexdigest(), 16) % 2 == 0
