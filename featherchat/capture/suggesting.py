"""Which decisions a change may carry out, though it names none.

Three kinds of evidence are fused into one confidence: what the decision governs or names,
what it has in common with changes that are linked already, and what both mean. A person
says which of it holds; only where precision was shown is a link made without asking
(``benchmarks/links.py``). What a person has turned down is never suggested again, and what
nobody needs to judge any more is taken back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from featherchat.capture.changes import LINKED_IMPORTANCE
from featherchat.capture.clues import overlaps
from featherchat.capture.inheriting import inherit_links
from featherchat.capture.known_decisions import KnownDecisions, known_decisions
from featherchat.capture.references import is_aside, turned_down
from featherchat.capture.weighing import (
    FLOOR,
    LIKELY,
    UNKNOWN_COSINE,
    Lead,
    Said,
    Suggestion,
    weighed,
    worth_a_look,
)
from featherchat.capture.withdrawing import withdraw_stale
from featherchat.clock import SECONDS_PER_DAY, Clock, FixedClock
from featherchat.memory import MAY_CAUSE, Author, Edge, Layer, Memory, RelationType, Status
from featherchat.recall.anchors import MOST_FILES
from featherchat.recall.memories import Memories
from featherchat.recall.retriever import Retriever
from featherchat.recollection import Filter, Recollection
from featherchat.store.base import Cause
from featherchat.store.commits import change_count, changes_to_look_at, decisions_state

MOST = 3
"""Decisions that are suggested for one change."""

AUTOMATIC = 0.9
"""From this confidence on a link is made without asking, if the embedder was measured.

