"""One trip to the store: from a question's hits to what is told, and why the rest is not.

Synchronous, on the store thread. Hundreds of hits are judged by their outlines; only
what is told to somebody is read whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from featherchat.memory import Edge, Memory
from featherchat.ranking import (
    DecayPolicy,
    Evidence,
    Fusion,
    FusionWeights,
    answers,
    parts_of,
    ranked,
    score_at,
)
from featherchat.recall.context import short_id
from featherchat.recall.graph import is_inside, walk
from featherchat.recall.layers import PER_SOURCE, Ranking, layered, within_sources
from featherchat.recall.likeness import likeness_in
from featherchat.recall.relevance import (
    STANDS_FOR,
    Heads,
    Relevances,
    evidence_of,
    predecessors,
    relevances,
    successors,
    successors_first,
    trails,
    with_superseded,
)
from featherchat.recollection import Filter, Recollection, ScoreParts
from featherchat.store.base import MemoryStore

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, which a search by words need not pay.
    from featherchat.store.base import Vector

HEAD = 100
"""How many hits of words and of meaning are fused."""

FLOORS = {Fusion.WEIGHTED: 0.15, Fusion.RRF: 0.25}
"""A relevance below this is a near miss, not a hit.

A memory that has a question's words once, in its text, has 0.17 beside one with them in its
title. By ranks, one that is only in one ranking has 0.25 at place 62.
"""

PER_HOP = 0.5
"""The share of relevance that a step through the graph hands on."""

SEEDS = 5
"""So many of the best hits are walked from."""

NEAR_MISSES = 2
"""Of each reason."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question to memory, with everything that decides the answer."""

    question: str
    vector: "Vector | None"
    """The question's; None asks for words alone."""

    now: float
    """Seconds UTC."""

    k: int = 10
    where: Filter = Filter()
    policy: DecayPolicy = DecayPolicy()
    developer: str | None = None
    """Whose preferences are told."""

    weights: FusionWeights = FusionWeights()
    fusion: Fusion = Fusion.WEIGHTED
    threshold: float | None = None
    """The cosine that is evidence by itself, see ``ranking.answers``."""

    abstain: bool = True
    hops: int = 0
    layers: bool = False
    """Rank by layer, too."""


@dataclass(frozen=True, slots=True)
class Recall:
    """The answer of memory to one question."""

    found: tuple[Recollection, ...]
    """All layers in one list, best first."""

    near_misses: tuple[Recollection, ...] = ()
    """What nearly was among them, each with the reason in its note."""

    layers: tuple[Ranking, ...] = ()
    """What each layer has to say, if that was asked for."""

    evidence: Evidence = Evidence(None, 0.0)
    abstained: bool = False
    """Memory had hits, but no evidence that they answer the question."""

    notice: str = ""
    """What limits this recall, such as that only words were searched."""


def recalled(store: MemoryStore, asked: Inquiry) -> Recall:
    """What memory has to say to a question."""
    heads = heads_of(store, asked)
    teller = _Teller(store, asked, heads)
    order = _ordered(heads, teller.relevances, asked)
    evidence = evidence_of(heads)
    # What is about a path that the question names is an answer, however little it says of it.
    if asked.abstain and not heads.named and not answers(evidence, asked.threshold):
        best = [*order.hits, *order.weak][:NEAR_MISSES]
        misses = teller.told({key: teller.because("too little evidence", key) for key in best})
        return Recall((), tuple(misses), evidence=evidence, abstained=bool(best))
    found, misses = _flat(teller, order, asked.k)
    linked = _linked(store, asked, found) if asked.hops else []
    rankings: tuple[Ranking, ...] = ()
    if asked.layers:
        rankings = _by_layer(store, teller, order, linked)
        listed = {each.memory.id for one in rankings for each in (*one.found, *one.left_out)}
        misses = [each for each in misses if each.memory.id not in listed]
    return Recall((*found, *linked), tuple(misses), rankings, evidence)


def heads_of(store: MemoryStore, asked: Inquiry) -> Heads:
    """The best by words and by meaning, and what stands for them."""
    where = replace(asked.where, statuses=with_superseded(asked.where.statuses))
    words = store.match_words(asked.question, HEAD, where)
    cosines = {} if asked.vector is None else store.match_vector(asked.vector, HEAD, where)
    known = {*words.scores, *words.documents, *cosines, *words.named}
    edges: dict[tuple[str, str, str], Edge] = {}
    fresh = known
    while fresh:
        found = store.edges_of(list(fresh), STANDS_FOR)
        edges.update({edge.key: edge for edge in found})
        fresh = {edge.source_id for edge in found} - known
        known = known | fresh
    outlines = {
        outline.id: outline
        for outline in store.outlines(list(known), where).values()
        if is_inside(outline, where, asked.developer)
    }
    return Heads(words, cosines, outlines, list(edges.values()))


