"""Saves of the working tree: one memory for a task, kept at what is there, until its commit.

A task is what somebody works on in one working tree, on one branch, without a long pause.
The truth is a comparison with HEAD, so saving a file twice, or telling of it twice, changes
nothing; what is taken back goes out of use. The commit takes the memory over (``absorbing``).
"""

import asyncio
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from featherchat.capture.absorbing import linked_reasons
from featherchat.capture.radar import Radar
from featherchat.capture.suggesting import Suggester
from featherchat.capture.uncommitted import (
    BASE,
    STATE,
    WORKTREE,
    WorkPlace,
    memory_of,
    read_uncommitted,
    state_of,
    with_what_people_did,
)
from featherchat.clock import Clock
from featherchat.code.repository import Repository
from featherchat.code.working_tree import WorkingTree
from featherchat.memory import Author, Edge, Memory, Status
from featherchat.messages import Learned
from featherchat.recall.memories import Memories
from featherchat.store.base import Cause
from featherchat.store.commits import open_saves, waiting_notes
from featherchat.store.sqlite import SqliteStore

PAUSE = 8 * 3600.0
"""Seconds without a save after which other files are another task."""

_RECORDED = "commits_recorded"


@dataclass(frozen=True, slots=True)
class _Task:
    """The files of one task, as they differ from HEAD now."""

    known: Memory | None
    """None for a task that begins."""

    differing: Mapping[str, str]


class Saves:
    """Keeps a memory of each task at what the working tree holds; for one consumer."""

    def __init__(
        self,
        memories: Memories,
        repository: Repository,
        clock: Clock,
        developer: str | None,
        suggester: Suggester,
    ) -> None:
        self._memories = memories
        self._repository = repository
        self._tree = WorkingTree(repository)
        self._radar = Radar(memories, repository, clock)
        self._clock = clock
        self._developer = developer
        self._suggester = suggester
        self._turnstile = asyncio.Lock()
        root = hashlib.sha256(os.fsencode(repository.root)).hexdigest()
        self._worktree = root[:12]

    async def saved(self, paths: Sequence[str]) -> Learned | None:
        """What the working tree's state of some files means; None if nothing was written.

        Args:
            paths: Relative to the root, with forward slashes. They say that there is something
                to look at; everything that differs from HEAD belongs to some task.

        Raises:
            RepositoryProblem: If git cannot tell what HEAD holds.
            StoreError: If memory cannot be written.
        """
        if not paths or self._memories.read_only is not None:
            return None
        async with self._turnstile:
            await self._radar.saved(paths)
            place, differing = await asyncio.to_thread(self._look)
            known = await self._memories.ask(lambda store: tasks_at(store, place))
            tasks = self._tasks(known, differing)
            found = [each for task in tasks if (each := await self._told(task, place))]
            gone = await self._taken_back(known, tasks, place)
            if not found and not gone:
                return None
            cause = Cause(self._clock.new_id(), self._clock.now(), Author.SAVE, "saves")
            written = await self._memories.settle(
                lambda store: _put(store, place, found, gone, cause)
            )
            await self._suggester.of_saves(written, cause)
            return Learned("", written) if written else None

    async def under_way(self) -> list[Memory]:
        """The open tasks of this working tree and its branch, the last saved first."""
        place = await asyncio.to_thread(self._place)
        return await self._memories.ask(lambda store: tasks_at(store, place))

    def _place(self) -> WorkPlace:
        head, branch = self._repository.head(), self._repository.branch()
        return WorkPlace(self._worktree, branch or "", head or "")

    def _look(self) -> tuple[WorkPlace, dict[str, str]]:
        return self._place(), self._tree.differing()

    def _tasks(self, known: Sequence[Memory], differing: Mapping[str, str]) -> list[_Task]:
        """Who has which file: the task that had it, else the one that is under way."""
        left = dict(differing)
        tasks: list[_Task] = []
        under_way = next(iter(known), None)
        if under_way is not None and self._clock.now() - under_way.source.at > PAUSE:
            under_way = None
        for each in known:
            if each is not under_way:
                theirs = {path: left.pop(path) for path in paths_of(each) if path in left}
                tasks.append(_Task(each, theirs))
        return [_Task(under_way, left), *tasks]

    async def _told(self, task: _Task, place: WorkPlace) -> Memory | None:
        """The memory of a task; None if it says what it said."""
        known = task.known
        if not task.differing or (known is not None and _is_as_it_was(known, task.differing)):
            return None
        found = await asyncio.to_thread(
            read_uncommitted, self._repository, place.head, task.differing
        )
        memory_id = known.id if known else self._clock.new_id()
        redacted = self._memories.redacted
        now = self._clock.now()
        made = memory_of(found, place, memory_id, now, self._developer, redacted)
        return made if known is None else going_on(known, made)

    async def _taken_back(
        self, known: Sequence[Memory], tasks: Sequence[_Task], place: WorkPlace
    ) -> list[Memory]:
        """The tasks of which nothing is left, unless a commit that is not recorded yet has it."""
        empty = [task.known for task in tasks if task.known and not task.differing]
        if not empty:
            return []
        recorded = await self._memories.ask(lambda store: store.settings.get(_RECORDED))
        return [
            replace(each, status=Status.RETIRED)
            for each in empty
            if place.head in (recorded, each.attributes.get(BASE))
        ]


