"""One trip to the store: from a question's hits to what is told, and why the rest is not.

Synchronous, on the store thread. Hundreds of hits are judged by their outlines; only
what is told to somebody is read whole.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from featherchat.fusion import Fusion, FusionWeights, ranked
from featherchat.memory import Edge, Kind, Memory, RelationType
from featherchat.ranking import PER_HOP, DecayPolicy, Evidence, answers, parts_of, scores_of
from featherchat.recall.anchors import (
    LINKED_BY,
    MOST_FILES,
    NOTHING,
    Anchored,
    folders_of,
    support,
)
from featherchat.recall.context import short_id
from featherchat.recall.graph import is_open_to, walk
from featherchat.recall.heads import AMENDS, PART_OF, STANDS_FOR, Heads
from featherchat.recall.layers import PER_SOURCE, Ranking, layered, within_sources
from featherchat.recall.likeness import likeness_in
from featherchat.recall.relevance import (
    Relevances,
    evidence_of,
    relevances,
    successors,
    successors_first,
    trails,
    with_superseded,
)
from featherchat.recollection import Filter, Outline, Recollection, ScoreParts
from featherchat.store.base import MemoryStore

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, which a search by words need not pay.
    from featherchat.store.base import Vector

HEAD = 70
"""How many hits of words and of meaning are fused, unless more are asked for.

Fewer are quicker to judge. On the tuned repositories of benchmarks/questions.py the right
record came first for 167 of 223 questions at 100, 166 at 70 and 163 at 50: about the same.
"""

FLOORS = {Fusion.WEIGHTED: 0.15, Fusion.RRF: 0.25}
"""A relevance below this is a near miss, not a hit.

A memory that has a question's words once, in its text, has 0.17 beside one with them in its
title. By ranks, one that is only in one ranking has 0.25 at place 62.
"""

SEEDS = 5
"""So many of the best hits are walked from."""

NEAR_MISSES = 2
"""Of each reason."""

WEAK = 10
"""So many below the floor are looked at for near misses: not all of them may be told."""


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

    explain: bool = False
    """Say what was nearly found, too."""

    paths: tuple[str, ...] = ()
    """The files of the change that is asked about."""


@dataclass(frozen=True, slots=True)
class Recall:
    """The answer of memory to one question."""

    found: tuple[Recollection, ...]
    """All layers in one list, best first."""

    near_misses: tuple[Recollection, ...] = ()
    """What nearly was among them, each with the reason in its note, if that was asked for."""

    layers: tuple[Ranking, ...] = ()
    """What each layer has to say, if that was asked for."""

    evidence: Evidence = Evidence(None, 0.0)
    abstained: bool = False
    """Memory had hits, but no evidence that they answer the question."""

    notice: str = ""
    """What limits this recall, such as that only words were searched."""

    episodes: tuple[Recollection, ...] = ()
    """Every time it happened, the oldest first, if that was asked for; see ``episodes``."""


def recalled(store: MemoryStore, asked: Inquiry) -> Recall:
    """What memory has to say to a question."""
    heads = heads_of(store, asked)
    evidence = evidence_of(heads)
    found = relevances(heads, asked.weights, asked.fusion)
    order = _ordered(store, heads, found, asked)
    teller = _Teller(store, asked, heads, found)
    # What is about a path that is named, or that is changed, is an answer, however little it says.
    if (
        asked.abstain
        and not (heads.named or heads.support)
        and not answers(evidence, asked.threshold)
    ):
        best = [*order.hits, *order.weak][:NEAR_MISSES]
        misses = teller.told({key: teller.because("too little evidence", key) for key in best})
        return Recall((), tuple(misses), evidence=evidence, abstained=bool(best))
    told, misses = _flat(teller, order, asked)
    linked = _linked(store, asked, told) if asked.hops else []
    rankings: tuple[Ranking, ...] = ()
    if asked.layers:
        rankings = _by_layer(store, teller, order, linked)
        listed = {each.memory.id for one in rankings for each in (*one.found, *one.left_out)}
        misses = [each for each in misses if each.memory.id not in listed]
    return Recall((*told, *linked), tuple(misses), rankings, evidence)


def heads_of(store: MemoryStore, asked: Inquiry) -> Heads:
    """The best by words and by meaning, and what stands for them."""
    where = _with_superseded(asked)
    head = max(HEAD, asked.k)
    words = store.match_words(asked.question, head, where)
    cosines = {} if asked.vector is None else store.match_vector(asked.vector, head, where)
    anchored = _anchored(store, asked)
    known = {*words.scores, *words.documents, *cosines, *words.named, *anchored.ids}
    beside = store.edges_of(list({*words.scores, *cosines}), (RelationType.SAME_SESSION,))
    # A change may carry out what was amended just as well as what amends it.
    relations = STANDS_FOR if asked.paths else (*STANDS_FOR, AMENDS)
    edges: list[Edge] = []
    fresh = known
    while fresh:
        found = store.edges_of(list(fresh), relations, incoming=True)
        edges += found
        fresh = {edge.source_id for edge in found} - known
        known = known | fresh
    ends = {end for edge in (*edges, *beside) for end in (edge.source_id, edge.target_id)}
    # Which conversation a hit is from is only asked for where there are any.
    hits = {*words.scores, *cosines} if words.sessions else ()
    outlines = _outlines(
        store, asked, {*ends, *hits, *words.documents, *words.named, *anchored.ids}
    )
    decisions = [key for key, each in outlines.items() if each.kind == Kind.DECISION]
    sizes = store.graph.counts(decisions, tuple(PART_OF))
    spoken = support(anchored, outlines, asked.now)
    return Heads(words, cosines, edges, outlines, sizes, beside, spoken)


def _anchored(store: MemoryStore, asked: Inquiry) -> Anchored:
    """What the files of a change are linked with."""
    if not asked.paths:
        return NOTHING
    forms = {path: folders_of(path) for path in asked.paths[:MOST_FILES]}
    every = {form for each in forms.values() for form in each}
    found = store.graph.anchored(sorted(every), asked.where.namespace)
    by_path = {
        path: frozenset(key for form in each for key in found.get(form, ()))
        for path, each in forms.items()
    }
    witnesses = frozenset().union(*by_path.values())
    return Anchored(by_path, store.edges_of(sorted(witnesses), LINKED_BY))


def _with_superseded(asked: Inquiry) -> Filter:
    return replace(asked.where, statuses=with_superseded(asked.where.statuses))


def _outlines(store: MemoryStore, asked: Inquiry, ids: Iterable[str]) -> dict[str, Outline]:
    """Those of some memories that are inside the walls."""
    where = _with_superseded(asked)
    return {
        outline.id: outline
        for outline in store.outlines(list(ids), where).values()
        if is_open_to(asked.developer, outline)
    }


@dataclass(frozen=True, slots=True)
class _Order:
    """The ids of a question's hits, each list best first."""

    hits: Sequence[str]
    weak: Sequence[str]
    """Below the floor, the best of them."""

    given_way: Sequence[str]
    """Superseded, and not asked for."""

    outlines: Mapping[str, Outline]


