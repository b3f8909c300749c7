"""Which decisions a change may carry out, though it names none.

Three kinds of evidence are fused into one confidence: what the decision governs or names,
what it has in common with changes that are linked already, and what both mean. A person
says which of it holds; only where precision was shown is a link made without asking
(``benchmarks/links.py``). What a person has turned down is never suggested again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from featherchat.capture.changes import LINKED_IMPORTANCE
from featherchat.capture.clues import NO_CLUE, Clue, NamedFiles, overlaps
from featherchat.capture.inheriting import inherit_links
from featherchat.capture.references import is_aside, turned_down
from featherchat.clock import SECONDS_PER_DAY, Clock, FixedClock
from featherchat.memory import (
    MAY_CAUSE,
    AdrStatus,
    Edge,
    Kind,
    Layer,
    Memory,
    RelationType,
    Status,
)
from featherchat.ranking import LinkClues, link_confidence
from featherchat.recall.anchors import MOST_FILES
from featherchat.recall.heads import PART_OF
from featherchat.recall.memories import Memories
from featherchat.recall.retriever import Retriever
from featherchat.recollection import Filter, Recollection
from featherchat.store.base import Cause
from featherchat.store.commits import change_count, changes_to_look_at

MOST = 3
"""Decisions that are suggested for one change."""

FLOOR = 0.08
"""A confidence below this is not worth a look: it would be told of every other change."""

AUTOMATIC = 0.9
"""From this confidence on a link is made without asking, if the embedder was measured.

At 0.85 one in twenty was wrong, and one in sixteen commits that cite nothing was linked.
"""

MEASURED = frozenset({"local/bge-small-en-v1.5-int8"})
"""The embedders with which links at ``AUTOMATIC`` were right in nine of ten cases or more."""

LOOKED_AT = 300
"""Changes that one run looks at, the newest: 20 ms each, and old ones wait for no word."""

UNKNOWN_COSINE = 0.6
"""Of a decision whose meaning was not asked: that of most which are no reason."""

_TELLING = 0.3
"""Below this, files say less than words and meaning do."""

_LISTED = 30
_LEADS = 8
"""The best so many are compared with each other."""

_STORED_AT_ONCE = 25
_DECISIONS = Filter(layers=(Layer.DECISION,))
_DONE = "links_suggested"
"""The setting that keeps after which id, and since when, changes were not looked at yet."""

Step = Callable[[int, int], None]
"""Called with how many changes are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A decision that a change may carry out."""

    decision: str
    confidence: float
    origin: str
    """What says most: path, overlap or semantic."""

    evidence: str
    clues: LinkClues


@dataclass(frozen=True, slots=True)
class Suggested:
    """What a run has done."""

    suggestions: int = 0
    links: int = 0
    """Made without asking."""


@dataclass(frozen=True, slots=True)
class KnownDecisions:
    """The decisions that can be suggested, as they are at the start of a run."""

    made_at: Mapping[str, float]
    """In seconds UTC, by id."""

    of_part: Mapping[str, str]
    """The decision of each of its parts, and of itself."""

    files: NamedFiles
    changes: int
    """How many code changes there are."""


class Suggester:
    """Finds what explicit linking has left."""

    def __init__(self, memories: Memories, retriever: Retriever, clock: Clock) -> None:
        self._memories = memories
        self._retriever = retriever
        self._clock = clock

    async def run(self, cause: Cause, step: Step = lambda done, total: None) -> Suggested:
        """Look at what is new: changes, and those of the time since a new decision was made.

        A run that is cut off is repeated by the next one, and does nothing twice.
        """
        mark = f"{self._clock.new_id()} {self._clock.now()}"
        done = await self._memories.ask(lambda store: store.settings.get(_DONE))
        fresh, known = await self._new(done or "")
        fresh = await inherit_links(self._memories, fresh, cause)
        changes = await self._open(fresh) if known is not None else []
        found = Suggested()
        for start in range(0, len(changes), _STORED_AT_ONCE):
            some = changes[start : start + _STORED_AT_ONCE]
            found = await self._look_at(some, known, cause, found) if known else found
            step(start + len(some), len(changes))
        if known is not None:
            await self._memories.ask(lambda store: store.settings.put(_DONE, mark))
        return found

    async def suggestions(
        self, change: Memory, known: KnownDecisions, most: int = MOST, floor: float = FLOOR
    ) -> tuple[Suggestion, ...]:
        """The decisions that a change may carry out, the likeliest first."""
        leads = await self._leads(change, known)
        if not leads:
            return ()
        files = known.files.clues(change)
        past = await self._memories.ask(lambda store: overlaps(store, change, known.changes))
        found = [
            _suggestion(place, leads, change, known, files, past) for place in range(len(leads))
        ]
        found = [each for each in found if each.confidence >= floor]
        return tuple(sorted(found, key=lambda each: (-each.confidence, each.decision))[:most])

    async def known(self) -> KnownDecisions | None:
        """The decisions that can be suggested; None if there are none."""
        heads = [
            each
            for each in await self._memories.find(Filter(kinds=(Kind.DECISION,)))
            if each.status is Status.ACTIVE and each.adr_status != AdrStatus.REJECTED
        ]
        if not heads:
            return None
        ids = [each.id for each in heads]
        own = set(ids)
        of_part = dict(zip(ids, ids, strict=True)) | {
            edge.target_id: edge.source_id
            for edge in await self._memories.edges_of(ids)
            if edge.relation in PART_OF and edge.source_id in own and edge.target_id not in own
        }
        texts: dict[str, list[str]] = {}
        for key, memory in (await self._memories.get(list(of_part))).items():
            texts.setdefault(of_part[key], []).append(memory.text)
        return KnownDecisions(
            {each.id: each.created_at for each in heads},
            of_part,
            NamedFiles.of(texts, {each.id: each.anchors for each in heads}),
            await self._memories.ask(lambda store: change_count(store.database)),
        )

    async def _new(self, done: str) -> tuple[list[Memory], KnownDecisions | None]:
        known = await self.known()
        after, _, since = done.partition(" ")
        made = [] if known is None else [at for key, at in known.made_at.items() if key > after]
        first = min([float(since or 0.0), *made])
        ids = await self._memories.ask(
            lambda store: changes_to_look_at(store.database, after, first, LOOKED_AT)
        )
        found = await self._memories.get(ids)
        # The oldest first, so that what is linked can speak for what came later.
        return [found[key] for key in reversed(ids) if key in found], known

    async def _open(self, changes: Sequence[Memory]) -> list[Memory]:
        """Those that somebody thought about, and that no decision is known for."""
        edges = await self._memories.edges_of([each.id for each in changes])
        linked = {edge.target_id for edge in edges if edge.relation == RelationType.CAUSES}
        return [
            each
            for each in changes
            if each.anchors
            and each.id not in linked
            and not is_aside(each)
            and not each.attributes.get("bulk")
            and not each.attributes.get("unreachable")
        ]

    async def _look_at(
        self, changes: Sequence[Memory], known: KnownDecisions, cause: Cause, found: Suggested
    ) -> Suggested:
        edges: list[Edge] = []
        raised: list[Memory] = []
        for change in changes:
            for place, each in enumerate(await self.suggestions(change, known)):
                is_link = place == 0 and self.is_automatic(each)
                relation = RelationType.CAUSES if is_link else MAY_CAUSE
                edges.append(_edge(each, change, relation, cause.at))
                if is_link:
                    raised.append(replace(change, importance=LINKED_IMPORTANCE))
                    break
        await self._memories.learn(raised, edges, cause)
        return Suggested(found.suggestions + len(edges) - len(raised), found.links + len(raised))

    def is_automatic(self, suggestion: Suggestion) -> bool:
        """Whether a link is made of a change's first suggestion without asking."""
        embedder = self._memories.embedder
        measured = embedder is not None and embedder.identity.name in MEASURED
        return measured and suggestion.confidence >= AUTOMATIC

    async def _leads(self, change: Memory, known: KnownDecisions) -> list["_Lead"]:
        """The decisions that recall brings for a change, the best first."""
        retriever = self._retriever.asking(self._memories, FixedClock(change.created_at))
        paths = [anchor.path for anchor in change.anchors[:MOST_FILES]]
        recall = await retriever.recall(
            change.title, _LISTED, _DECISIONS, abstain=False, paths=paths
        )
        refused = turned_down(change)
        # A decision is often written down on the day of its first change.
        latest = change.created_at + SECONDS_PER_DAY
        leads: dict[str, _Lead] = {}
        for each in recall.found:
            decision = known.of_part.get(each.memory.id)
            if decision is None or decision in refused or known.made_at[decision] > latest:
                continue
            leads[decision] = _joined(leads.get(decision), decision, each)
        return list(leads.values())[:_LEADS]


