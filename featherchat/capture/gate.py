"""The gate that every write of a memory passes: what may be learnt, as what, and what is refused.

The steps are taken in one order: schema, redaction, quote, code, length, junk,
policy, tombstones, duplicates, contradictions, links, event log. Which of them
apply depends on whose word it is. What a person records with a command is
redacted, compared and linked, and never judged too short or junk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from featherchat.capture.candidates import Candidate, Evidence
from featherchat.capture.junk import is_directive, junk_reason
from featherchat.capture.steps import (
    Step,
    length_reason,
    quote_reason,
    redaction_reason,
    said_by_user,
    schema_reason,
    stripped,
    without_fences,
)
from featherchat.clock import Clock
from featherchat.memory import (
    AdrStatus,
    Attribute,
    Author,
    Edge,
    Kind,
    Memory,
    Source,
    Status,
    traits_of,
)
from featherchat.messages import Learned, Refusal
from featherchat.recall.memories import Memories
from featherchat.sameness import normalized
from featherchat.store.base import Cause, Written

DISTILLED_IMPORTANCE = 1.5
"""Of a decision that was distilled from talk; a recorded one has 2.0."""

SHOWN_CHARACTERS = 80
"""So much is kept of what was refused, for a person who wonders why."""

ASK_FIRST = frozenset({Kind.DECISION, Kind.CONVENTION, Kind.PREFERENCE})
"""What binds people waits for a person's word when a model distilled it."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """A candidate that passed the steps that need no store."""

    candidate: Candidate
    status: Status


