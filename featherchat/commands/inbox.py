"""What waits for a person's word: listed, accepted, edited, merged, turned down."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from featherchat.capture.review import (
    InboxItem,
    Settled,
    Verb,
    accepted,
    merged,
    waiting,
    with_similar,
)
from featherchat.commands.memories import cause, see, the_memory, title_of
from featherchat.errors import InvalidValue
from featherchat.memory import Memory, Status
from featherchat.project import Project
from featherchat.store.base import Cause

__all__ = ["Decided", "InboxItem", "Verb", "Which", "decide", "list_inbox"]

_COMPARED = 50
"""Of so many items it is said what is similar to each; more are too many to read at once."""

_PAST = {
    Verb.ACCEPT: "accepted",
    Verb.BOTH: "accepted beside what they contradict",
    Verb.REJECT: "rejected",
    Verb.NEVER: "never to be learnt",
}


@dataclass(frozen=True, slots=True)
class Which:
    """What of the inbox is meant, when not by id. Nothing that is set admits everything."""

    kinds: tuple[str, ...] = ()
    before: float | None = None
    """Only what was proposed before this time, in seconds UTC."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a person's word."""

    memories: tuple[Memory, ...]
    """What was decided, as it is now."""

    superseded: tuple[Memory, ...] = ()
    """What gave way to it; the parts of a decision fell with it."""

    operation: str = ""
    """What takes it all back."""


async def list_inbox(project: Project, which: Which = Which()) -> tuple[InboxItem, ...]:
    """What waits, the oldest first. What is listed counts as seen."""
    items = _chosen(await waiting(project.memories), which)
    compared = await with_similar(project.memories, items[:_COMPARED])
    await see(project, [item.memory.id for item in items])
    return (*compared, *items[_COMPARED:])


async def decide(
    project: Project, references: Sequence[str], verb: Verb, which: Which | None = None
) -> Decided:
    """Say of one, several or all that wait whether they hold; one undo takes it back.

    Args:
        project: Where they wait.
        references: Ids, or the ends of them.
        verb: What is said.
        which: Instead of ids: everything that it admits.

    Raises:
        InvalidValue: If something does not wait.
    """
    items = await _meant(project, references, which)
    why = cause(project, f"{_PAST[verb]}: {_names(items)}")
    if not items:
        return Decided(())
    if verb is Verb.NEVER:
        gone = await project.memories.forget([item.memory.id for item in items], why)
        return Decided(tuple(gone), (), why.operation)
    if verb is Verb.REJECT:
        rejected = [_rejected(item.memory, why) for item in items]
        return await _store(project, [Settled(tuple(rejected))], why, len(rejected))
    both = verb is Verb.BOTH
    settled = [await _accepted(project, item, why, both=both) for item in items]
    return await _store(project, settled, why, 1)


async def edit(project: Project, reference: str, text: str) -> Decided:
    """Say what waits in a person's own words; with them it is accepted.

    Raises:
        InvalidValue: If it does not wait, or nothing is said.
    """
    (item,) = await _meant(project, [reference], None)
    words = project.memories.redacted(text).strip()
    if not words:
        raise InvalidValue("There is no text.", hint="Say what is to be remembered.")
    why = cause(project, f"edited and accepted: {item.memory.title}")
    said = replace(item.memory, text=words, title=title_of(words))
    settled = await _accepted(project, replace(item, memory=said), why, both=False)
    return await _store(project, [settled], why, 1)


async def merge(project: Project, reference: str, into: str) -> Decided:
    """Let what waits be one with a memory, which keeps its words and gets both their sources.

    Raises:
        InvalidValue: If it does not wait, or is the same memory.
    """
    (item,) = await _meant(project, [reference], None)
    target = await the_memory(project, into)
    if target.id == item.memory.id or target.status is Status.RETIRED:
        raise InvalidValue(
            f"{item.memory.title} cannot be merged into {target.title}.",
            hint="Name another memory that is in use.",
        )
    why = cause(project, f"merged into {target.title}: {item.memory.title}")
    return await _store(project, [merged(item.memory, target, why)], why, 1)


def to_record(item: InboxItem) -> dict[str, Any]:
    """An item as ``--json`` prints it: a stable schema, one object a line."""
    memory = item.memory
    return {
        "id": memory.id,
        "kind": str(memory.kind),
        "title": memory.title,
        "text": memory.text,
        "status": str(memory.status),
        "quote": memory.source.quote,
        "author": memory.source.author,
        "source": asdict(memory.source),
        "created_at": memory.created_at,
        "contradicts": [
            {"id": old.id, "title": old.title, "text": old.text, "reason": why}
            for old, why in zip(item.contradicts, item.reasons, strict=True)
        ],
        "similar": [
            {"id": near.memory.id, "title": near.memory.title, "score": round(near.score, 3)}
            for near in item.similar
        ],
    }


async def _accepted(project: Project, item: InboxItem, why: Cause, *, both: bool) -> Settled:
    return await project.memories.consult(
        lambda store, _: accepted(store, item, why, project.developer, both=both)
    )


def _chosen(items: Sequence[InboxItem], which: Which) -> list[InboxItem]:
    return [
        item
        for item in items
        if (not which.kinds or item.memory.kind in which.kinds)
        and (which.before is None or item.memory.created_at < which.before)
    ]


async def _meant(
    project: Project, references: Sequence[str], which: Which | None
) -> list[InboxItem]:
    items = await waiting(project.memories)
    if which is not None:
        return _chosen(items, which)
    by_id = {item.memory.id: item for item in items}
    found: dict[str, InboxItem] = {}
    for reference in references:
        memory = await the_memory(project, reference)
        if memory.id not in by_id:
            raise InvalidValue(
                f"{memory.title} does not wait for a word ({memory.id}).",
                hint="See what does with inbox.",
            )
        found[memory.id] = by_id[memory.id]
    return list(found.values())


async def _store(project: Project, settled: Sequence[Settled], why: Cause, decided: int) -> Decided:
    """Store what was settled in one change; so many of each one's memories were decided."""
    # What gives way in several ways gives way once; what is decided itself stays as decided.
    memories = {each.id: each for one in settled for each in reversed(one.memories)}
    memories |= {each.id: each for one in settled for each in one.memories[:decided]}
    edges = [edge for one in settled for edge in one.edges]
    await project.memories.remember(list(memories.values()), why, edges)
    return Decided(
        tuple(each for one in settled for each in one.memories[:decided]),
        tuple(each for one in settled for each in one.closed),
        why.operation,
    )


def _rejected(memory: Memory, why: Cause) -> Memory:
    return replace(memory, status=Status.RETIRED, valid_to=why.at)


def _names(items: Sequence[InboxItem]) -> str:
    return items[0].memory.title if len(items) == 1 else f"{len(items)} memories"
