"""The gate that every write of a memory passes: what may be learnt, as what, and what is refused.

The steps are taken in one order: schema, redaction, quote, code, length, junk,
policy (``sifting``), tombstones, duplicates, contradictions, links, event log.
Whose word it is says which of them apply: what a person records with a command is
redacted, compared and linked, and never judged too short or junk; what a document
says is redacted as it is read (``planning``), superseded as its records say
(``documents``), and passes the store's steps, tombstones, duplicates and the log.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from featherchat.capture.candidates import Candidate, Evidence, Link, is_private
from featherchat.capture.claims import read_claims
from featherchat.capture.contradictions import Found, contradictions, with_parts
from featherchat.capture.linking import anchors_in, last_of_session, links_of, meant
from featherchat.capture.sifting import memory_of, refusal, sift
from featherchat.capture.steps import Step, stripped
from featherchat.clock import Clock
from featherchat.memory import (
    LIVING,
    AdrStatus,
    Edge,
    Kind,
    Memory,
    RelationType,
    Status,
    as_superseded,
    traits_of,
)
from featherchat.messages import Contradiction, Learned, Refusal
from featherchat.recall.layered import LayeredMemories
from featherchat.sameness import normalized
from featherchat.store.base import Cause, MemoryStore, Written
from featherchat.store.forgetting import is_buried, stones_in
from featherchat.store.refusals import Refusals
from featherchat.store.said_in import ids_of_turn

REVIEW = "review"
"""The attribute of what a person said that may contradict something: it holds, and is asked about.
Also the origin of the edge to what it may contradict."""


@dataclass(frozen=True, slots=True)
class Kept(Written):
    """What a person's write has done."""

    superseded: tuple[Contradiction, ...] = ()
    """What it took the place of."""

    reviews: tuple[Contradiction, ...] = ()
    """What it may contradict, which waits in the inbox."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """A memory with everything that is written along with it."""

    memory: Memory
    closed: tuple[Memory, ...] = ()
    """What it takes the place of, with its parts, as they are from now on."""

    edges: tuple[Edge, ...] = ()
    superseded: tuple[Contradiction, ...] = ()
    reviews: tuple[Contradiction, ...] = ()


class Gate:
    """Judges what is proposed to be remembered, and writes what passes."""

    def __init__(
        self,
        memories: LayeredMemories,
        clock: Clock,
        developer: str | None,
        policy: Mapping[str, str],
        root: Path,
    ) -> None:
        """Keep the parts.

        Args:
            memories: Where to.
            clock: For ids.
            developer: Whose word it is.
            policy: By kind auto, ask or off, where a person set it.
            root: The project's folder, in which the paths that are named are looked for.
        """
        self._memories = memories
        self._clock = clock
        self._developer = developer
        self._policy = policy
        self._root = root

    async def admit(
        self, candidates: Sequence[Candidate], evidence: Evidence, cause: Cause
    ) -> Learned:
        """Judge what was proposed from something said, and write what passes.

        Each memory is one transaction with what it supersedes; all have the cause's operation
        and are undone together.

        Args:
            candidates: What is proposed, in any form: they are not believed.
            evidence: What was really said.
            cause: Who proposes them, and the turn that is learnt from.
        """
        said = stripped(self._redacted(evidence))
        refusals: list[Refusal] = []
        written: list[Kept] = []
        for candidate in candidates:
            kept, refused = await self._judged(candidate, said, cause)
            written += [kept] if kept is not None else []
            private = is_private(candidate.kind)
            refusals += [replace(each, private=private) for each in refused]
        await self.count(refusals)
        return _learned(cause, written, refusals)

    async def _judged(
        self, candidate: Candidate, said: Evidence, cause: Cause
    ) -> tuple[Kept | None, list[Refusal]]:
        """Write one candidate if it passes; what was written, and why something was not."""
        sifted = sift(candidate, said, self._policy, self._memories.redacted)
        if isinstance(sifted, Refusal):
            return None, [sifted]
        memory = memory_of(sifted, self._clock.new_id(), self._developer, cause)
        known = await self._known_reason(memory)
        if known is not None:
            return None, [known]
        kept = await self._write(memory, cause, sifted.candidate)
        return kept, [
            refusal(Step.DUPLICATE, f"already known: {twin}", memory.text)
            for twin in kept.duplicates.values()
        ]

    async def keep(
        self,
        memories: Sequence[Memory],
        cause: Cause,
        edges: Sequence[Edge] = (),
        *,
        settled: bool = False,
    ) -> Kept:
        """Write what a person records, in one transaction with what it supersedes.

        It is compared and linked; nothing of it is judged junk, too short or known already.

        Args:
            memories: Made by a command, of redacted text.
            cause: Who stores them, and why.
            edges: Links among them and to others.
            settled: The person was asked already what they replace and are linked with: they
                are compared and stored as given.
        """
        if settled:
            return await self._store([_Placed(each) for each in memories], cause, edges)
        placed = [await self._placed(each, cause.at) for each in memories]
        return await self._store(placed, cause, edges)

    async def count(self, refusals: Sequence[Refusal]) -> None:
        """Add refusals to what ``doctor`` shows, without the words of what is private."""
        kept = [replace(each, text="") if each.private else each for each in refusals]
        if kept and self._memories.read_only is None:
            await self._memories.ask(lambda store: Refusals(store.database).add(kept))

    def _redacted(self, evidence: Evidence) -> Evidence:
        redacted = self._memories.redacted
        return Evidence(
            redacted(evidence.user),
            redacted(evidence.assistant),
            redacted(evidence.document),
            redacted(evidence.recalled),
        )

    async def _known_reason(self, memory: Memory) -> Refusal | None:
        """Whether it was forgotten on request, learnt from the same turn, or is a model's echo."""
        for home in (self._memories, self._memories.own):
            if home is not None and is_buried(
                memory, await home.ask(lambda store: stones_in(store.database))
            ):
                return refusal(Step.TOMBSTONE, "forgotten on request", memory.text)
        if await self._is_past_of_its_turn(memory):
            return refusal(Step.DUPLICATE, "learnt from this turn before", memory.text)
        if not memory.source.by_model:
            # What a person says is written all the same; only they know what is different.
            return None
        near = await self._memories.near_duplicates(memory)
        if not near or _says_the_same(near[0].memory, memory):
            return None
        reason = f"similar to {near[0].memory.id} ({near[0].score:.2f})"
        return refusal(Step.DUPLICATE, reason, memory.text)

    async def _is_past_of_its_turn(self, memory: Memory) -> bool:
        """Whether the same turn brought it once and something has taken its place since."""
        session_id, turn_id = memory.source.session_id, memory.source.turn_id
        if session_id is None or turn_id is None:
            return False
        ids = await self._memories.ask(
            lambda store: ids_of_turn(store.database, session_id, turn_id)
        )
        found = (await self._memories.get(ids)).values()
        return any(each.status not in LIVING and _says_the_same(each, memory) for each in found)

    async def _write(self, memory: Memory, cause: Cause, candidate: Candidate) -> Kept:
        placed = await self._placed(memory, cause.at, candidate.cue, candidate.links)
        before = await last_of_session(self._memories, cause.session_id, memory.id)
        edges = []
        if before is not None:
            same = RelationType.SAME_SESSION
            edges.append(
                Edge(placed.memory.id, before.id, same, origin="session", created_at=cause.at)
            )
        return await self._store([placed], cause, edges)

    async def _placed(
        self, memory: Memory, at: float, cue: str = "", links: Sequence[Link] = ()
    ) -> _Placed:
        """What is written along with a memory: what it replaces, questions, names and is about."""
        reading = read_claims(memory.text)
        named = [
            *reading.replaced,
            *(str(link.target) for link in links if link.relation == RelationType.SUPERSEDES),
        ]
        asked = [each for name in named if (each := await meant(self._memories, name)) is not None]
        found = await self._memories.consult(
            lambda store, _: contradictions(store, memory, asked, cue)
        )
        memory = _of_their_kind(memory, found)
        if found.questioned:
            memory = _in_question(memory)
        closed = await self._memories.consult(lambda store, _: _closed(store, found, at))
        anchors = await asyncio.to_thread(anchors_in, memory.text, self._root)
        there = {anchor.path for anchor in memory.anchors}
        new = tuple(anchor for anchor in anchors if anchor.path not in there)
        memory = replace(memory, anchors=(*memory.anchors, *new))
        edges = await links_of(self._memories, memory, reading.mentioned, links, at)
        pairs = (*found.replaced, *found.questioned)
        taken = {pair.old.id for pair in pairs}
        edges = [edge for edge in edges if edge.target_id not in taken]
        edges += [_edge(memory, pair, at, sure=pair in found.replaced) for pair in pairs]
        return _Placed(memory, closed, tuple(edges), found.replaced, found.questioned)

    async def _store(self, placed: Sequence[_Placed], cause: Cause, edges: Sequence[Edge]) -> Kept:
        new = [each.memory for each in placed]
        closed = {memory.id: memory for each in placed for memory in each.closed}
        links = [*edges, *(edge for each in placed for edge in each.edges)]
        written = await self._memories.remember(
            [*new, *closed.values()], cause, links, compare=True
        )
        pairs = [
            (replace(pair, new=each.memory, old=closed.get(pair.old.id, pair.old)), done)
            for each in placed
            for found, done in ((each.superseded, True), (each.reviews, False))
            for pair in found
        ]
        return Kept(
            tuple(each for each in written.stored if each.id not in closed),
            written.duplicates,
            written.buried,
            written.alike,
            tuple(pair for pair, done in pairs if done),
            tuple(pair for pair, done in pairs if not done),
        )


