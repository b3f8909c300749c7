"""What memory has to say to a question: found, fused, scored, and told apart by layer.

Words and meaning are fused into one relevance, a decision speaks for its whole
record, superseded memories give way to their successors, and the adaptive score
orders what is left. Whether memory answers at all is decided before any of that,
on raw evidence.
"""

import asyncio
import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from featherchat.clock import Clock
from featherchat.memory import Edge, Layer
from featherchat.ranking import DecayPolicy, Evidence, FusionWeights, answers, parts_of
from featherchat.recall.graph import is_inside, walk
from featherchat.recall.memories import Memories
from featherchat.recall.relevance import (
    STANDS_FOR,
    Heads,
    evidence_of,
    paths_in,
    predecessors,
    relevances,
    successors_first,
    trails,
    with_superseded,
)
from featherchat.recollection import Filter, Recollection, ScoreParts
from featherchat.store.base import MemoryStore
from featherchat.store.sqlite import SqliteStore

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, which a search by words need not pay.
    from featherchat.store.base import Vector

HEAD = 100
"""How many hits of words and of meaning are fused."""

NAMED = 10
"""So many of the memories about a path that the question names are taken for hits."""

FLOOR = 0.15
"""A relevance below this is a near miss, not a hit.

A memory that has a question's words once, in its text, has 0.17 beside one with them in its title.
"""

PER_HOP = 0.5
"""The share of relevance that a step through the graph hands on."""

SEEDS = 5
"""So many of the best hits are walked from."""

NEAR_MISSES = 3
PER_SOURCE = 3
"""Pieces of one document in one list."""


@dataclass(frozen=True, slots=True)
class Recall:
    """The answer of memory to one question."""

    found: tuple[Recollection, ...]
    """All layers in one list, best first."""

    near_misses: tuple[Recollection, ...] = ()
    evidence: Evidence = Evidence(None, 0.0)
    abstained: bool = False
    """Memory had hits, but no evidence that they answer the question."""

    notice: str = ""
    """What limits this recall, such as that only words were searched."""


