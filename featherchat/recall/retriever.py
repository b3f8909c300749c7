"""What memory has to say to a question: found, fused, scored, and told apart by layer.

Words and meaning are fused into one relevance, neighbors of strong hits lend
some of theirs, superseded memories give way to their successors, and the
adaptive score orders what is left. Whether memory answers at all is decided
before any of that, on raw evidence.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from featherchat.clock import Clock
from featherchat.memory import (
    Edge,
    Filter,
    Kind,
    Layer,
    Memory,
    Recollection,
    RelationType,
    ScoreParts,
    Status,
    Step,
)
from featherchat.ranking import (
    DecayPolicy,
    Evidence,
    Fused,
    FusionWeights,
    Thresholds,
    answers,
    parts_of,
    weighted_fusion,
)
from featherchat.recall.graph import walk
from featherchat.recall.memories import Memories
from featherchat.store.base import WordHits
from featherchat.store.sqlite import SqliteStore

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, which a search by words need not pay.
    from featherchat.store.base import Vector

HEAD = 100
"""How many hits of words and of meaning are fused."""

FLOOR = 0.25
"""A relevance below this is a near miss, not a hit."""

STRONG = 0.6
"""From this relevance on a hit lends to its neighbors."""

LENT = 0.9
"""The share of a part's relevance that the decision it belongs to gets at least."""

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

    by_layer: Mapping[Layer, tuple[Recollection, ...]] = field(default_factory=dict)
    near_misses: tuple[Recollection, ...] = ()
    evidence: Evidence = Evidence(None, 0.0)
    abstained: bool = False
    """Memory had hits, but no evidence that they answer the question."""

    notice: str = ""
    """What limits this recall, such as that only words were searched."""


@dataclass(frozen=True, slots=True)
class _Heads:
    """What one trip to the store thread brought."""

    words: WordHits
    cosines: Mapping[str, float]
    memories: Mapping[str, Memory]
    edges: Sequence[Edge]