class Gate:
    """Judges what is proposed to be remembered, and writes what passes."""

    def __init__(
        self,
        memories: Memories,
        clock: Clock,
        developer: str | None,
        policy: Mapping[str, str],
    ) -> None:
        """Keep the parts.

        Args:
            memories: Where to.
            clock: For ids and times.
            developer: Whose word it is.
            policy: By kind auto, ask or off, where a person set it.
        """
        self._memories = memories
        self._clock = clock
        self._developer = developer
        self._policy = policy

    async def admit(
        self, candidates: Sequence[Candidate], evidence: Evidence, cause: Cause
    ) -> Learned:
        """Judge what was proposed from something said, and write what passes in one change.

        Args:
            candidates: What is proposed, in any form: they are not believed.
            evidence: What was really said.
            cause: Who proposes them, and the turn that is learnt from.
        """
        said = stripped(self._redacted(evidence))
        refusals: list[Refusal] = []
        memories: list[Memory] = []
        for candidate in candidates:
            judged = self._judged(candidate, said)
            if isinstance(judged, Refusal):
                refusals.append(judged)
                continue
            memory = self._memory(judged, cause)
            echo = await self._echo_of(memory)
            if echo:
                refusals.append(_refusal(Step.DUPLICATE, echo, memory.text))
            else:
                memories.append(memory)
        written = await self.keep(memories, cause) if memories else Written()
        return _learned(cause, written, refusals)

    async def keep(
        self, memories: Sequence[Memory], cause: Cause, edges: Sequence[Edge] = ()
    ) -> Written:
        """Write what a person records: compared and linked, never judged junk or too short.

        Args:
            memories: Made by a command, of redacted text.
            cause: Who stores them, and why.
            edges: Links among them and to others.
        """
        return await self._memories.remember(memories, cause, edges, compare=True)

    def _judged(self, candidate: Candidate, said: Evidence) -> _Judged | Refusal:
        """The candidate as it may be written, or the first step that refuses it."""
        reason = schema_reason(candidate)
        if reason:
            return _refusal(Step.SCHEMA, reason, self._memories.redacted(str(candidate.text)))
        safe = self._safe(candidate)
        if reason := redaction_reason(safe):
            return _refusal(Step.REDACTION, reason, safe.text)
        if reason := quote_reason(safe, said):
            return _refusal(Step.QUOTE, reason, safe.text)
        prose = replace(safe, text=" ".join(without_fences(safe.text).split()))
        if not prose.text:
            return _refusal(Step.CODE, "it is code, which the repository keeps", safe.text)
        if reason := length_reason(prose.text):
            return _refusal(Step.LENGTH, reason, prose.text)
        if reason := junk_reason(prose.text):
            return _refusal(Step.JUNK, reason, prose.text)
        return self._by_policy(prose, said)

    def _by_policy(self, candidate: Candidate, said: Evidence) -> _Judged | Refusal:
        """Whether it is active at once or waits; nothing else than a person makes a rule."""
        word = self._policy.get(candidate.kind)
        if word == "off":
            reason = f"{candidate.kind} is switched off in learn.policy"
            return _refusal(Step.POLICY, reason, candidate.text)
        by_person = candidate.author == Author.USER
        binds = candidate.kind in ASK_FIRST
        asks = word == "ask" or (word is None and binds and not by_person)
        foreign = not said_by_user(candidate, said)
        if asks or (foreign and (binds or is_directive(candidate.text))):
            return _Judged(candidate, Status.CANDIDATE)
        return _Judged(candidate, Status.ACTIVE)

    def _safe(self, candidate: Candidate) -> Candidate:
        redacted = self._memories.redacted
        return replace(
            candidate,
            text=redacted(candidate.text).strip(),
            quote=redacted(candidate.quote).strip(),
            title=redacted(candidate.title).strip(),
            subject=redacted(candidate.subject).strip(),
            slot=redacted(candidate.slot).strip(),
            cue=redacted(candidate.cue).strip(),
        )

    def _redacted(self, evidence: Evidence) -> Evidence:
        redacted = self._memories.redacted
        return Evidence(
            redacted(evidence.user),
            redacted(evidence.assistant),
            redacted(evidence.document),
            redacted(evidence.recalled),
        )

    def _memory(self, judged: _Judged, cause: Cause) -> Memory:
        candidate, now = judged.candidate, self._clock.now()
        kind = candidate.kind
        importance = candidate.importance
        attributes: dict[str, Attribute] = {}
        if kind == Kind.DECISION:
            # Only a person accepts.
            accepted = candidate.author == Author.USER and judged.status is Status.ACTIVE
            attributes["adr_status"] = AdrStatus.ACCEPTED if accepted else AdrStatus.PROPOSED
        if importance is None:
            importance = (
                DISTILLED_IMPORTANCE if kind == Kind.DECISION else traits_of(kind).importance
            )
        return Memory(
            id=self._clock.new_id(),
            text=candidate.text,
            title=_title(candidate),
            kind=kind,
            source=Source(
                candidate.author,
                now,
                session_id=cause.session_id,
                turn_id=cause.turn_id,
                quote=candidate.quote,
            ),
            created_at=now,
            importance=importance,
            status=judged.status,
            developer=self._developer,
            attributes=attributes,
        )

    async def _echo_of(self, memory: Memory) -> str:
        """Why a model's sentence is not written: memory says it in nearly the same words.

        What a person says is written all the same; only they know what is different.
        """
        if not memory.source.by_model:
            return ""
        near = await self._memories.near_duplicates(memory)
        if not near or _says_the_same(near[0].memory, memory):
            return ""
        return f"similar to {near[0].memory.id} ({near[0].score:.2f})"


def _learned(cause: Cause, written: Written, refusals: Sequence[Refusal]) -> Learned:
    refused = [each.reason for each in refusals]
    refused += [f"already known: {memory_id}" for memory_id in written.duplicates.values()]
    refused += ["forgotten on request"] * len(written.buried)
    return Learned(
        cause.turn_id or "",
        tuple(each for each in written.stored if each.status is Status.ACTIVE),
        tuple(each for each in written.stored if each.status is Status.CANDIDATE),
        refused=tuple(refused),
        alike=tuple(each for near in written.alike.values() for each in near),
        refusals=tuple(refusals),
    )


def _refusal(step: Step, reason: str, text: str) -> Refusal:
    return Refusal(step, reason, " ".join(text.split())[:SHOWN_CHARACTERS])


def _title(candidate: Candidate) -> str:
    title = " ".join((candidate.title or candidate.text).split())
    return title if len(title) <= 80 else title[:79] + "…"


def _says_the_same(one: Memory, other: Memory) -> bool:
    return one.kind == other.kind and normalized(one.text) == normalized(other.text)