@dataclass(frozen=True, slots=True)
class _Order:
    """The ids of a question's hits, each list best first."""

    hits: Sequence[str]
    weak: Sequence[str]
    """Below the floor."""

    given_way: Sequence[str]
    """Superseded, and not asked for."""


def _ordered(heads: Heads, found: Relevances, asked: Inquiry) -> _Order:
    floor, outlines, statuses = FLOORS[asked.fusion], heads.outlines, asked.where.statuses
    admitted = [key for key in found.of if key in outlines and outlines[key].admitted]
    scores = {
        key: score_at(outlines[key], found.of[key], asked.now, asked.policy, flat=True)
        for key in admitted
        if found.of[key] >= floor
    }
    standing = successors_first(ranked(scores), heads)
    hits = [key for key in standing if not statuses or outlines[key].status in statuses]
    weak = {key: found.of[key] for key in admitted if found.of[key] < floor}
    kept = set(hits)
    return _Order(hits, ranked(weak), [key for key in standing if key not in kept])


class _Teller:
    """Reads memories whole, and says why each stands where it stands."""

    def __init__(self, store: MemoryStore, asked: Inquiry, heads: Heads) -> None:
        self.heads = heads
        self.relevances = relevances(heads, asked.weights, asked.fusion)
        self._store = store
        self._asked = asked
        self._trails = trails(heads)
        self._replaced = predecessors(heads)

    def told(self, notes: Mapping[str, str], *, flat: bool = True) -> list[Recollection]:
        """Memories by id, each with its note, in the order given."""
        memories = self._store.get(list(notes))
        return [self._one(memories[key], notes[key], flat=flat) for key in notes]

    def because(self, why: str, memory_id: str) -> str:
        """A reason that rests on the relevance."""
        return f"{why}: relevance {self.relevances.of[memory_id]:.2f}"

    def superseded(self, memory_id: str) -> str:
        """What has taken a memory's place."""
        heir = successors(self.heads).get(memory_id)
        return "superseded" if heir is None else f"superseded by m:{short_id(heir)}"

    def _one(self, memory: Memory, note: str, *, flat: bool) -> Recollection:
        relevance = self.relevances.parts(memory.id)
        parts = parts_of(memory, relevance, self._asked.now, self._asked.policy, flat=flat)
        trail, olds = self._trails.get(memory.id, ()), self._replaced.get(memory.id, ())
        return Recollection(memory, parts.score, parts, trail, olds, note)


def _flat(teller: _Teller, order: _Order, k: int) -> tuple[list[Recollection], list[Recollection]]:
    """One list over all layers, and what nearly was in it."""
    outlines = teller.heads.outlines
    allowed, crowded = within_sources(order.hits, lambda key: outlines[key].path)
    notes = dict.fromkeys(allowed[:k], "")
    notes.update({key: teller.superseded(key) for key in order.given_way[:NEAR_MISSES]})
    notes.update(dict.fromkeys(crowded[:NEAR_MISSES], f"beyond {PER_SOURCE} of one source"))
    notes.update(dict.fromkeys(allowed[k : k + NEAR_MISSES], f"beyond the first {k}"))
    notes.update({key: teller.because("below the floor", key) for key in order.weak[:NEAR_MISSES]})
    told = teller.told(notes)
    return [each for each in told if not each.note], [each for each in told if each.note]


def _by_layer(
    store: MemoryStore, teller: _Teller, order: _Order, linked: Sequence[Recollection]
) -> tuple[Ranking, ...]:
    """Each layer's own ranking of everything relevant; what hits are linked with behind it."""
    hits = teller.told(dict.fromkeys(order.hits, ""), flat=False)
    return layered(hits, linked, likeness_in(store, [each.memory for each in hits]))


def _linked(
    store: MemoryStore, asked: Inquiry, found: Sequence[Recollection]
) -> list[Recollection]:
    """What the best hits are linked with, each with the way there."""
    seeds = {each.memory.id: each for each in found[:SEEDS]}
    known = {each.memory.id for each in found}
    chained = []
    for memory, seed_id, trail in walk(
        store, list(seeds), asked.hops, asked.where, asked.developer
    ):
        if memory.id not in known:
            lent = seeds[seed_id].parts.relevance * PER_HOP ** len(trail)
            relevance = ScoreParts(lent, graph=lent)
            parts = parts_of(memory, relevance, asked.now, asked.policy, flat=True)
            chained.append(Recollection(memory, parts.score, parts, trail))
    return chained
