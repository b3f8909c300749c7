"""Memories that were found by meaning, with their scores and what they are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from featherchat.memory import Memory
from featherchat.ranking import DecayPolicy, parts_of
from featherchat.recollection import ScoreParts
from featherchat.store.verified import Verified

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, which a search by words need not pay.
    from featherchat.store.best import Top


@dataclass(frozen=True, slots=True)
class Moment:
    """What the scores of one answer have in common."""

    policy: DecayPolicy
    now: float
    """When it was asked, seconds UTC."""

    pinned: frozenset[str]
    """Ids of memories that counted as held."""


@dataclass(unsafe_hash=True)
class Scored:
    """A memory with its adaptive score. The rest is formed when somebody looks at it.

    Not frozen: ten are made for each question, and a frozen one takes three times as long.
    """

    kept: Verified
    score: float
    cosine: float
    asked: Moment

    @property
    def id(self) -> str:
        """The memory's id."""
        return self.kept.id

    @property
    def memory(self) -> Memory:
        """All of its fields."""
        return self.kept.memory

    @cached_property
    def parts(self) -> ScoreParts:
        """Every number that went into the score."""
        asked = self.asked
        counted = replace(self.memory, pinned=True) if self.id in asked.pinned else self.memory
        relevance = ScoreParts(
            self.cosine, meaning=self.cosine, share_meaning=1.0, cosine=self.cosine
        )
        return parts_of(counted, relevance, asked.now, asked.policy)


@dataclass(unsafe_hash=True)
class Near:
    """A memory whose score is its cosine: age and importance do not count. Not frozen, either."""

    kept: Verified
    score: float

    @property
    def id(self) -> str:
        """The memory's id."""
        return self.kept.id

    @property
    def memory(self) -> Memory:
        """All of its fields."""
        return self.kept.memory

    @cached_property
    def parts(self) -> ScoreParts:
        """The cosine, as every part that it is."""
        return ScoreParts(
            self.score,
            meaning=self.score,
            cosine=self.score,
            share_meaning=1.0,
            time_weight=0.0,
            score=self.score,
        )


def scored(memories: Mapping[int, Verified], top: "Top", asked: Moment) -> list[Scored]:
    """Memories in the order of their adaptive scores, those with equal scores by id.

    Args:
        memories: By row number.
        top: Scores and cosines of each of them, best first.
        asked: When, and under which policy.
    """
    cosines = top.cosines
    found = [Scored(memories[seq], score, cosines[seq], asked) for seq, score in top.scores.items()]
    if len(set(top.scores.values())) < len(found):
        found.sort(key=lambda each: (-each.score, each.id))
    return found
