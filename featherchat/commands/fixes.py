"""What a person records of things that went wrong: fixes with their cause, and dead ends."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from featherchat.commands.adr_places import governed_anchors
from featherchat.commands.lesson_fields import (
    BECAUSE,
    CAUSE,
    FIX,
    PREVENTION,
    fields_in,
    refreshed,
    text_of,
)
from featherchat.commands.memories import (
    Linked,
    cause,
    fitted_text,
    linked_of,
    the_memory,
    title_of,
)
from featherchat.errors import InvalidValue
from featherchat.memory import Anchor, Author, Edge, Kind, Memory, RelationType, Source, traits_of
from featherchat.project import Project
from featherchat.recall.recurring import subject_words
from featherchat.recollection import Filter, NearDuplicate
from featherchat.store.analysis import analyze, stems

MOST_SIMILAR = 3
"""So many past bugs are shown beside a new one."""

_LOOKED_AT = 20
_IN_COMMON = 2
"""So many telling words make two bugs look alike where nothing answers outright."""


@dataclass(frozen=True, slots=True)
class NewFix:
    """A bug as a person records it; what is not known yet is empty."""

    bug: str
    cause: str = ""
    fix: str = ""
    prevention: str = ""
    paths: tuple[str, ...] = ()
    """Where it was: paths, globs, or ``path#symbol``."""

    caused_by: str | None = None
    """The decision or other memory that led to it."""


@dataclass(frozen=True, slots=True)
class NewDeadEnd:
    """Something that was tried and failed."""

    tried: str
    because: str
    instead_of: str | None = None
    """The decision that it was tried in place of, and now speaks for."""

    about: str | None = None
    """The decision or other memory that it was tried for."""


@dataclass(frozen=True, slots=True)
class PastBug:
    """A bug that was fixed before."""

    memory: Memory
    score: float

    @property
    def fix(self) -> str:
        """How it was fixed; empty if nobody said so."""
        return fields_in(self.memory.text).get(FIX, "")


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was recorded, and what it stands beside."""

    memory: Memory
    linked: tuple[Linked, ...] = ()
    similar: tuple[PastBug, ...] = ()
    known: bool = False
    """It was there before, in the same words."""

    alike: tuple[NearDuplicate, ...] = ()
    """What else says nearly the same."""


async def similar_bugs(project: Project, text: str) -> tuple[PastBug, ...]:
    """Past bugs like one that is being described, the most similar first.

    Quick enough to be asked while somebody types: it neither counts as a recall nor writes.
    """
    if not text.strip():
        return ()
    where, ask = Filter(kinds=(Kind.BUG_FIX,)), project.retriever.recall
    found = (await ask(text, MOST_SIMILAR, where, project.policy)).found
    if not found:
        # A bug is described with words of its own, which are no evidence against a likeness.
        near = (await ask(text, _LOOKED_AT, where, project.policy, abstain=False)).found
        told = set(stems(subject_words(text)))
        found = tuple(each for each in near if _shared(told, each.memory) >= _IN_COMMON)
    return tuple(PastBug(each.memory, each.score) for each in found[:MOST_SIMILAR])


def _shared(told: set[str], memory: Memory) -> int:
    """How many of some words a memory has, whatever their endings."""
    return len(told & set(stems(analyze(f"{memory.title} {memory.text}").words)))


async def record_fix(project: Project, new: NewFix) -> Lesson:
    """Record a bug with its root cause, its fix and how it is prevented.

    Raises:
        InvalidValue: If the bug is not named, or a path leads out of the project.
        NothingFound: If what caused it is not there.
    """
    if not new.bug.strip():
        raise InvalidValue("The bug has no name.", hint="Say in a line what went wrong.")
    fields = {CAUSE: new.cause, FIX: new.fix, PREVENTION: new.prevention}
    similar = await similar_bugs(project, new.bug)
    anchors = await governed_anchors(project, new.paths)
    memory = _lesson(project, Kind.BUG_FIX, text_of(new.bug, fields), anchors)
    edges = []
    if new.caused_by is not None:
        origin = await the_memory(project, new.caused_by)
        edges.append(_edge(project, memory, origin, RelationType.CAUSED_BY))
    stored = await _store(project, memory, edges, f"recorded a fix: {memory.title}")
    past = tuple(each for each in similar if each.memory.id != stored.memory.id)
    return replace(stored, similar=past)


async def record_dead_end(project: Project, new: NewDeadEnd) -> Lesson:
    """Record what was tried and why it failed, so that it is not proposed again.

    Raises:
        InvalidValue: If it is not said what was tried, or why it failed.
        NothingFound: If the decision concerned is not there.
    """
    if not new.tried.strip():
        raise InvalidValue("It is not said what was tried.", hint="Name it in a line.")
    if not new.because.strip():
        raise InvalidValue(
            "It is not said why it failed.", hint="Add --because WHY: that is what is worth most."
        )
    memory = _lesson(project, Kind.DEAD_END, text_of(new.tried, {BECAUSE: new.because}))
    edges = []
    for reference, relation in (
        (new.instead_of, RelationType.SUPPORTS),
        (new.about, RelationType.RELATED_TO),
    ):
        if reference is not None:
            target = await the_memory(project, reference)
            edges.append(_edge(project, memory, target, relation))
    return await _store(project, memory, edges, f"recorded a dead end: {memory.title}")


async def _store(project: Project, memory: Memory, edges: Sequence[Edge], why: str) -> Lesson:
    """Every write of a lesson: one transaction, one undo."""
    written = await project.gate.keep([memory], cause(project, why), edges)
    stored_id = written.duplicates.get(memory.id, memory.id)
    found = await project.memories.get([stored_id])
    if stored_id not in found:
        raise InvalidValue(
            "That text was forgotten for good, so it is not stored again.",
            hint="Word it anew if it is to be remembered.",
        )
    linked = (await linked_of(project, [found[stored_id]])).get(stored_id, ())
    known = bool(written.duplicates)
    return Lesson(found[stored_id], linked, (), known, written.alike.get(memory.id, ()))


def _lesson(project: Project, kind: str, text: str, anchors: Sequence[Anchor] = ()) -> Memory:
    now, safe = project.clock.now(), fitted_text(project, text)
    return refreshed(
        Memory(
            id=project.clock.new_id(),
            text=safe,
            title=title_of(safe),
            kind=kind,
            source=Source(Author.USER, now),
            created_at=now,
            importance=traits_of(kind).importance,
            developer=project.developer,
            anchors=tuple(anchors),
        )
    )


def _edge(project: Project, memory: Memory, target: Memory, relation: str) -> Edge:
    return Edge(memory.id, target.id, relation, created_at=project.clock.now())
