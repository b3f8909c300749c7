"""How memories, relations and sources are marked and named, once for every face.

No meaning rests on color: each sign has a word beside it or a position that says
the same.
"""

from dataclasses import dataclass
from datetime import tzinfo

from featherchat.commands.wording import day_of, shown_line
from featherchat.memory import AdrStatus, Author, Kind, Memory, Source, Status
from featherchat.ranking import Scorable
from featherchat.recall.context import short_id
from featherchat.recollection import NearDuplicate

_RELATIONS_AGAINST = {
    "supersedes": "superseded by",
    "contradicts": "contradicted by",
    "supports": "supported by",
    "causes": "caused by",
    "caused_by": "causes",
    "may_cause": "may be caused by",
    "leads_to": "follows from",
    "derived_from": "led to",
    "parent": "child",
    "child": "parent",
    "deploys": "deployed by",
}
SYMMETRIC = frozenset({"same_session", "related_to"})
"""Relations that read the same from both ends."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A mark of one column, and the word that it stands for."""

    mark: str
    word: str


ACCEPTED = Sign("●", "accepted")
PROPOSED = Sign("◐", "proposed")
UNCONFIRMED = Sign("◐", "unconfirmed")
SUPERSEDED = Sign("⊘", "superseded")
REJECTED = Sign("✕", "rejected")
DEAD_END = Sign("✕", "dead end")
SUSPECT = Sign("⚑", "suspect")
PINNED = Sign("⊙", "pinned")
PLAIN = Sign("·", "")

_ADR_SIGNS: dict[str, Sign] = {
    AdrStatus.ACCEPTED: ACCEPTED,
    AdrStatus.PROPOSED: PROPOSED,
    AdrStatus.REJECTED: REJECTED,
    AdrStatus.DEPRECATED: Sign("⊘", "deprecated"),
    AdrStatus.SUPERSEDED: SUPERSEDED,
}


def sign_of(memory: Scorable) -> Sign:
    """The sign of a memory: what limits it first, then what it is."""
    if memory.status == Status.CANDIDATE:
        return UNCONFIRMED
    if memory.status == Status.SUPERSEDED:
        return SUPERSEDED
    if memory.validity < 1.0:
        return SUSPECT
    if memory.kind == Kind.DEAD_END:
        return DEAD_END
    if memory.kind == Kind.ALTERNATIVE:
        return REJECTED
    if memory.pinned:
        return PINNED
    if memory.kind == Kind.DECISION:
        return _ADR_SIGNS.get(memory.adr_status or "", PROPOSED)
    return PLAIN


def relation_words(relation: str, forward: bool) -> str:
    """A relation as it reads from the memory in focus: ``leads to``, ``superseded by``."""
    words = shown_line(relation).replace("_", " ")
    if forward or relation in SYMMETRIC:
        return words
    against = _RELATIONS_AGAINST.get(relation)
    if against is None:
        # Records have relations of their own; their words cost 10 ms of start-up.
        from featherchat.decisions import inverse

        against = inverse(words)
    return against if against != words else f"{words} ←"


def title_words(memory: Memory) -> str:
    """A memory's title on one line; a record's part begins with what tells it from the others."""
    title = shown_line(memory.title)
    whole, separator, part = title.rpartition(": ")
    if separator and memory.kind in (Kind.RATIONALE, Kind.ALTERNATIVE):
        return f"{part} · {whole}"
    return title


def alike_words(near: NearDuplicate) -> str:
    """A near duplicate: ``similar to m:4kx2p9 (0.93): Use Redis for sessions``."""
    memory = near.memory
    return f"similar to m:{short_id(memory.id)} ({near.score:.2f}): {title_words(memory)}"


def source_words(source: Source, zone: tzinfo | None = None) -> str:
    """Where a memory comes from, shortly: a path, a commit, or the session's day."""
    if source.path:
        return shown_line(source.path) + (f":{source.line}" if source.line else "")
    if source.author == Author.COMMIT and source.sha:
        return f"commit {shown_line(source.sha)[:7]}"
    if source.url:
        return shown_line(source.url)
    if source.session_id:
        return f"session of {day_of(source.at, zone)}"
    return f"{shown_line(source.author)}, {day_of(source.at, zone)}"


def expiry_words(memory: Memory, now: float, zone: tzinfo | None = None) -> str:
    """When a memory ends, or that it has; empty for one without an end."""
    if memory.expires_at is None or memory.pinned:
        return ""
    return f"expire{'d' if memory.expires_at <= now else 's'} {day_of(memory.expires_at, zone)}"
