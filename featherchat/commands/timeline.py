"""Memory in time: what happened to a memory, what differs, what was known then.

The past is asked through the same commands as the present: ``as_of`` gives a project
whose memory is of an earlier time.
"""

import copy
import difflib
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields, replace

from featherchat.clock import FixedClock
from featherchat.commands.memories import cause, the_memory
from featherchat.errors import InvalidValue
from featherchat.memory import Edge, Memory
from featherchat.project import Project
from featherchat.store.base import Compacted, Difference, LinkVersion, Undone, Version

_UNTOLD = {"id", "text", "attributes", "recall_count", "recalled_at"}
"""Text is told line by line, attributes one by one, and recalls are no change."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that a change gave another value."""

    name: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class LinkChange:
    """An edge that came or went, seen from one memory."""

    edge: Edge
    came: bool
    other: Memory | None
    """The memory at its other end; None if that is gone."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one change did to a memory and its edges."""

    revision: int
    at: float
    actor: str
    reason: str
    version: Version | None = None
    """None if only its edges were changed."""

    links: tuple[LinkChange, ...] = ()
    operation: str = ""
    """What ``undo`` takes to take it back, with whatever else belongs to it."""

    @property
    def rewording(self) -> tuple[str, ...]:
        """The lines of the text that went and came, as ``text_changes`` has them."""
        if self.version is None or self.version.memory is None or self.version.after is None:
            return ()
        return text_changes(self.version.memory.text, self.version.after.text)


@dataclass(frozen=True, slots=True)
class History:
    """A memory and what happened to it."""

    memory: Memory
    steps: tuple[Step, ...]
    """Newest first."""

    horizon: float | None
    """Up to when the log was compacted: what happened before is not known."""


@dataclass(frozen=True, slots=True)
class Differences:
    """What is different between two times, with the memories that the edges link."""

    since: float
    until: float
    difference: Difference
    ends: Mapping[str, Memory]


async def history(project: Project, reference: str) -> History:
    """Every change of a memory and of its edges, newest first."""
    memory = await the_memory(project, reference)
    home = await project.memories.home_of(memory.id)
    versions, links, horizon = await home.ask(
        lambda store: (
            store.histories.of(memory.id),
            store.histories.of_edges(memory.id),
            store.histories.horizon,
        )
    )
    known = await _ends(project, [edge for link in links for edge in (link.before, link.after)])
    steps: dict[int, Step] = {}
    for each in versions:
        before = steps.get(each.revision)
        # One change may touch a memory twice: what counts is what it came to.
        whole = replace(before.version, after=each.after) if before and before.version else each
        steps[each.revision] = Step(each.revision, each.at, each.actor, each.reason, whole)
    for link in links:
        step = steps.get(link.revision) or Step(link.revision, link.at, link.actor, link.reason)
        told = (*step.links, *_link_changes(link, memory.id, known))
        steps[link.revision] = replace(step, links=told)
    names = await home.ask(lambda store: store.histories.operations(list(steps)))
    told_steps = tuple(
        replace(steps[key], operation=names.get(key, "")) for key in sorted(steps, reverse=True)
    )
    return History(memory, told_steps, horizon)


async def differences(project: Project, since: float, until: float) -> Differences:
    """What is different at one time from what was at another.

    Raises:
        InvalidValue: If the first is not before the second, or the log does not reach so far.
    """
    if since >= until:
        raise InvalidValue(
            "The first time is not before the second one.", hint="Give the earlier time first."
        )
    difference = await project.memories.differences(since, until)
    edges = (*difference.edges_added, *difference.edges_removed)
    gone = {memory.id: memory for memory in difference.removed}
    return Differences(since, until, difference, gone | await _ends(project, edges))


@asynccontextmanager
async def as_of(project: Project, at: float, *, words: bool = False) -> AsyncIterator[Project]:
    """The project with its memory as it was at a time, to be asked and not to be changed.

    Args:
        project: The project of today.
        at: Seconds UTC.
        words: Whether it is going to be searched.

    Raises:
        InvalidValue: If the log does not reach so far.
    """
    async with project.memories.as_of(at, words=words) as memories:
        past = copy.copy(project)
        past.memories = memories
        past.clock = FixedClock(at)
        past.retriever = project.retriever.asking(memories, past.clock)
        yield past


async def undo_session(project: Project, reference: str) -> Undone:
    """Take back everything that a conversation changed.

    Args:
        project: Where.
        reference: The conversation's id or the end of it.
    """
    found = await project.memories.ask(lambda store: store.transcripts.session_of(reference))
    session_id = reference if found is None else found.id
    return await project.memories.undo_session(cause(project, "undo of a session"), session_id)


async def compact(project: Project, keep: float) -> Compacted:
    """Forget how things were longer ago than so many seconds."""
    horizon = project.clock.now() - keep
    return await project.memories.ask(lambda store: store.histories.compact(horizon))


def field_changes(before: Memory, after: Memory) -> tuple[FieldChange, ...]:
    """What two versions of a memory differ in, the text apart; attributes one by one."""
    changes = [
        FieldChange(field.name, getattr(before, field.name), getattr(after, field.name))
        for field in fields(Memory)
        if field.name not in _UNTOLD
    ]
    changes += [
        FieldChange(name, before.attributes.get(name), after.attributes.get(name))
        for name in sorted({*before.attributes, *after.attributes})
    ]
    return tuple(change for change in changes if change.before != change.after)


def text_changes(before: str, after: str) -> tuple[str, ...]:
    """The lines that went, with ``- `` in front, and those that came, with ``+ ``."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return tuple(f"{line[0]} {line[1:]}" for line in list(lines)[2:] if line[0] in "+-")


async def _ends(project: Project, edges: Iterable[Edge | None]) -> dict[str, Memory]:
    ids = {end for edge in edges if edge is not None for end in (edge.source_id, edge.target_id)}
    return await project.memories.get(sorted(ids))


def _link_changes(
    link: LinkVersion, memory_id: str, known: Mapping[str, Memory]
) -> list[LinkChange]:
    return [
        LinkChange(edge, came, known.get(_other_end(edge, memory_id)))
        for edge, came in ((link.before, False), (link.after, True))
        if edge is not None
    ]


def _other_end(edge: Edge, memory_id: str) -> str:
    return edge.target_id if edge.source_id == memory_id else edge.source_id
