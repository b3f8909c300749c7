"""What becomes of a change when the commits that carry it come, go and are replaced.

A change keeps its memory, its links and what people did to it; only the commit that it is
told of changes.
"""

from collections.abc import Mapping
from dataclasses import replace

from featherchat.capture.changes import LINKED_IMPORTANCE
from featherchat.memory import Attribute, Memory, Status
from featherchat.store.provenance import MAX_SOURCES, with_sources

UNREACHABLE: Mapping[str, Attribute] = {"unreachable": True}
"""The mark of a change whose commits no branch comes from any more."""

_OF_COMMIT = frozenset({"branch", "symbols"})
"""Attributes that the newest commit says, or does not say."""


def commits_of(change: Memory) -> tuple[str, ...]:
    """The commits that carry a change, the one it is told of first."""
    return tuple(each.sha for each in (change.source, *change.sources) if each.sha)


def with_decision(change: Memory) -> Memory:
    """The change, of the weight of one that carries out a decision."""
    return replace(change, importance=max(change.importance, LINKED_IMPORTANCE))


def carried(known: Memory, now: Memory, *, is_gone: bool) -> Memory:
    """A known change that another commit carries, too, or carries instead."""
    if not is_gone:
        return with_sources(known, [now.source])
    old = [each for each in (known.source, *known.sources) if each.sha != now.source.sha]
    kept = {name: known.attributes[name] for name in known.attributes if name not in _OF_COMMIT}
    return found_again(
        replace(
            known,
            text=now.text,
            title=now.title,
            source=now.source,
            sources=tuple(old[:MAX_SOURCES]),
            anchors=now.anchors,
            attributes={**kept, **now.attributes},
        )
    )


def told_of(change: Memory, reachable: frozenset[str]) -> Memory:
    """The change, told of a commit that something comes from."""
    said = (change.source, *change.sources)
    first = next((each for each in said if each.sha in reachable), change.source)
    others = tuple(each for each in said if each is not first)
    return replace(change, source=first, sources=others)


def marked_lost(change: Memory, replaced_at: float | None) -> Memory:
    """The change, none of whose commits anything comes from any more.

    Args:
        change: The change.
        replaced_at: When another change took its place; None if none did.
    """
    marked = replace(change, attributes={**change.attributes, **UNREACHABLE})
    if replaced_at is None or change.status is not Status.ACTIVE:
        return marked
    return replace(marked, status=Status.SUPERSEDED, valid_to=replaced_at)


def found_again(change: Memory) -> Memory:
    """The change, whose commits are there again."""
    attributes = {
        name: value for name, value in change.attributes.items() if name not in UNREACHABLE
    }
    if change.status is not Status.SUPERSEDED:
        return replace(change, attributes=attributes)
    return replace(change, attributes=attributes, status=Status.ACTIVE, valid_to=None)


def likeness(one: Memory, other: Memory) -> float:
    """The share of the files of both that they have in common."""
    first, second = ({each.path for each in memory.anchors} for memory in (one, other))
    return len(first & second) / len(first | second) if first | second else 0.0
