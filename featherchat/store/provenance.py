"""What one memory keeps of all who said it. Nothing that is known is lowered by a repetition."""

from collections.abc import Sequence
from dataclasses import replace

from featherchat.memory import AdrStatus, Anchor, Author, Memory, Source, Status

MAX_SOURCES = 20
"""Other sources that a memory keeps; the first ones stay."""


def said_again(known: Memory, said: Memory) -> Memory:
    """The one memory of two that say the same.

    A model's repetition adds its source and confirms nothing. Anybody else's makes a candidate
    active and takes the higher of confidence, importance and pin. Recall counts stay.
    """
    merged = with_sources(known, (said.source, *said.sources))
    if said.source.by_model:
        return merged
    attributes = {**said.attributes, **known.attributes}
    if said.adr_status == AdrStatus.ACCEPTED and known.adr_status == AdrStatus.PROPOSED:
        attributes["adr_status"] = AdrStatus.ACCEPTED.value
    confirmed = known.status is Status.CANDIDATE and said.status is Status.ACTIVE
    return replace(
        merged,
        status=Status.ACTIVE if confirmed else known.status,
        confidence=max(known.confidence, said.confidence),
        importance=max(known.importance, said.importance),
        pinned=known.pinned or said.pinned,
        expires_at=_later(known.expires_at, said.expires_at),
        anchors=_joined(known.anchors, said.anchors),
        attributes=attributes,
    )


def with_sources(memory: Memory, sources: Sequence[Source]) -> Memory:
    """The memory, said by further sources, too.

    The same source is not kept twice; a document's newest state stands for it. Whom one can
    trust more than a model stands first, because trust follows from the first source.
    """
    said = {source.place: source for source in (memory.source, *memory.sources)}
    for source in sources:
        if source.path is not None or source.place not in said:
            said[source.place] = source
    found = list(said.values())
    first = next((source for source in found if not source.by_model), found[0])
    others = [source for source in found if source is not first]
    return replace(memory, source=first, sources=tuple(others[:MAX_SOURCES]))


def without_document(memory: Memory, path: str) -> Memory | None:
    """The memory as the others say it; None if nobody but a document said it."""
    left = [
        source
        for source in (memory.source, *memory.sources)
        if source.author != Author.DOCUMENT or source.path != path
    ]
    return replace(memory, source=left[0], sources=tuple(left[1:])) if left else None


def _later(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else max(one, other)


def _joined(known: Sequence[Anchor], said: Sequence[Anchor]) -> tuple[Anchor, ...]:
    there = {(anchor.path, anchor.symbol) for anchor in known}
    return (*known, *(each for each in said if (each.path, each.symbol) not in there))
