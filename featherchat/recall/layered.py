"""The project's memories and the developer's own behind one door.

Where a memory lies follows from its layer: what is private to a person is in a store of
the account, everything else in the project's. Nothing above this file chooses; and nothing
that belongs to another developer comes through, whichever store it is found in.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Self, TypeVar

from featherchat.errors import InvalidValue, NothingFound, StoreError
from featherchat.memory import Edge, Kind, Layer, Memory, Status
from featherchat.recall.joined import JoinedStore
from featherchat.recall.memories import Memories
from featherchat.recall.moving import move_private
from featherchat.recall.own import (
    OwnMemories,
    StorePlace,
    is_private,
    may_be_private,
    merged,
    wordings,
)
from featherchat.recall.reindexing import Reindexed
from featherchat.recall.vectors import Progress
from featherchat.recall.viewing import Viewer
from featherchat.recollection import Filter, NearDuplicate
from featherchat.store.base import (
    Cause,
    Counts,
    Difference,
    Document,
    MemoryStore,
    Undone,
    Version,
    Written,
)
from featherchat.store.sqlite import SqliteStore

T = TypeVar("T")

_ALL_BUT_RETIRED = (Status.ACTIVE, Status.CANDIDATE, Status.SUPERSEDED)


class LayeredMemories(Memories):
    """A project's memories, and behind the same door the developer's own."""

    _side: OwnMemories | None = None
    _past: Memories | None = None
    _viewer = Viewer(None)
    _sight: tuple[int, frozenset[str]] = (-1, frozenset())
    """What may be seen of the developer's own, and of which revision that is."""

    async def join(self, place: StorePlace | None, viewer: Viewer) -> int:
        """Say who looks, and open the developer's own store if there is one.

        What the project's store still holds of the developer's is moved over.

        Args:
            place: Where their store lies; None to go without.
            viewer: Who they are.

        Returns:
            How many memories were moved.
        """
        self._viewer = viewer
        if place is not None:
            self._side = OwnMemories(self, place, viewer)
            await self._side.opened()
        if self._side is None or self.read_only is not None:
            return 0
        return await move_private(self, self._side, viewer, self._clock)

    async def close(self) -> None:
        """Close both, the one that was opened last first."""
        try:
            if self._side is not None:
                await self._side.close()
        finally:
            await super().close()

    @property
    def addresses(self) -> frozenset[str] | None:
        """Every address of who looks."""
        return self._viewer.addresses

    @property
    def own(self) -> Memories | None:
        """The developer's own memories; None until there are some that can be opened."""
        return self._past if self._side is None else self._side.memories

    @property
    def trouble(self) -> StoreError | None:
        """Why the developer's own memories cannot be opened, or not be written; or None."""
        if self._side is None or self._side.trouble is not None:
            return None if self._side is None else self._side.trouble
        return None if self.own is None else self.own.read_only

    async def _own(self) -> Memories | None:
        return self._past if self._side is None else await self._side.opened()

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call a function after each write to either."""
        super().on_change(listener)
        if self._side is not None:
            self._side.on_change(listener)

    # Writing

    async def remember(
        self,
        memories: Sequence[Memory],
        cause: Cause,
        edges: Sequence[Edge] = (),
        *,
        compare: bool = False,
    ) -> Written:
        """Store each memory where its layer says, and the links inside each store.

        No link leads from one store into the other: it is left out.

        Raises:
            StoreError: If something is private and the developer's own store cannot be used.
        """
        private = [each for each in memories if is_private(each)]
        if self._side is None or not (private or await self._own()):
            return await super().remember(memories, cause, edges, compare=compare)
        ids = {each.id for each in private}
        ids |= await self._in_own([end for edge in edges for end in _ends(edge)])
        shared = [each for each in memories if not is_private(each)]
        outside = [edge for edge in edges if not ids & _ends(edge)]
        done = []
        if private:
            inside = [edge for edge in edges if _ends(edge) <= ids]
            done.append(await self._side.remember(private, cause, inside, compare=compare))
        if shared or outside or not private:
            done.append(await super().remember(shared, cause, outside, compare=compare))
        return done[0] if len(done) == 1 else merged(*done)

    async def learn_document(
        self,
        document: Document,
        memories: Sequence[Memory],
        edges: Sequence[Edge],
        retired: Sequence[str],
        cause: Cause,
    ) -> Written:
        """Store what a document says; it cannot say how a person works.

        Raises:
            InvalidValue: If something of it would be private to a developer.
        """
        if any(is_private(each) for each in memories):
            raise InvalidValue(
                f"{document.path} cannot hold a preference: that is a person's to say.",
                hint="State it yourself with prefer.",
            )
        return await super().learn_document(document, memories, edges, retired, cause)

    async def forget(self, ids: Sequence[str], cause: Cause, *, hard: bool = False) -> list[Memory]:
        """Retire memories wherever they lie; with ``hard`` no store keeps a trace of them."""
        private = await self._in_own(ids)
        shared = [each for each in ids if each not in private]
        if hard:
            # What was moved over has left its traces in the project's store.
            shared += [each for each in private if each in await Memories.resolve(self, each)]
        forgotten: dict[str, Memory] = {}
        if shared or not private:
            done = await super().forget(shared, cause, hard=hard)
            forgotten |= {each.id: each for each in done}
        if private and self.own is not None:
            own = [each for each in ids if each in private]
            said = await wordings(self.own, own) if hard and self.read_only is None else []
            done = await self.own.forget(own, cause, hard=hard)
            if said:
                from featherchat.store.cleansing import erase_said

                # A conversation of this project may have had it for a subject.
                await self.ask(lambda store: erase_said(store.database, said))
            forgotten |= {each.id: each for each in done}
        return list(forgotten.values())

    async def undo(
        self, cause: Cause, operation: str | None = None, spared: Collection[str] = ()
    ) -> Undone:
        """Take back an operation or a turn in both stores, the last one if none is named."""
        spared = await self._hidden() | set(spared)
        found = await self._of_each(lambda home: Memories.standing(home, operation, spared))
        # A turn may have written to both stores, and since then something else to one.
        name = operation or max(found, key=lambda each: (each.at, each.name)).name
        return self._taken_back(
            await self._of_each(lambda home: Memories.undo(home, cause, name, spared))
        )

    async def undo_session(
        self, cause: Cause, session_id: str, spared: Collection[str] = ()
    ) -> Undone:
        """Take back everything that a session changed in either store."""
        spared = await self._hidden() | set(spared)
        return self._taken_back(
            await self._of_each(lambda home: Memories.undo_session(home, cause, session_id, spared))
        )

    async def _of_each(self, ask: Callable[[Memories], Awaitable[T]]) -> list[T]:
        """What each store says that knows what is asked for; raises what the first one raises."""
        found: list[T] = []
        missing: NothingFound | None = None
        for home in await self._homes():
            try:
                found.append(await ask(home))
            except NothingFound as error:
                missing = missing or error
        if missing is not None and not found:
            raise missing
        return found

    def _taken_back(self, undone: Sequence[Undone]) -> Undone:
        """What was undone in both stores."""
        removed = (each for one in undone for each in one.removed)
        restored = (each for one in undone for each in one.restored)
        return replace(undone[0], removed=self._seen(removed), restored=self._seen(restored))

    async def _hidden(self) -> frozenset[str]:
        """What is private to others: nobody else takes its changes back."""
        private = Filter(layers=(Layer.DEVELOPER,), statuses=())
        found = [
            each for home in await self._homes() for each in await Memories.find(home, private)
        ]
        return frozenset(each.id for each in found if not self._viewer.sees(each))

    def reinforce(self, ids: Sequence[str]) -> None:
        """Count a recall of each, where it lies."""
        own = self.own
        private = [each for each in ids if each in self._sight[1]]
        super().reinforce([each for each in ids if each not in private])
        if private and own is not None:
            own.reinforce(private)

    # Reading

    async def consult(self, question: Callable[[MemoryStore, bool], T]) -> T:
        """Ask what may be recalled here, in both stores as in one."""
        own = await self._own()
        if own is None:
            return await super().consult(question)

        def asked(here: SqliteStore) -> T:
            comparable = self._is_comparable(here)
            visible = self._visible(own._store)
            if not visible:
                return question(here, comparable)
            developer, space = self._viewer.developer, self._meaning.space
            both = JoinedStore(here, own._store, visible, developer, space)
            return question(both, comparable)

        return await self.ask(asked)

    def _visible(self, store: SqliteStore) -> frozenset[str]:
        """The ids of what may be seen of the developer's own; called on the store's thread."""
        revision = store.database.revision
        if self._sight[0] != revision:
            seen = self._seen(store.find(Filter(statuses=())))
            self._sight = (revision, frozenset(each.id for each in seen))
        return self._sight[1]

    async def prepare(self) -> None:
        """Load the indexes of both."""
        for home in await self._homes():
            await Memories.prepare(home)

    async def get(self, ids: Sequence[str]) -> dict[str, Memory]:
        """Memories by id, whatever their status and wherever they lie."""
        found = await super().get(ids)
        if len(found) < len(set(ids)) or any(map(is_private, found.values())):
            own = await self._own()
            found |= {} if own is None else await own.get(ids)
        return {key: each for key, each in found.items() if self._viewer.sees(each)}

    async def find(self, where: Filter, limit: int | None = None) -> list[Memory]:
        """What a filter admits, newest first."""
        if not may_be_private(where):
            return await super().find(where, limit)
        found = self._seen(await super().find(where, limit))
        if limit is not None and len(found) < limit:
            # What is private to others may have taken places.
            found = self._seen(await super().find(where))
        own = await self._own()
        if own is None:
            return list(found[:limit])
        both = {each.id: each for each in (*found, *self._seen(await own.find(where)))}
        return sorted(both.values(), key=lambda each: -each.created_at)[:limit]

    async def pinned(self) -> list[Memory]:
        """The living memories that a person pinned, oldest first."""
        own = await self._own()
        theirs = [] if own is None else await own.pinned()
        return list(self._seen([*await super().pinned(), *theirs]))

    async def resolve(self, prefix: str) -> list[str]:
        """The ids that start or end with what a person typed, in either store."""
        found = [
            each for home in await self._homes() for each in await Memories.resolve(home, prefix)
        ]
        return list(dict.fromkeys(found))

    async def edges_of(self, ids: Sequence[str]) -> list[Edge]:
        """Every edge that touches one of the memories."""
        return [edge for home in await self._homes() for edge in await Memories.edges_of(home, ids)]

    async def home_of(self, memory_id: str) -> Memories:
        """The memories that have a memory."""
        own = self.own
        return own if own is not None and await self._in_own([memory_id]) else self

    async def history(self, memory_id: str) -> list[Version]:
        """What a memory was before each of its changes."""
        return await Memories.history(await self.home_of(memory_id), memory_id)

    async def differences(self, since: float, until: float) -> Difference:
        """What is different between two times, in both stores, as far as it may be seen."""
        found = [await Memories.differences(home, since, until) for home in await self._homes()]
        return Difference(
            self._seen(each for one in found for each in one.added),
            tuple(pair for one in found for pair in one.changed if self._viewer.sees(pair[1])),
            self._seen(each for one in found for each in one.removed),
            tuple(edge for one in found for edge in one.edges_added),
            tuple(edge for one in found for edge in one.edges_removed),
        )

    @asynccontextmanager
    async def as_of(self, at: float, *, words: bool) -> AsyncIterator[Self]:
        """The memories as they were at a time, the developer's own as well."""
        own = await self._own()
        async with super().as_of(at, words=words) as past:
            past._viewer = self._viewer
            if own is None:
                yield past
                return
            async with own.as_of(at, words=words) as theirs:
                past._past = theirs
                yield past

    async def counts(self) -> Counts:
        """How many living memories there are, of those that may be seen."""
        found = await super().counts()
        private = await self.find(Filter(layers=(Layer.DEVELOPER,)))
        waiting = sum(each.status is Status.CANDIDATE for each in private)
        own = await self._own()
        pending = found.pending if own is None else found.pending + (await own.counts()).pending
        by_kind = dict(found.by_kind)
        hidden = by_kind.pop(Kind.PREFERENCE, 0)
        if private:
            by_kind[Kind.PREFERENCE] = len(private)
        total = found.total - hidden + len(private)
        return Counts(total, found.candidates + waiting, pending, by_kind)

    # Meaning

    async def embed_pending(self, progress: Progress = lambda done, total: None) -> int:
        """Give every pending memory of both its vector."""
        return sum([await Memories.embed_pending(home, progress) for home in await self._homes()])

    async def reindex(self, progress: Progress = lambda done, total: None) -> Reindexed:
        """Embed every memory of both anew with the configured embedder."""
        done = [await Memories.reindex(home, progress) for home in await self._homes()]
        embedded = sum(each.embedded for each in done)
        return Reindexed(done[0].space, embedded, sum(each.resumed for each in done))

    async def near_duplicates(self, memory: Memory) -> tuple[NearDuplicate, ...]:
        """What says nearly the same where a memory would be stored."""
        if not is_private(memory) or self._side is None:
            return await super().near_duplicates(memory)
        own = await self._own()
        return () if own is None else await own.near_duplicates(memory)

    async def _homes(self) -> list[Memories]:
        """Both, the project's first; asked through ``Memories``, each answers for itself."""
        own = await self._own()
        return [self] if own is None else [self, own]

    async def _in_own(self, ids: Sequence[str]) -> set[str]:
        """Those ids that the developer's own store has, whoever may see them."""
        own = await self._own()
        if own is None or not ids:
            return set()
        return {each for each in ids if each in await own.resolve(each)}

    def _seen(self, memories: Iterable[Memory]) -> tuple[Memory, ...]:
        return tuple(each for each in memories if self._viewer.sees(each))


def _ends(edge: Edge) -> set[str]:
    return {edge.source_id, edge.target_id}
