"""The write door: everything that is remembered, forgotten or taken back passes here.

Above this file everything is async and holds no connection; below it everything
is synchronous, on one store thread. What a person said is on the disk before
anything slow or fallible is tried: a memory's vector may come later, its words
never do.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from featherchat.clock import Clock, FixedClock
from featherchat.embedders.base import Embedder, Purpose
from featherchat.errors import ConfigError, EmbedderError, EmbedderMismatch, StoreError
from featherchat.memory import ASSISTANT_NAMESPACE, Edge, Memory
from featherchat.privacy import clean, redact
from featherchat.recall.reindexing import Reindexed, reindex
from featherchat.recall.reinforcing import RecallCounts
from featherchat.recollection import Filter, NearDuplicate
from featherchat.store.base import Cause, Counts, Document, Undone, Version, Written
from featherchat.store.likeness import near_duplicates_of_each
from featherchat.store.log import EXPIRY
from featherchat.store.sqlite import SqliteStore
from featherchat.store.thread import StoreThread

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, which a search by words need not pay.
    from featherchat.store.base import Matrix, Vector
    from featherchat.store.transcripts import Transcripts

T = TypeVar("T")

EMBED_AT_ONCE = 8
"""So many new memories get their vectors before the write returns; more follow later."""

EMBED_BATCH = 4
"""Texts in one background step, so that a question waits 0.1 s at most for the embedder."""

MOST_ALIKE = 3
"""So many near duplicates are named of each memory."""

RETRY_AFTER = 60.0
"""Seconds for which an embedder that failed is left alone; words carry the search meanwhile."""

Progress = Callable[[int, int], None]
"""Called with how many memories have a vector now, and how many there are."""


class Memories:
    """A project's memories, for everything above the store."""

    def __init__(
        self, store: SqliteStore, thread: StoreThread, clock: Clock, embedder: Embedder | None
    ) -> None:
        self._store = store
        self._thread = thread
        self._clock = clock
        self._embedder = embedder
        self._embedding = asyncio.Lock()
        self._retry_at = 0.0
        self._recalls = RecallCounts(store, thread, clock)
        self._listeners: list[Callable[[], None]] = []
        self._redaction_key = b""
        self.notice = "" if embedder else "No embedder is set up: memory is searched by words."
        """Why memory is searched by words alone; empty when meaning works."""

    @classmethod
    async def open(
        cls,
        path: Path,
        cache: Path | None,
        clock: Clock,
        embedder: Embedder | None,
        busy_timeout: float,
    ) -> "Memories":
        """Open the store on a thread of its own.

        Raises:
            StoreError: If the file cannot be used.
        """
        thread = StoreThread()
        try:
            store = await thread.run(SqliteStore.open, path, cache, clock, busy_timeout)
            memories = cls(store, thread, clock, embedder)
            memories._redaction_key = await thread.run(store.settings.redaction_key)
            await memories._may_embed()
            if store.database.read_only is None:
                await thread.run(store.transcripts.close_interrupted, clock.now())
                expired = Cause(clock.new_id(), clock.now(), EXPIRY, "expired")
                await thread.run(store.retire_expired, expired)
        except BaseException:
            await thread.close()
            raise
        return memories

    async def close(self) -> None:
        """Write what waits, fold the store into one file, end the thread."""
        try:
            await self._recalls.flush()
            await self._thread.run(self._store.close)
        finally:
            await self._thread.close()
            if self._embedder is not None:
                await asyncio.to_thread(self._embedder.close)

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call a function after each write."""
        self._listeners.append(listener)

    @property
    def path(self) -> Path:
        """The store's one file."""
        return self._store.path

    @property
    def embedder(self) -> Embedder | None:
        """What turns text into vectors, None when words carry the search alone."""
        return self._embedder

    @property
    def read_only(self) -> StoreError | None:
        """Why nothing can be stored, or None."""
        return self._store.database.read_only

    async def keep(self, storing: Callable[["Transcripts"], None]) -> None:
        """Store something of a conversation; where nothing can be stored, it goes on without."""
        if self.read_only is None:
            await self._thread.run(lambda: storing(self._store.transcripts))

    async def ask(self, question: Callable[[SqliteStore], T]) -> T:
        """Ask the store several things in one trip to its thread."""
        return await self._thread.run(question, self._store)

    def redacted(self, text: str) -> str:
        """A text fit to be stored, embedded or sent: cleaned, and without its secrets."""
        return redact(clean(text), self._redaction_key).text

    # Writing

    async def remember(
        self,
        memories: Sequence[Memory],
        cause: Cause,
        edges: Sequence[Edge] = (),
        *,
        compare: bool = False,
    ) -> Written:
        """Store memories and links in one transaction.

        Their words are searchable when this returns. Their vectors too, if they are
        few and the embedder answers; else they are pending and follow later.

        Args:
            memories: What is to be stored.
            cause: Who stores it, and why.
            edges: Links among them and to others.
            compare: Say of a few memories, such as a person's, what else is nearly the same.
        """
        written = await self._thread.run(self._store.put, memories, cause, edges)
        self._changed()
        if len(written.stored) > EMBED_AT_ONCE:
            return written
        vectors = await self._try_embedding(written.stored)
        if not compare:
            return written
        return replace(written, alike=await self._alike(written.stored, vectors))

    async def learn_document(
        self,
        document: Document,
        memories: Sequence[Memory],
        edges: Sequence[Edge],
        retired: Sequence[str],
        cause: Cause,
    ) -> Written:
        """Store what a document says; its vectors follow in the background."""
        store = self._store.put_document
        written = await self._thread.batch(store, document, memories, edges, retired, cause)
        self._changed()
        return written

    async def drop_document(self, path: str, cause: Cause) -> list[Memory]:
        """Retire what only a vanished document said."""
        retired = await self._thread.batch(self._store.drop_document, path, cause)
        self._changed()
        return retired

    async def forget(self, ids: Sequence[str], cause: Cause, *, hard: bool = False) -> list[Memory]:
        """Retire memories, or remove every trace of their text."""
        forgotten = await self._thread.run(lambda: self._store.forget(ids, cause, hard=hard))
        self._changed()
        return forgotten

    async def undo(self, cause: Cause, operation: str | None = None) -> Undone:
        """Take back an operation or a turn, the last one if none is named."""
        undone = await self._thread.run(self._store.undo, cause, operation)
        self._changed()
        await self._try_embedding(undone.restored[:EMBED_AT_ONCE])
        return undone

    async def undo_session(self, cause: Cause, session_id: str) -> Undone:
        """Take back everything that a session changed and that still stands."""
        undone = await self._thread.run(self._store.undo_session, cause, session_id)
        self._changed()
        await self._try_embedding(undone.restored[:EMBED_AT_ONCE])
        return undone

    def reinforce(self, ids: Sequence[str]) -> None:
        """Count a recall of each; written within 2 seconds."""
        self._recalls.add(ids)

    # Reading

    async def get(self, ids: Sequence[str]) -> dict[str, Memory]:
        """Memories by id, whatever their status."""
        return await self._thread.run(self._store.get, ids)

    async def find(self, where: Filter, limit: int | None = None) -> list[Memory]:
        """What a filter admits, newest first."""
        return await self._thread.run(self._store.find, where, limit)

    async def pinned(self) -> list[Memory]:
        """The living memories that a person pinned, oldest first."""
        return await self._thread.run(self._store.pinned, ASSISTANT_NAMESPACE)

    async def resolve(self, prefix: str) -> list[str]:
        """The ids that start or end with what a person typed."""
        return await self._thread.run(self._store.resolve, prefix)

    async def edges_of(self, ids: Sequence[str]) -> list[Edge]:
        """Every edge that touches one of the memories."""
        return await self._thread.run(self._store.edges_of, ids)

    async def history(self, memory_id: str) -> list[Version]:
        """What a memory was before each of its changes."""
        return await self._thread.run(self._store.histories.of, memory_id)

    @asynccontextmanager
    async def as_of(self, at: float, *, words: bool) -> AsyncIterator["Memories"]:
        """The memories as they were at a time; see ``SqliteStore.as_of``."""
        past = await self._thread.run(lambda: self._store.as_of(at, words=words))
        try:
            memories = Memories(past, self._thread, FixedClock(at), self._embedder)
            memories.notice = self.notice
            yield memories
        finally:
            await self._thread.run(past.close)

    async def documents(self) -> dict[str, Document]:
        """What was learnt from documents, by path."""
        return await self._thread.run(self._store.documents)

    async def counts(self) -> Counts:
        """How many living memories there are."""
        return await self._thread.run(self._store.counts, ASSISTANT_NAMESPACE)

    # Meaning

    async def embed_question(self, text: str) -> "Vector | None":
        """The question's vector; None, with a notice, when only words can be searched."""
        if self._embedder is None or not await self._may_embed():
            return None
        try:
            async with self._embedding:
                matrix = await asyncio.to_thread(self._embedder.embed, [text], Purpose.QUERY)
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
        if self._embedder is None:
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
        if self._embedder is None:
            raise ConfigError(
                "No embedder is set up, so there is nothing to embed with.",
                hint="Set embedder.name to local, or leave --embedder out.",
            )
        # Asked first: beginning drops what another embedder has done so far.
        async with self._embedding:
            await asyncio.to_thread(self._embedder.embed, ["Does it answer?"], Purpose.DOCUMENT)
        done = await reindex(
            self._store, self._thread, self._identity(), self._vectors_of, progress
        )
        self.notice = ""
        return done

    def _identity(self) -> str:
        return "" if self._embedder is None else str(self._embedder.identity)

    async def _mismatch(self) -> EmbedderMismatch | None:
        """Vectors of two embedders are never compared; another process may have changed ours."""
        stored = await self._thread.run(self._store.settings.get, "embedder")
        if self._embedder is None or not stored or stored == self._identity():
            return None
        return EmbedderMismatch(stored, self._identity())

    async def _may_embed(self) -> bool:
        """Whether the embedder is asked now; if not, the notice says why."""
        mismatch = await self._mismatch()
        if mismatch is not None:
            self.notice = f"{mismatch} {mismatch.hint}"
            return False
        return self._embedder is not None and self._clock.now() >= self._retry_at

    def _rest(self, error: EmbedderError) -> None:
        self._retry_at = self._clock.now() + RETRY_AFTER
        self.notice = f"{error} Memory is searched by words. {error.hint}"

    async def near_duplicates(self, memory: Memory) -> tuple[NearDuplicate, ...]:
        """What says nearly the same as a memory that is not stored yet, most alike first."""
        vectors: dict[str, Vector] = {}
        if await self._may_embed():
            try:
                vectors[memory.id] = (await self._vectors_of([memory]))[0]
            except EmbedderError as error:
                self._rest(error)
        return (await self._alike([memory], vectors)).get(memory.id, ())

    async def _alike(
        self, memories: Sequence[Memory], vectors: Mapping[str, "Vector"]
    ) -> dict[str, tuple[NearDuplicate, ...]]:
        at_least = self._embedder.identity.alike_threshold if self._embedder else 1.0
        compare = near_duplicates_of_each
        return await self._thread.run(compare, self._store, memories, vectors, at_least, MOST_ALIKE)

    async def _try_embedding(self, memories: Sequence[Memory]) -> "dict[str, Vector]":
        """Embed now what can be; what cannot stays pending, which is shown and retried."""
        if not memories or not await self._may_embed():
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

    async def _vectors_of(self, memories: Sequence[Memory]) -> "Matrix":
        assert self._embedder is not None
        texts = [embedded_text(memory) for memory in memories]
        async with self._embedding:
            return await asyncio.to_thread(self._embedder.embed, texts, Purpose.DOCUMENT)

    async def _embed(self, memories: Sequence[Memory]) -> "Matrix":
        matrix = await self._vectors_of(memories)
        await self._thread.batch(self._store.put_vectors, memories, matrix, self._identity())
        return matrix

    def _changed(self) -> None:
        for listener in self._listeners:
            listener()


def embedded_text(memory: Memory) -> str:
    """What of a memory is embedded: its title, unless the text begins with it, and its text."""
    if memory.text.startswith(memory.title):
        return memory.text
    return f"{memory.title}\n{memory.text}"