class Retriever:
    """Answers questions from a project's memories."""

    def __init__(self, memories: Memories, clock: Clock, developer: str | None = None) -> None:
        self._memories = memories
        self._clock = clock
        self._developer = developer

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
        vector = None if words_only else await self._memories.embed_question(question)
        asked = replace(where, statuses=_with_superseded(where.statuses))
        heads = await self._memories.ask(
            lambda store: _heads(store, question, vector, asked, self._developer)
        )
        fused = weighted_fusion(heads.words.scores, heads.cosines, FusionWeights())
        evidence = _evidence(heads)
        if abstain and not answers(evidence, self._thresholds(vector is not None)):
            scored = self._scored(fused, heads, policy, where)
            return Recall(
                (),
                near_misses=_noted(scored[:NEAR_MISSES], "too little evidence"),
                evidence=evidence,
                abstained=bool(fused),
                notice=self._memories.notice,
            )
        recall = self._ranked(fused, heads, policy, where, k, evidence, reinforce=reinforce)
        return await self._linked(recall, hops, where, policy) if hops else recall

    async def _linked(
        self, recall: Recall, hops: int, where: Filter, policy: DecayPolicy
    ) -> Recall:
        """The recall with what its best hits are linked with, behind them."""
        seeds = {each.memory.id: each for each in recall.found[:SEEDS]}
        known = {each.memory.id for each in recall.found}
        reached = await self._memories.ask(lambda store: walk(store, list(seeds), hops, where))
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
        self,
        fused: Mapping[str, Fused],
        heads: _Heads,
        policy: DecayPolicy,
        where: Filter,
        k: int,
        evidence: Evidence,
        *,
        reinforce: bool,
    ) -> Recall:
        scored = self._scored(fused, heads, policy, where)
        hits = [each for each in scored if each.parts.relevance >= FLOOR]
        misses = [each for each in scored if each.parts.relevance < FLOOR]
        found = _diverse(hits, k)
        if reinforce:
            self._memories.reinforce([each.memory.id for each in found])
        return Recall(
            tuple(found),
            by_layer=self._by_layer(found, policy),
            near_misses=_noted(misses[:NEAR_MISSES], "below the floor"),
            evidence=evidence,
            notice=self._memories.notice,
        )

    def _scored(
        self, fused: Mapping[str, Fused], heads: _Heads, policy: DecayPolicy, where: Filter
    ) -> list[Recollection]:
        now = self._clock.now()
        scored: list[Recollection] = []
        for memory_id, (relevance, trail) in _with_neighbors(fused, heads).items():
            memory = heads.memories.get(memory_id)
            if memory is None:
                continue
            parts = parts_of(memory, relevance, now, policy, flat=True)
            scored.append(Recollection(memory, parts.score, parts, trail))
        scored.sort(key=lambda each: (-each.score, each.memory.id))
        return [
            each
            for each in _superseded_give_way(scored, heads)
            if not where.statuses or each.memory.status in where.statuses
        ]

    def _by_layer(
        self, found: Iterable[Recollection], policy: DecayPolicy
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

    def _thresholds(self, with_meaning: bool) -> Thresholds:
        embedder = self._memories.embedder
        if embedder is None or not with_meaning:
            return Thresholds(cosine=None)
        return Thresholds(cosine=embedder.identity.answer_threshold)


def _heads(
    store: SqliteStore,
    question: str,
    vector: "Vector | None",
    where: Filter,
    developer: str | None,
) -> _Heads:
    words = store.match_words(question, HEAD, where)
    cosines = {} if vector is None else store.match_vector(vector, HEAD, where)
    ids = list({**words.scores, **cosines})
    edges = store.edges_of(ids)
    linked = {end for edge in edges for end in (edge.source_id, edge.target_id)}
    memories = store.get(list({*ids, *linked}))
    inside = {
        memory.id: memory
        for memory in memories.values()
        if (where.namespace is None or memory.namespace == where.namespace)
        # Preferences are private to the developer who has them.
        and (memory.layer is not Layer.DEVELOPER or memory.developer == developer)
    }
    return _Heads(words, cosines, inside, edges)


def _evidence(heads: _Heads) -> Evidence:
    cosine = max(heads.cosines.values(), default=None) if heads.cosines else None
    return Evidence(cosine, max(heads.words.coverage.values(), default=0.0), heads.words.terms)


def _with_superseded(statuses: tuple[Status, ...]) -> tuple[Status, ...]:
    """A superseded memory may match, so that its successor is found in its place."""
    return (*statuses, Status.SUPERSEDED) if statuses else ()


_PART_OF: Mapping[str, str] = {
    # A record's rationale and rejected options speak for the decision they belong to.
    RelationType.LEADS_TO: Kind.RATIONALE,
    RelationType.CONTRADICTS: Kind.ALTERNATIVE,
}


def _with_neighbors(
    fused: Mapping[str, Fused], heads: _Heads
) -> dict[str, tuple[ScoreParts, tuple[Step, ...]]]:
    """Relevance by memory, with what strong hits lend to the decision they are part of."""
    found: dict[str, tuple[ScoreParts, tuple[Step, ...]]] = {
        memory_id: (
            ScoreParts(each.relevance, each.words, each.meaning, each.cosine),
            (),
        )
        for memory_id, each in fused.items()
    }
    for edge in heads.edges:
        part = heads.memories.get(edge.target_id)
        lender = fused.get(edge.target_id)
        if part is None or lender is None or _PART_OF.get(edge.relation) != part.kind:
            continue
        own = found.get(edge.source_id, (ScoreParts(0.0), ()))
        lent = LENT * lender.relevance
        if lender.relevance >= STRONG and lent > own[0].relevance:
            trail = own[1] if edge.source_id in fused else _step(edge)
            found[edge.source_id] = (replace(own[0], relevance=lent, graph=lent), trail)
    return found


def _step(edge: Edge) -> tuple[Step, ...]:
    return (Step(edge.relation, edge.target_id, forward=False),)


def _superseded_give_way(scored: Sequence[Recollection], heads: _Heads) -> list[Recollection]:
    """Put each superseded memory's successor in its place, or above it."""
    successors = {
        edge.target_id: edge.source_id
        for edge in heads.edges
        if edge.relation == RelationType.SUPERSEDES
    }
    placed: dict[str, Recollection] = {}
    by_id = {each.memory.id: each for each in scored}
    for each in scored:
        head, replaced = each.memory.id, []
        while head in successors and head not in replaced:
            replaced.append(head)
            head = successors[head]
        memory = heads.memories.get(head)
        if head != each.memory.id and memory is not None and head not in placed:
            own = by_id.get(head)
            stand_in = own if own and own.score >= each.score else replace(each, memory=memory)
            placed[head] = replace(stand_in, memory=memory, replaces=tuple(replaced))
        placed.setdefault(each.memory.id, each)
    return list(placed.values())


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
