"""Memories that were found by meaning, with the parts of their scores."""

from collections.abc import Mapping
from dataclasses import replace

from featherchat.memory import Memory
from featherchat.ranking import DecayPolicy, parts_of
from featherchat.recollection import Recollection, ScoreParts


def scored(
    memories: Mapping[int, Memory],
    cosines: Mapping[int, float],
    pinned: frozenset[str],
    policy: DecayPolicy,
    now: float,
) -> tuple[Recollection, ...]:
    """Memories in the order of their adaptive scores, those with equal scores by id.

    Args:
        memories: By row number.
        cosines: By row number, for each of them.
        pinned: Ids of memories that count as held.
        policy: Half-lives and the weight of time.
        now: Seconds UTC.
    """
    found = []
    for seq, memory in memories.items():
        cosine = cosines[seq]
        counted = replace(memory, pinned=True) if memory.id in pinned else memory
        relevance = ScoreParts(cosine, meaning=cosine, share_meaning=1.0, cosine=cosine)
        parts = parts_of(counted, relevance, now, policy)
        found.append(Recollection(memory, parts.score, parts))
    found.sort(key=lambda each: (-each.score, each.memory.id))
    return tuple(found)