class Retriever:
    """Answers questions from a project's memories."""

    def __init__(
        self,
        memories: Memories,
        clock: Clock,
        developer: str | None = None,
        weights: FusionWeights = FusionWeights(),
    ) -> None:
        """Keep the parts.

        Args:
            memories: What is asked.
            clock: For ages.
            developer: Whose preferences are told; nobody else's are.
            weights: The shares of words and meaning in a relevance.
        """
        self._memories = memories
        self._clock = clock
        self._developer = developer
        self._weights = weights

    def asking(self, memories: Memories, clock: Clock) -> "Retriever":
        """The same retriever for other memories, such as those of the past."""
        other = copy.copy(self)
        other._memories, other._clock = memories, clock
        return other

    async def recall(
        self,
        question: str,
        k: int = 10,
        where: Filter = Filter(),
        policy: DecayPolicy = DecayPolicy(),
        *,
        words_only: bool = False,
        abstain: bool = True,
        reinforce: bool = False,
        hops: int = 0,
    ) -> Recall:
        """What the project remembers about a question.

        Args:
            question: What a person typed; nothing in it is query syntax.
            k: The most that is found.
            where: Which memories are asked.
            policy: Half-lives and the weight of time.
            words_only: Do not ask the embedder.
            abstain: Say nothing when the evidence is too thin.
            reinforce: Count a recall of what is found.
            hops: How far to walk from the best hits along typed edges, in both directions,
                inside the namespace and filter; what is reached stands behind the hits, each
                with its trail, and each step halves the relevance that is handed on.
        """
        vector = None if words_only else await self._embedded(question)
        asked = replace(where, statuses=with_superseded(where.statuses))
        heads = await self._memories.ask(
            lambda store: _heads(
                store, question, self._comparable(store, vector), asked, self._developer
            )
        )
        evidence = evidence_of(heads)
        scored = self._scored(heads, policy, where)
        # What is about a path that the question names is an answer, however little it says of it.
        enough = bool(heads.named) or answers(evidence, self._threshold(vector))
        if abstain and not enough:
            return Recall(
                (),
                near_misses=_noted(scored[:NEAR_MISSES], "too little evidence"),
                evidence=evidence,
                abstained=bool(scored),
                notice=self._memories.notice,
            )
        recall = self._ranked(scored, policy, k, evidence)
        if reinforce:
            self._memories.reinforce([each.memory.id for each in recall.found])
        return await self._linked(recall, hops, where, policy) if hops else recall

    async def _embedded(self, question: str) -> "Vector | None":
        """The question's vector; the indexes are loaded while the model loads and runs."""
        embedder = self._memories.embedder
        if embedder is None or self._memories.notice:
            return None
        vector, _ = await asyncio.gather(
            self._memories.embed_question(question),
            self._memories.ask(lambda store: store.prepare()),
        )
        return vector

    def _comparable(self, store: SqliteStore, vector: "Vector | None") -> "Vector | None":
        """The question's vector, unless another embedder's vectors came into force meanwhile."""
        embedder = self._memories.embedder
        if embedder is None or store.setting("embedder") not in (None, str(embedder.identity)):
            return None
        return vector

    async def _linked(
        self, recall: Recall, hops: int, where: Filter, policy: DecayPolicy
    ) -> Recall:
        """The recall with what its best hits are linked with, behind them."""
        seeds = {each.memory.id: each for each in recall.found[:SEEDS]}
        known = {each.memory.id for each in recall.found}
        reached = await self._memories.ask(
            lambda store: walk(store, list(seeds), hops, where, self._developer)
        )
        now = self._clock.now()
        chained = list(recall.found)
        for memory, seed_id, trail in reached:
            if memory.id in known:
                continue
            relevance = seeds[seed_id].parts.relevance * PER_HOP ** len(trail)
            parts = parts_of(memory, ScoreParts(relevance, graph=relevance), now, policy, flat=True)
            chained.append(Recollection(memory, parts.score, parts, trail))
        return replace(recall, found=tuple(chained))

    def _ranked(
        self, scored: Sequence[Recollection], policy: DecayPolicy, k: int, evidence: Evidence
    ) -> Recall:
        hits = [each for each in scored if each.parts.relevance >= FLOOR]
        misses = [each for each in scored if each.parts.relevance < FLOOR]
        found = _diverse(hits, k)
        return Recall(
            tuple(found),
            near_misses=_noted(misses[:NEAR_MISSES], "below the floor"),
            evidence=evidence,
            notice=self._memories.notice,
        )

    def _scored(self, heads: Heads, policy: DecayPolicy, where: Filter) -> list[Recollection]:
        now = self._clock.now()
        paths, replaced = trails(heads), predecessors(heads)
        scored: list[Recollection] = []
        for memory_id, relevance in relevances(heads, self._weights).items():
            if memory_id not in heads.admitted:
                continue
            memory = heads.memories[memory_id]
            parts = parts_of(memory, relevance, now, policy, flat=True)
            trail, olds = paths.get(memory_id, ()), replaced.get(memory_id, ())
            scored.append(Recollection(memory, parts.score, parts, trail, olds))
        scored.sort(key=lambda each: (-each.score, each.memory.id))
        return [
            each
            for each in successors_first(scored, heads)
            if not where.statuses or each.memory.status in where.statuses
        ]

    def by_layer(
        self, found: Iterable[Recollection], policy: DecayPolicy = DecayPolicy()
    ) -> dict[Layer, tuple[Recollection, ...]]:
        """Each layer for itself, under the bare product of the score."""
        now = self._clock.now()
        layers: dict[Layer, list[Recollection]] = {}
        for each in found:
            parts = parts_of(each.memory, each.parts, now, policy)
            layers.setdefault(each.memory.layer, []).append(
                replace(each, score=parts.score, parts=parts)
            )
        return {
            layer: tuple(sorted(members, key=lambda each: (-each.score, each.memory.id)))
            for layer, members in layers.items()
        }

    def _threshold(self, vector: "Vector | None") -> float | None:
        embedder = self._memories.embedder
        return None if embedder is None or vector is None else embedder.identity.answer_threshold


def _heads(
    store: MemoryStore,
    question: str,
    vector: "Vector | None",
    where: Filter,
    developer: str | None,
) -> Heads:
    words = store.match_words(question, HEAD, where)
    cosines = {} if vector is None else store.match_vector(vector, HEAD, where)
    named = {
        memory.id
        for path in paths_in(question)
        for memory in store.find(replace(where, path=path), NAMED)
    }
    known = {*words.scores, *words.documents, *cosines, *named}
    edges: dict[tuple[str, str, str], Edge] = {}
    fresh = known
    while fresh:
        found = [edge for edge in store.edges_of(list(fresh)) if edge.relation in STANDS_FOR]
        edges.update({edge.key: edge for edge in found})
        fresh = {edge.source_id for edge in found} - known
        known = known | fresh
    memories = {
        memory.id: memory
        for memory in store.get(list(known)).values()
        if is_inside(memory, where, developer)
    }
    return Heads(
        words,
        cosines,
        frozenset(named & memories.keys()),
        memories,
        store.admitted(list(memories), where),
        list(edges.values()),
    )


def _diverse(hits: Sequence[Recollection], k: int) -> list[Recollection]:
    """The best k, with no document crowding the others out."""
    taken: list[Recollection] = []
    per_source: dict[str, int] = {}
    for each in hits:
        path = each.memory.source.path
        if path is not None:
            per_source[path] = per_source.get(path, 0) + 1
            if per_source[path] > PER_SOURCE:
                continue
        taken.append(each)
        if len(taken) == k:
            break
    return taken


def _noted(found: Sequence[Recollection], why: str) -> tuple[Recollection, ...]:
    return tuple(
        replace(each, note=f"{why}: relevance {each.parts.relevance:.2f}") for each in found
    )