def _ordered(store: MemoryStore, heads: Heads, found: Relevances, asked: Inquiry) -> _Order:
    floor = FLOORS[asked.fusion] * (1.0 - found.shares.anchors)
    statuses = asked.where.statuses
    strong = {key: each for key, each in found.of.items() if each >= floor}
    weak = ranked({key: each for key, each in found.of.items() if each < floor})[:WEAK]
    unknown = {*strong, *weak} - heads.outlines.keys()
    outlines = {**heads.outlines, **_outlines(store, asked, unknown)}
    admitted = {key: each for key, each in outlines.items() if each.admitted}
    judged = [(key, each) for key, each in strong.items() if key in admitted]
    pairs = ((admitted[key], relevance) for key, relevance in judged)
    scored = scores_of(pairs, asked.now, asked.policy, flat=True, change=bool(asked.paths))
    scores = {key: each for (key, _), each in zip(judged, scored, strict=True)}
    standing = successors_first(ranked(scores), heads)
    hits = [key for key in standing if not statuses or admitted[key].status in statuses]
    kept = set(hits)
    given_way = [key for key in standing if key not in kept]
    return _Order(hits, [key for key in weak if key in admitted], given_way, outlines)


class _Teller:
    """Reads memories whole, and says why each stands where it stands."""

    def __init__(self, store: MemoryStore, asked: Inquiry, heads: Heads, found: Relevances) -> None:
        self._store = store
        self._asked = asked
        self._found = found
        self._trails = trails(heads)
        self._heirs = successors(heads)

    def told(self, notes: Mapping[str, str], *, flat: bool = True) -> list[Recollection]:
        """Memories by id, each with its note, in the order given."""
        memories = self._store.get(list(notes))
        replaced = self._replaced(notes)
        return [
            self._one(memories[key], note, replaced.get(key, ()), flat=flat)
            for key, note in notes.items()
        ]

    def because(self, why: str, memory_id: str) -> str:
        """A reason that rests on the relevance."""
        return f"{why}: relevance {self._found.of[memory_id]:.2f}"

    def superseded(self, memory_id: str) -> str:
        """What has taken a memory's place."""
        heir = self._heirs.get(memory_id)
        return "superseded" if heir is None else f"superseded by m:{short_id(heir)}"

    def _replaced(self, ids: Collection[str]) -> dict[str, list[str]]:
        """In whose place each stands: the hits, and what else it has superseded."""
        pairs = [(new, old) for old, new in self._heirs.items()]
        edges = self._store.edges_of(list(ids), (RelationType.SUPERSEDES,))
        found: dict[str, list[str]] = {}
        for new, old in dict.fromkeys((*pairs, *((e.source_id, e.target_id) for e in edges))):
            found.setdefault(new, []).append(old)
        return found

    def _one(
        self, memory: Memory, note: str, replaced: Sequence[str], *, flat: bool
    ) -> Recollection:
        relevance = self._found.parts(memory.id)
        asked = self._asked
        parts = parts_of(
            memory, relevance, asked.now, asked.policy, flat=flat, change=bool(asked.paths)
        )
        trail = self._trails.get(memory.id, ())
        return Recollection(memory, parts.score, parts, trail, tuple(replaced), note)


def _flat(
    teller: _Teller, order: _Order, asked: Inquiry
) -> tuple[list[Recollection], list[Recollection]]:
    """One list over all layers, and what nearly was in it."""
    k = asked.k
    allowed, crowded = within_sources(order.hits, lambda key: order.outlines[key].path)
    notes = dict.fromkeys(allowed[:k], "")
    if asked.explain:
        notes |= {key: teller.superseded(key) for key in order.given_way[:NEAR_MISSES]}
        notes |= dict.fromkeys(crowded[:NEAR_MISSES], f"beyond {PER_SOURCE} of one source")
        notes |= dict.fromkeys(allowed[k : k + NEAR_MISSES], f"beyond the first {k}")
        weak = order.weak[:NEAR_MISSES]
        notes |= {key: teller.because("below the floor", key) for key in weak}
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