@dataclass(frozen=True, slots=True)
class _Lead:
    """A decision as recall brought it."""

    decision: str
    score: float
    cosine: float
    """Of its nearest part."""


def _joined(lead: _Lead | None, decision: str, found: Recollection) -> _Lead:
    cosine = UNKNOWN_COSINE if found.parts.cosine is None else found.parts.cosine
    if lead is None:
        return _Lead(decision, found.score, cosine)
    return replace(lead, cosine=max(lead.cosine, cosine))


def _suggestion(
    place: int,
    leads: Sequence[_Lead],
    change: Memory,
    known: KnownDecisions,
    files: Mapping[str, Clue],
    past: Mapping[str, Clue],
) -> Suggestion:
    lead = leads[place]
    others = [*leads[:place], *leads[place + 1 :]]
    named, overlap = files.get(lead.decision, NO_CLUE), past.get(lead.decision, NO_CLUE)
    age = max(change.created_at - known.made_at[lead.decision], 0.0)
    clues = LinkClues(
        lead.cosine,
        lead.cosine - max((each.cosine for each in others), default=0.0),
        lead.score - max((each.score for each in others), default=0.0),
        overlap.value,
        named.value,
        age / SECONDS_PER_DAY,
    )
    origin, evidence = _told(clues, named, overlap)
    return Suggestion(lead.decision, link_confidence(clues), origin, evidence, clues)


def _told(clues: LinkClues, named: Clue, overlap: Clue) -> tuple[str, str]:
    """The kind of evidence that says most, and its words."""
    best = max(clues.named, clues.overlap)
    if best < _TELLING:
        asked = clues.cosine != UNKNOWN_COSINE
        return "semantic", f"cosine {clues.cosine:.2f}" if asked else "the same words"
    if clues.named >= clues.overlap:
        return "path", named.words
    return "overlap", overlap.words


def _edge(suggestion: Suggestion, change: Memory, relation: str, at: float) -> Edge:
    sure = round(suggestion.confidence, 4)
    return Edge(
        suggestion.decision,
        change.id,
        relation,
        sure,
        suggestion.origin,
        sure,
        suggestion.evidence,
        created_at=at,
    )
