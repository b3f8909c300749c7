"""Memories that were found by meaning, with their scores and what they are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from featherchat.memory import Memory
from featherchat.ranking import DecayPolicy, parts_of, scores_of
from featherchat.recollection import ScoreParts


@dataclass(frozen=True)
class Scored:
    """A memory with its adaptive score. The parts are formed when somebody looks at them."""

    memory: Memory
    score: float
    cosine: float
    is_pinned: bool
    """Whether it counted as held for this question."""

    policy: DecayPolicy
    now: float
    """When it was asked, seconds UTC."""

    @cached_property
    def parts(self) -> ScoreParts:
        """Every number that went into the score."""
        counted = replace(self.memory, pinned=True) if self.is_pinned else self.memory
        relevance = ScoreParts(
            self.cosine, meaning=self.cosine, share_meaning=1.0, cosine=self.cosine
        )
        return parts_of(counted, relevance, self.now, self.policy)


@dataclass(frozen=True)
class Near:
    """A memory whose score is its cosine: age and importance do not count."""

    memory: Memory
    score: float

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


def scored(
    memories: Mapping[int, Memory],
    cosines: Mapping[int, float],
    pinned: frozenset[str],
    policy: DecayPolicy,
    now: float,
) -> tuple[Scored, ...]:
    """Memories in the order of their adaptive scores, those with equal scores by id.

    Args:
        memories: By row number.
        cosines: By row number, for each of them.
        pinned: Ids of memories that count as held.
        policy: Half-lives and the weight of time.
        now: Seconds UTC.
    """
    asked = [
        (replace(memory, pinned=True) if memory.id in pinned else memory, cosines[seq])
        for seq, memory in memories.items()
    ]
    scores = scores_of(asked, now, policy, flat=False)
    found = [
        Scored(memory, score, cosines[seq], memory.id in pinned, policy, now)
        for (seq, memory), score in zip(memories.items(), scores, strict=True)
    ]
    found.sort(key=lambda each: (-each.score, each.memory.id))
    return tuple(found)
