"""Memories that say nearly the same. They are reported with a score, never merged."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from featherchat.memory import Layer, Memory
from featherchat.recollection import Filter, NearDuplicate
from featherchat.sameness import differ_in_substance
from featherchat.store.analysis import analyze
from featherchat.store.base import MemoryStore

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, which a search by words need not pay.
    from featherchat.store.base import Vector

WORDS_ALIKE = 0.9
"""The share of words from which on texts without vectors are alike.

Of 5.2 million pairs of memories from different records 2 share as many and differ in no number,
negation or identifier (benchmarks/likeness.py).
"""

_HEAD = 10
"""Neighbors that are looked at, by meaning and by words."""

_ASKED_WORDS = 60
"""Of a long text so many words are asked for."""


def near_duplicates(
    store: MemoryStore, memory: Memory, vector: "Vector | None", at_least: float, k: int
) -> tuple[NearDuplicate, ...]:
    """What else says nearly the same as a memory, stored or not, most alike first.

    Looked for among the living memories of its namespace and layer; preferences are compared
    with the same developer's only. Texts that differ in a number, a negation or an identifier
    are not alike.

    Args:
        store: Where it is looked for.
        memory: What is said.
        vector: Its vector in the space in force; without one, words are compared.
        at_least: The cosine from which on two texts are alike, as its embedder has it.
        k: The most that are returned.
    """
    private = memory.layer is Layer.DEVELOPER
    where = Filter(
        namespace=memory.namespace,
        layers=(memory.layer,),
        developer=memory.developer if private else None,
    )
    cosines = {} if vector is None else store.match_vector(vector, _HEAD, where)
    asked = " ".join(memory.text.split()[:_ASKED_WORDS])
    by_words = store.match_words(asked, _HEAD, where).scores
    found: list[NearDuplicate] = []
    for other in store.get([*{**cosines, **by_words}]).values():
        cosine = cosines.get(other.id)
        score = word_overlap(memory.text, other.text) if cosine is None else cosine
        alike = score >= (WORDS_ALIKE if cosine is None else at_least)
        if alike and other.id != memory.id and not differ_in_substance(memory.text, other.text):
            found.append(NearDuplicate(other, score))
    return tuple(sorted(found, key=lambda each: (-each.score, each.memory.id))[:k])


def near_duplicates_of_each(
    store: MemoryStore,
    memories: Sequence[Memory],
    vectors: Mapping[str, "Vector"],
    at_least: float,
    k: int,
) -> dict[str, tuple[NearDuplicate, ...]]:
    """The near duplicates of each of some memories but for one another, where there are any.

    The parts of one decision, written at once, are no duplicates of each other.
    """
    ids = {memory.id for memory in memories}
    found: dict[str, tuple[NearDuplicate, ...]] = {}
    for memory in memories:
        near = near_duplicates(store, memory, vectors.get(memory.id), at_least, k + len(ids))
        others = [each for each in near if each.memory.id not in ids]
        if others:
            found[memory.id] = tuple(others[:k])
    return found


def word_overlap(one: str, other: str) -> float:
    """The share of all words of two texts that both have (Jaccard)."""
    here, there = set(analyze(one).words), set(analyze(other).words)
    return len(here & there) / max(len(here | there), 1)