def _of_their_kind(memory: Memory, found: Found) -> Memory:
    """What a person says in passing is what it takes the place of: a decision does not fade."""
    kinds = [pair.old.kind for pair in found.replaced if pair.old.kind != Kind.CONVERSATION]
    if memory.kind != Kind.CONVERSATION or memory.source.by_model or not kinds:
        return memory
    attributes = dict(memory.attributes)
    if kinds[0] == Kind.DECISION:
        attributes["adr_status"] = AdrStatus.ACCEPTED.value
    importance = max(memory.importance, traits_of(kinds[0]).importance)
    return replace(memory, kind=kinds[0], importance=importance, attributes=attributes)


def _in_question(memory: Memory) -> Memory:
    """A machine's memory waits for a person; a person's own holds, and is asked about."""
    if memory.source.by_model:
        return replace(memory, status=Status.CANDIDATE)
    return replace(memory, attributes={**memory.attributes, REVIEW: True})


def _closed(store: MemoryStore, found: Found, at: float) -> tuple[Memory, ...]:
    return tuple(
        as_superseded(part, at) for pair in found.replaced for part in with_parts(store, pair.old)
    )


def _edge(memory: Memory, pair: Contradiction, at: float, *, sure: bool) -> Edge:
    if sure:
        supersedes = RelationType.SUPERSEDES
        return Edge(memory.id, pair.old.id, supersedes, 1.0, "contradiction", 1.0, pair.reason, at)
    contradicts = RelationType.CONTRADICTS
    return Edge(memory.id, pair.old.id, contradicts, 1.0, REVIEW, 0.5, pair.reason, at)


def _learned(cause: Cause, written: Sequence[Kept], refusals: Sequence[Refusal]) -> Learned:
    stored = [memory for kept in written for memory in kept.stored]
    superseding = tuple(pair for kept in written for pair in kept.superseded)
    reviews = tuple(pair for kept in written for pair in kept.reviews)
    return Learned(
        cause.turn_id or "",
        tuple(each for each in stored if each.status is Status.ACTIVE),
        tuple(each for each in stored if each.status is Status.CANDIDATE),
        tuple(pair.old for pair in (*superseding, *reviews)),
        tuple(each.reason for each in refusals),
        tuple(near for kept in written for found in kept.alike.values() for near in found),
        superseding,
        reviews,
        tuple(refusals),
    )


def _says_the_same(one: Memory, other: Memory) -> bool:
    return one.kind == other.kind and normalized(one.text) == normalized(other.text)
