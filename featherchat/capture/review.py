"""What waits for a person's word, and what becomes of it when they speak.

Waiting are candidates, and what a person said that may contradict something known.
Everything here becomes one change that an undo takes back, and only a person decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from featherchat.capture.contradictions import with_parts
from featherchat.capture.gate import REVIEW
from featherchat.memory import (
    LIVING,
    AdrStatus,
    Attribute,
    Author,
    Edge,
    Kind,
    Memory,
    RelationType,
    Source,
    Status,
    as_superseded,
)
from featherchat.recall.memories import Memories
from featherchat.recollection import Filter, NearDuplicate
from featherchat.store.base import Cause, MemoryStore
from featherchat.store.provenance import with_sources


class Verb(StrEnum):
    """What a person says to what waits."""

    ACCEPT = "accept"
    """It holds; what it contradicts does not any more."""

    BOTH = "both"
    """It holds, and what it contradicts holds as well."""

    REJECT = "reject"
    """It does not hold; it may be proposed again."""

    NEVER = "never"
    """It does not hold, and is never learnt again."""


@dataclass(frozen=True, slots=True)
class InboxItem:
    """Something that waits, with what a person needs to decide."""

    memory: Memory
    contradicts: tuple[Memory, ...] = ()
    """What does not hold if this does."""

    reasons: tuple[str, ...] = ()
    """Why, for each of them."""

    similar: tuple[NearDuplicate, ...] = ()
    """What says nearly the same, most alike first."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What is stored once a person has spoken."""

    memories: tuple[Memory, ...]
    edges: tuple[Edge, ...] = ()
    closed: tuple[Memory, ...] = ()
    """Those of the memories that something took the place of; not the parts that fell with them."""


async def waiting(memories: Memories) -> list[InboxItem]:
    """Everything that waits, the oldest first."""
    candidates = await memories.find(Filter(statuses=(Status.CANDIDATE,)))
    asked = Filter(statuses=(Status.ACTIVE,), attributes={REVIEW: True})
    found = [*candidates, *await memories.find(asked)]
    items = await memories.consult(lambda store, _: [_item(store, memory) for memory in found])
    open_items = [
        item for item in items if item.contradicts or item.memory.status is Status.CANDIDATE
    ]
    return sorted(open_items, key=lambda item: (item.memory.created_at, item.memory.id))


async def with_similar(memories: Memories, items: Sequence[InboxItem]) -> list[InboxItem]:
    """The items with what else says nearly the same as each."""
    return [
        replace(
            item,
            similar=tuple(
                near
                for near in await memories.near_duplicates(item.memory)
                if near.memory.id not in {each.id for each in item.contradicts}
            ),
        )
        for item in items
    ]


def accepted(
    store: MemoryStore, item: InboxItem, cause: Cause, developer: str | None, *, both: bool
) -> Settled:
    """What holds from now on, on a person's word; what it contradicts is superseded.

    Args:
        store: Where the parts of decisions are.
        item: What was decided.
        cause: When.
        developer: Who decided.
        both: What it contradicts holds as well.
    """
    memory = confirmed(item.memory, cause, developer)
    if both:
        return Settled((memory,))
    fallen = [
        [as_superseded(part, cause.at) for part in with_parts(store, old)]
        for old in item.contradicts
    ]
    edges = tuple(
        Edge(
            memory.id,
            old.id,
            RelationType.SUPERSEDES,
            1.0,
            REVIEW,
            evidence=why,
            created_at=cause.at,
        )
        for old, why in zip(item.contradicts, item.reasons, strict=True)
    )
    parts = [part for one in fallen for part in one]
    return Settled((memory, *parts), edges, tuple(one[0] for one in fallen))


def confirmed(memory: Memory, cause: Cause, developer: str | None) -> Memory:
    """A memory on the word of a person, who now stands first among its sources."""
    attributes: dict[str, Attribute] = {
        name: value for name, value in memory.attributes.items() if name != REVIEW
    }
    if memory.kind == Kind.DECISION and memory.adr_status in (None, AdrStatus.PROPOSED):
        attributes["adr_status"] = AdrStatus.ACCEPTED.value
        if developer is not None:
            attributes.setdefault("deciders", developer)
    said = replace(memory, status=Status.ACTIVE, attributes=attributes, verified_at=cause.at)
    if any(source.author == Author.USER for source in (memory.source, *memory.sources)):
        return said
    return with_sources(said, [Source(Author.USER, cause.at)])


def merged(memory: Memory, into: Memory, cause: Cause) -> Settled:
    """One memory of two: the one that is kept says what it said, from both their sources."""
    kept = with_sources(into, (memory.source, *memory.sources))
    kept = confirmed(kept, cause, None) if into.status is Status.CANDIDATE else kept
    return Settled((kept, replace(memory, status=Status.RETIRED)))


def _item(store: MemoryStore, memory: Memory) -> InboxItem:
    edges = [
        edge
        for edge in store.edges_of([memory.id], (RelationType.CONTRADICTS,))
        if edge.source_id == memory.id and edge.origin == REVIEW
    ]
    others = store.get([edge.target_id for edge in edges])
    open_edges = [
        edge
        for edge in edges
        if edge.target_id in others and others[edge.target_id].status in LIVING
    ]
    return InboxItem(
        memory,
        tuple(others[edge.target_id] for edge in open_edges),
        tuple(edge.evidence for edge in open_edges),
    )
