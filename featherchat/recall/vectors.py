"""How the memories of one store get their vectors, and what cannot be embedded says why.

A vector may come later than its memory: what has none is pending, which is shown and
retried. Vectors of two embedders are never compared.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from featherchat.embedders.base import Purpose
from featherchat.errors import EmbedderError, EmbedderMismatch
from featherchat.memory import Memory
from featherchat.recall.meaning import Meaning, embedded_text
from featherchat.recall.reindexing import Reindexed, reindex
from featherchat.recollection import NearDuplicate
from featherchat.store.likeness import near_duplicates_of_each
from featherchat.store.sqlite import SqliteStore
from featherchat.store.thread import StoreThread

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, which a search by words need not pay.
    from featherchat.store.base import Matrix, Vector

EMBED_AT_ONCE = 8
"""So many new memories get their vectors before the write returns; more follow later."""

EMBED_BATCH = 4
"""Texts in one background step, so that a question waits 0.1 s at most for the embedder."""

MOST_ALIKE = 3
"""So many near duplicates are named of each memory."""

Progress = Callable[[int, int], None]
"""Called with how many memories have a vector now, and how many there are."""


class Vectors:
    """Embeds what a store holds, and what it is asked."""

    def __init__(self, store: SqliteStore, thread: StoreThread, meaning: Meaning) -> None:
        self._store = store
        self._thread = thread
        self._meaning = meaning
        none = meaning.embedder is None
        self.notice = "No embedder is set up: memory is searched by words." if none else ""
        """Why memory is searched by words alone; empty when meaning works."""

    async def of_question(self, text: str) -> "Vector | None":
        """The question's vector; None, with a notice, when only words can be searched."""
        if not await self.may_embed():
            return None
        try:
            matrix = await self._meaning.of([text], Purpose.QUERY)
        except EmbedderError as error:
            self._rest(error)
            return None
        self.notice = ""
        vector: Vector = matrix[0]
        return vector

    async def embed_pending(self, progress: Progress = lambda done, total: None) -> int:
        """Give every pending memory its vector; how many were embedded.

        Stops when cancelled and goes on at the next call.

        Raises:
            EmbedderError: If the embedder cannot be loaded or reached.
            EmbedderMismatch: If the store's vectors are another embedder's.
        """
        if self._meaning.embedder is None:
            return 0
        mismatch = await self._mismatch()
        if mismatch is not None:
            raise mismatch
        waiting = await self._thread.batch(lambda: self._store.vectors.pending_count)
        before = await self._thread.batch(lambda: self._store.vectors.count)
        embedded = 0
        while batch := await self._thread.batch(self._store.vectors.pending, EMBED_BATCH):
            await self._embed(batch)
            embedded += len(batch)
            progress(before + embedded, before + max(waiting, embedded))
        if embedded:
            self.notice = ""
            await self._thread.batch(self._store.flush)
        return embedded

    async def reindex(self, progress: Progress = lambda done, total: None) -> Reindexed:
        """Embed every memory anew with the configured embedder, going on where it stopped.

        Raises:
            EmbedderError: If it does not answer; the old vectors stay in force.
            ConfigError: If none is configured.
            StoreError: If another process began with another embedder.
        """
        # Asked first: beginning drops what another embedder has done so far.
        await self._meaning.check()
        space = self._meaning.space
        done = await reindex(self._store, self._thread, space, self._of, progress)
        self.notice = ""
        return done

    async def may_embed(self) -> bool:
        """Whether the embedder is asked now; if not, the notice says why."""
        mismatch = await self._mismatch()
        if mismatch is not None:
            self.notice = f"{mismatch} {mismatch.hint}"
            return False
        return self._meaning.embedder is not None and not self._meaning.rests

    async def near_duplicates(self, memory: Memory) -> tuple[NearDuplicate, ...]:
        """What says nearly the same as a memory that is not stored yet, most alike first."""
        vectors: dict[str, Vector] = {}
        if await self.may_embed():
            try:
                vectors[memory.id] = (await self._of([memory]))[0]
            except EmbedderError as error:
                self._rest(error)
        return (await self.alike([memory], vectors)).get(memory.id, ())

    async def alike(
        self, memories: Sequence[Memory], vectors: Mapping[str, "Vector"]
    ) -> dict[str, tuple[NearDuplicate, ...]]:
        """What else says nearly the same as each of some memories."""
        embedder = self._meaning.embedder
        at_least = embedder.identity.alike_threshold if embedder else 1.0
        compare = near_duplicates_of_each
        return await self._thread.run(compare, self._store, memories, vectors, at_least, MOST_ALIKE)

    async def try_embedding(self, memories: Sequence[Memory]) -> "dict[str, Vector]":
        """Embed now what can be; what cannot stays pending, which is shown and retried."""
        if not memories or not await self.may_embed():
            return {}
        # What an earlier failure left comes along, but not a whole init that is under way.
        pending = await self._thread.run(self._store.vectors.pending, EMBED_AT_ONCE + 1)
        chosen = pending if len(pending) <= EMBED_AT_ONCE else memories
        try:
            matrix = await self._embed(chosen)
        except EmbedderError as error:
            self._rest(error)
            return {}
        self.notice = ""
        return {memory.id: vector for memory, vector in zip(chosen, matrix, strict=True)}

    async def _of(self, memories: Sequence[Memory]) -> "Matrix":
        texts = [embedded_text(memory) for memory in memories]
        return await self._meaning.of(texts, Purpose.DOCUMENT)

    async def _embed(self, memories: Sequence[Memory]) -> "Matrix":
        matrix = await self._of(memories)
        await self._thread.batch(self._store.put_vectors, memories, matrix, self._meaning.space)
        return matrix

    async def _mismatch(self) -> EmbedderMismatch | None:
        # Asked each time: another process may have changed the store's embedder.
        return self._meaning.mismatch(await self._thread.run(self._store.settings.get, "embedder"))

    def _rest(self, error: EmbedderError) -> None:
        self._meaning.rest()
        self.notice = f"{error} Memory is searched by words. {error.hint}"
