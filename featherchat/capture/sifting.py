"""The first half of the gate: the steps that ask no store, taken in their order.

What comes through is redacted, rests on words that were really said, is prose of
one sentence and no junk, and has the standing that whose word it is allows.
"""

from collections.abc import Callable, Mapping
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
    without_fences,
)
from featherchat.memory import (
    AdrStatus,
    Attribute,
    Author,
    Kind,
    Memory,
    Source,
    Status,
    traits_of,
)
from featherchat.messages import Refusal
from featherchat.store.base import Cause

DISTILLED_IMPORTANCE = 1.5
"""Of a decision that was distilled from talk; a recorded one has 2.0."""

SHOWN_CHARACTERS = 80
"""So much is kept of what was refused, for a person who wonders why."""

ASK_FIRST = frozenset({Kind.DECISION, Kind.CONVENTION, Kind.PREFERENCE})
"""What binds people waits for a person's word when a model distilled it."""

MAX_NAME = 80
"""Characters of a title, a subject or a slot."""

_ENOUGH = 1_000
"""Of what has not the asked form so much is redacted to be shown: it may be of any length."""

Redact = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Sifted:
    """A candidate that may be written."""

    candidate: Candidate
    """Redacted, and without code."""

    status: Status
    """Active, or waiting for a person's word."""


def sift(
    candidate: Candidate, said: Evidence, policy: Mapping[str, str], redact: Redact
) -> Sifted | Refusal:
    """Take the steps up to the policy; the first that refuses a candidate says why.

    Args:
        candidate: What is proposed, in any form: it is not believed.
        said: What was said, redacted and without what was recalled.
        policy: By kind auto, ask or off, where a person set it.
        redact: Cleans a text and takes its secrets out.
    """
    if reason := schema_reason(candidate):
        return refusal(Step.SCHEMA, redact(reason), redact(str(candidate.text)[:_ENOUGH]))
    safe = redacted(candidate, redact)
    if reason := redaction_reason(safe):
        return refusal(Step.REDACTION, reason, safe.text)
    if reason := quote_reason(safe, said):
        return refusal(Step.QUOTE, reason, safe.text)
    prose = replace(safe, text=" ".join(without_fences(safe.text).split()))
    if not prose.text:
        return refusal(Step.CODE, "it is code, which the repository keeps", safe.text)
    if reason := length_reason(prose.text):
        return refusal(Step.LENGTH, reason, prose.text)
    if reason := junk_reason(prose.text):
        return refusal(Step.JUNK, reason, prose.text)
    return _by_policy(prose, said, policy)


def redacted(candidate: Candidate, redact: Redact) -> Candidate:
    """A candidate without its secrets, in whichever of its texts they stand."""
    return replace(
        candidate,
        text=redact(candidate.text).strip(),
        quote=redact(candidate.quote).strip(),
        title=redact(candidate.title).strip(),
        subject=redact(candidate.subject).strip(),
        slot=redact(candidate.slot).strip(),
        cue=redact(candidate.cue).strip(),
    )


def refusal(step: Step, reason: str, text: str) -> Refusal:
    """Why a text was refused, with its first words."""
    return Refusal(step, reason, " ".join(text.split())[:SHOWN_CHARACTERS])


def memory_of(sifted: Sifted, memory_id: str, developer: str | None, cause: Cause) -> Memory:
    """The memory that a candidate becomes."""
    candidate, kind = sifted.candidate, sifted.candidate.kind
    attributes: dict[str, Attribute] = {
        name: value[:MAX_NAME]
        for name, value in (("subject", candidate.subject), ("slot", candidate.slot))
        if candidate.subject and candidate.slot
    }
    if kind == Kind.DECISION:
        # Only a person accepts.
        accepted = candidate.author == Author.USER and sifted.status is Status.ACTIVE
        attributes["adr_status"] = (AdrStatus.ACCEPTED if accepted else AdrStatus.PROPOSED).value
    usual = DISTILLED_IMPORTANCE if kind == Kind.DECISION else traits_of(kind).importance
    title = " ".join((candidate.title or candidate.text).split())
    return Memory(
        id=memory_id,
        text=candidate.text,
        title=title if len(title) <= MAX_NAME else title[: MAX_NAME - 1] + "…",
        kind=kind,
        source=Source(
            candidate.author,
            cause.at,
            session_id=cause.session_id,
            turn_id=cause.turn_id,
            quote=candidate.quote,
        ),
        created_at=cause.at,
        importance=usual if candidate.importance is None else candidate.importance,
        status=sifted.status,
        developer=developer,
        attributes=attributes,
    )


def _by_policy(candidate: Candidate, said: Evidence, policy: Mapping[str, str]) -> Sifted | Refusal:
    """Whether it is active at once or waits. Nothing but a person's own words makes a rule."""
    word = policy.get(candidate.kind)
    if word == "off":
        reason = f"{candidate.kind} is switched off in learn.policy"
        return refusal(Step.POLICY, reason, candidate.text)
    binds = candidate.kind in ASK_FIRST
    asks = word == "ask" or (word is None and binds and candidate.author != Author.USER)
    foreign = not said_by_user(candidate, said)
    waits = asks or (foreign and (binds or is_directive(candidate.text)))
    return Sifted(candidate, Status.CANDIDATE if waits else Status.ACTIVE)
