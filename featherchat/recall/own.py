"""The developer's own memories: in a store of the account, seen by nobody else.

The store is made with the first of them, and a start without one pays for none. A store
that cannot be used costs the preferences, never the project.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from featherchat.errors import NotAStore, StoreDamaged, StoreError
from featherchat.memory import Author, Edge, Layer, Memory, Status, traits_of
from featherchat.recall.memories import Memories
from featherchat.recall.viewing import ALL_PROJECTS, SCOPE, Viewer, joined_scope
from featherchat.recollection import Filter
from featherchat.store.base import Cause, Written


@dataclass(frozen=True, slots=True)
class StorePlace:
    """Where a store lies, and how long to wait for it."""

    path: Path
    cache: Path | None
    """The folder of the indexes that are derived from it."""

    busy_timeout: float
    """Seconds to wait for another process's write."""


class OwnMemories:
    """The private side of a project's memories."""

    def __init__(self, beside: Memories, place: StorePlace, viewer: Viewer) -> None:
        """Keep the parts.

        Args:
            beside: The project's memories, whose thread and embedder are shared.
            place: Where the store lies.
            viewer: Who they belong to.
        """
        self._beside = beside
        self._place = place
        self._viewer = viewer
        self._opening = asyncio.Lock()
        self._listeners: list[Callable[[], None]] = []
        self.memories: Memories | None = None
        """None until there are some, and when they cannot be opened."""

        self.trouble: StoreError | None = None
        """Why they cannot be opened."""

    async def opened(self) -> Memories | None:
        """The memories, if there are any that can be opened."""
        if self.memories is None and self.trouble is None and self._place.path.exists():
            await self._open()
        return self.memories

    async def required(self) -> Memories:
        """The memories; their store is made if there is none.

        Raises:
            StoreError: If it cannot be used.
        """
        if self.memories is None and self.trouble is None:
            await self._open()
        if self.memories is None:
            assert self.trouble is not None
            raise self.trouble
        return self.memories

    async def _open(self) -> None:
        path, cache, busy_timeout = self._place.path, self._place.cache, self._place.busy_timeout
        async with self._opening:
            if self.memories is not None:
                return
            try:
                self.memories = await self._beside.open_beside(path, cache, busy_timeout)
            except StoreError as error:
                self.trouble = _trouble(path, error)
                return
        for listener in self._listeners:
            self.memories.on_change(listener)

    async def close(self) -> None:
        """Close the store, if it is open."""
        if self.memories is not None:
            await self.memories.close_beside()

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call a function after each write."""
        self._listeners.append(listener)
        if self.memories is not None:
            self.memories.on_change(listener)

    async def remember(
        self, memories: Sequence[Memory], cause: Cause, edges: Sequence[Edge], *, compare: bool
    ) -> Written:
        """Store what is private: active on a person's word alone, else a candidate.

        What is stated again holds wherever it was stated.
        """
        door = await self.required()
        before = await door.get([each.id for each in memories])
        kept = [self._as_own(each, before.get(each.id), cause) for each in memories]
        written = await door.remember(kept, cause, edges, compare=compare)
        known = await door.get(list(written.duplicates.values()))
        widened = [
            _widened(known[written.duplicates[each.id]], each)
            for each in kept
            if written.duplicates.get(each.id) in known
        ]
        changed = [each for each in widened if each != known[each.id]]
        if changed:
            await door.remember(changed, cause)
        return written

    def _as_own(self, memory: Memory, before: Memory | None, cause: Cause) -> Memory:
        said = Author.USER in (memory.source.author, cause.actor)
        confirmed = said or (before is not None and before.status is Status.ACTIVE)
        waits = memory.status is Status.ACTIVE and not confirmed
        return replace(
            memory,
            developer=memory.developer or self._viewer.developer,
            attributes={SCOPE: ALL_PROJECTS, **memory.attributes},
            status=Status.CANDIDATE if waits else memory.status,
        )


def is_private(memory: Memory) -> bool:
    """Whether a memory belongs to a developer and not to the project."""
    return memory.layer is Layer.DEVELOPER


def may_be_private(where: Filter) -> bool:
    """Whether a filter can admit what is private."""
    if where.layers and Layer.DEVELOPER not in where.layers:
        return False
    return not where.kinds or any(traits_of(kind).layer is Layer.DEVELOPER for kind in where.kinds)


def merged(one: Written, other: Written) -> Written:
    """What two writes have done together."""
    return Written(
        (*one.stored, *other.stored),
        {**one.duplicates, **other.duplicates},
        (*one.buried, *other.buried),
        {**one.alike, **other.alike},
    )


def _widened(known: Memory, again: Memory) -> Memory:
    scope = joined_scope(known.attributes.get(SCOPE), again.attributes.get(SCOPE))
    return replace(known, attributes={**known.attributes, SCOPE: scope})


def _trouble(path: Path, error: StoreError) -> StoreError:
    """The error with a way out that is this store's and not the project's."""
    if isinstance(error, StoreDamaged):
        return StoreDamaged(str(error), hint=f"Run featherchat --store {path} doctor --salvage.")
    if isinstance(error, NotAStore):
        error.hint = "Move that file away."
    return error


async def wordings(memories: Memories, ids: Sequence[str]) -> list[Memory]:
    """Everything that some memories say and have said."""
    versions = [version for each in ids for version in await memories.history(each)]
    past = [version.memory for version in versions if version.memory is not None]
    return [*past, *(await memories.get(ids)).values()]
