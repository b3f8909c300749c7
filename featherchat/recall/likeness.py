"""How much two memories say the same: what keeps a list from saying one thing twice."""

from collections.abc import Callable, Sequence

from featherchat.memory import Memory
from featherchat.store.analysis import analyze_question
from featherchat.store.base import MemoryStore


def likeness_in(
    store: MemoryStore, memories: Sequence[Memory]
) -> Callable[[Memory, Memory], float]:
    """What compares some memories: the cosine of their vectors, else the words they share.

    Of memories without a vector it is the share of words that both have among all that
    either has, from 0 to 1 (Jaccard), stop words left out.
    """
    vectors = store.vectors_of([memory.id for memory in memories])
    words: dict[str, frozenset[str]] = {}

    def words_of(memory: Memory) -> frozenset[str]:
        if memory.id not in words:
            words[memory.id] = frozenset(analyze_question(memory.text).words)
        return words[memory.id]

    def likeness(one: Memory, other: Memory) -> float:
        if one.id in vectors and other.id in vectors:
            return float(vectors[one.id] @ vectors[other.id])
        shared, either = words_of(one) & words_of(other), words_of(one) | words_of(other)
        return len(shared) / max(len(either), 1)

    return likeness