At 0.85 six of 200 commits that cite nothing were linked, here one.
"""

MEASURED = frozenset({"local/bge-small-en-v1.5-int8"})
"""The embedders with which links at ``AUTOMATIC`` were right in nine of ten cases or more."""

LOOKED_AT = 300
"""Changes that one run looks at, the newest: 20 ms each, and old ones wait for no word."""

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
class Suggested:
    """What a run has done."""

    suggestions: int = 0
    """Those that are likely."""

    links: int = 0
    """Made without asking."""


class Suggester:
    """Finds what explicit linking has left."""

    def __init__(self, memories: Memories, retriever: Retriever, clock: Clock) -> None:
        self._memories = memories
        self._retriever = retriever
        self._clock = clock
        self._kept: tuple[tuple[int, int], KnownDecisions | None] | None = None

    async def run(self, cause: Cause, step: Step = lambda done, total: None) -> Suggested:
        """Look at what is new: changes, and those of the time since a new decision was made.

        A run that is cut off is repeated by the next one, and does nothing twice.
        """
        mark = f"{self._clock.new_id()} {self._clock.now()}"
        done = await self._memories.ask(lambda store: store.settings.get(_DONE))
        fresh, known = await self._new(done or "")
        fresh = await inherit_links(self._memories, fresh, cause)
        await withdraw_stale(self._memories, cause)
        changes = await self._open(fresh) if known is not None else []
        found = Suggested()
        for start in range(0, len(changes), _STORED_AT_ONCE):
            some = changes[start : start + _STORED_AT_ONCE]
            found = await self._look_at(some, known, cause, found) if known else found
            step(start + len(some), len(changes))
        if known is not None:
            await self._memories.ask(lambda store: store.settings.put(_DONE, mark))
        return found

    async def of_saves(self, saves: Sequence[Memory], cause: Cause) -> None:
        """Suggest what the files of uncommitted work speak for; never more than suggest.

        What was saved has no message yet whose meaning could be compared.
        """
        known = await self._known() if saves else None
        if known is not None:
            await self._look_at(await self._open(saves), known, cause, Suggested())

    async def suggestions(
        self, change: Memory, known: KnownDecisions, most: int = MOST, floor: float = FLOOR
    ) -> tuple[Suggestion, ...]:
        """The decisions that a change may carry out, the likeliest first."""
        past = await self._memories.ask(lambda store: overlaps(store, change, known.changes))
        said = Said(known.files.clues(change), known.governed.clues(change), past)
        able = _able(change, known)
        brought = await self._brought(change, known, able) if _has_words(change) else {}
        # What files lead to need not share a word with the change.
        led = sorted((said.telling & able) - brought.keys())
        leads = [*brought.values(), *(Lead(key, known.age(key, change.created_at)) for key in led)]
        return tuple(worth_a_look(weighed(leads, said, len(able)), floor)[:most])

    async def _new(self, done: str) -> tuple[list[Memory], KnownDecisions | None]:
        known = await self._known()
        after, _, since = done.partition(" ")
        times = {} if known is None else known.times
        first = min([float(since or 0.0), *(at[0] for key, at in times.items() if key > after)])
        ids = await self._memories.ask(
            lambda store: changes_to_look_at(store.database, after, first, LOOKED_AT)
        )
        found = await self._memories.get(ids)
        # The oldest first, so that what is linked can speak for what came later.
        return [found[key] for key in reversed(ids) if key in found], known

    async def _known(self) -> KnownDecisions | None:
        """The decisions as they are: of ninety records, reading them anew takes 0.2 s a save."""
        state = await self._memories.ask(lambda store: decisions_state(store.database))
        if self._kept is None or self._kept[0] != state:
            self._kept = (state, await known_decisions(self._memories))
        known = self._kept[1]
        if known is None:
            return None
        changes = await self._memories.ask(lambda store: change_count(store.database))
        return replace(known, changes=changes)

    async def _open(self, changes: Sequence[Memory]) -> list[Memory]:
        """Those that somebody thought about, and that no decision is known for."""
        edges = await self._memories.edges_of([each.id for each in changes])
        linked = {edge.target_id for edge in edges if edge.relation == RelationType.CAUSES}
        return [
            each
            for each in changes
            if each.anchors
            and each.id not in linked
            and each.status is Status.ACTIVE
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
                is_link = place == 0 and _has_words(change) and self.is_automatic(each)
                relation = RelationType.CAUSES if is_link else MAY_CAUSE
                edges.append(_edge(each, change, relation, cause.at))
                if is_link:
                    raised.append(replace(change, importance=LINKED_IMPORTANCE))
                    break
        fresh = await self._instead(changes, edges, cause)
        await self._memories.learn(raised, fresh, cause)
        likely = sum(e.relation == MAY_CAUSE and e.confidence >= LIKELY for e in fresh)
        return Suggested(found.suggestions + likely, found.links + len(raised))

    async def _instead(
        self, changes: Sequence[Memory], edges: Sequence[Edge], cause: Cause
    ) -> list[Edge]:
        """Take back what was suggested for changes and is no more; gives back what is new."""
        ids = {each.id for each in changes}
        waiting = {
            edge.key: edge
            for edge in await self._memories.edges_of(sorted(ids))
            if edge.relation == MAY_CAUSE and edge.target_id in ids
        }
        again = {edge.key for edge in edges}
        gone = [edge for key, edge in waiting.items() if key not in again]
        if gone:
            await self._memories.unlink(gone, cause)
        return [edge for edge in edges if not _is_as_it_was(edge, waiting.get(edge.key))]

    def is_automatic(self, suggestion: Suggestion) -> bool:
        """Whether a link is made of a change's first suggestion without asking."""
        embedder = self._memories.embedder
        measured = embedder is not None and embedder.identity.name in MEASURED
        return measured and suggestion.confidence >= AUTOMATIC

    async def _brought(
        self, change: Memory, known: KnownDecisions, able: frozenset[str]
    ) -> dict[str, Lead]:
        """The decisions that recall brings for a change, the best first."""
        retriever = self._retriever.asking(self._memories, FixedClock(change.created_at))
        paths = [anchor.path for anchor in change.anchors[:MOST_FILES]]
        recall = await retriever.recall(
            change.title, _LISTED, _DECISIONS, abstain=False, paths=paths
        )
        leads: dict[str, Lead] = {}
        for each in recall.found:
            decision = known.of_part.get(each.memory.id)
            if decision in able:
                age = known.age(decision, change.created_at)
                leads[decision] = _joined(leads.get(decision), Lead(decision, age), each)
        return dict(list(leads.items())[:_LEADS])


def _able(change: Memory, known: KnownDecisions) -> frozenset[str]:
    """The decisions that were there for a change, and that nobody has turned down for it."""
    # A decision is often written down on the day of its first change.
    latest = change.created_at + SECONDS_PER_DAY
    there = (key for key, times in known.times.items() if times[0] <= latest)
    return frozenset(there) - turned_down(change)


def _joined(known: Lead | None, lead: Lead, found: Recollection) -> Lead:
    cosine = UNKNOWN_COSINE if found.parts.cosine is None else found.parts.cosine
    if known is None:
        return replace(lead, score=found.score, cosine=cosine)
    return replace(known, cosine=max(known.cosine, cosine))


def _has_words(change: Memory) -> bool:
    """Whether somebody said what a change is; of a save there are only its files' names."""
    return change.source.author != Author.SAVE


def _is_as_it_was(edge: Edge, known: Edge | None) -> bool:
    return known is not None and (edge.confidence, edge.evidence) == (
        known.confidence,
        known.evidence,
    )


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