def paths_of(save: Memory) -> list[str]:
    """The files of a task that its memory names."""
    return list(dict.fromkeys(each.path for each in save.anchors))


def tasks_at(store: SqliteStore, place: WorkPlace) -> list[Memory]:
    """The open tasks of a working tree and a branch, the newest first."""
    found = store.get(open_saves(store.database))
    here = [
        each
        for each in found.values()
        if each.attributes.get(WORKTREE) == place.worktree
        and each.attributes.get("branch", "") == place.branch
    ]
    return sorted(here, key=lambda each: (each.source.at, each.id), reverse=True)


def going_on(known: Memory, now: Memory) -> Memory:
    """A task's memory, of what is there now, with what people did to it."""
    taken = with_what_people_did(known, now)
    return replace(
        known,
        text=now.text,
        title=now.title,
        source=now.source,
        anchors=now.anchors,
        importance=taken.importance,
        attributes=taken.attributes,
    )


def _is_as_it_was(known: Memory, differing: Mapping[str, str]) -> bool:
    return known.attributes.get(STATE) == state_of(differing)


def _put(
    store: SqliteStore,
    place: WorkPlace,
    found: Sequence[Memory],
    gone: Sequence[Memory],
    cause: Cause,
) -> tuple[Memory, ...]:
    """Store tasks, looking again what another process has made of them."""
    with store.database.transaction():
        there = tasks_at(store, place)
        known = {each.id: each for each in there}
        stored: list[Memory] = []
        for each in found:
            twin = known.get(each.id) or next(
                (one for one in there if set(paths_of(one)) & set(paths_of(each))), None
            )
            is_new = not store.get([each.id])
            if twin is not None:
                stored.append(going_on(twin, each))
            elif is_new:
                stored.append(each)
        stored += [each for each in gone if each.id in known]
        written = store.put(stored, cause, _reasons(store, stored, cause.at))
    return tuple(each for each in written.stored if each.status is Status.ACTIVE)


def _reasons(store: SqliteStore, saves: Sequence[Memory], at: float) -> list[Edge]:
    """The links with reasons that were given before there was something to link them with."""
    notes = store.get(waiting_notes(store.database)).values()
    known = {edge.key for edge in store.edges_of([each.id for each in notes])}
    edges = [edge for note in notes for edge in linked_reasons(note, saves, at)]
    return [edge for edge in edges if edge.key not in known]
