"""The write door: everything that is remembered, forgotten or taken back passes here.

Above this file everything is async and holds no connection; below it everything
is synchronous, on one store thread. What a person said is on the disk before
anything slow or fallible is tried: a memory's vector may come later, its words
never do.
"""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from featherchat.clock import Clock, FixedClock
from featherchat.embedders.base import Embedder
from featherchat.errors import StoreError
from featherchat.memory import ASSISTANT_NAMESPACE, Edge, Memory
from featherchat.privacy import clean, redact
from featherchat.recall.meaning import Meaning
from featherchat.recall.reindexing import Reindexed
from featherchat.recall.reinforcing import RecallCounts
from featherchat.recall.vectors import EMBED_AT_ONCE, Progress, Vectors
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
from featherchat.store.log import EXPIRY
from featherchat.store.owners import any_running
from featherchat.store.sqlite import SqliteStore
from featherchat.store.standing import Standing
from featherchat.store.thread import StoreThread

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, which a search by words need not pay.
    from featherchat.store.base import Vector
    from featherchat.store.transcripts import Transcripts

T = TypeVar("T")


class Memories:
    """A project's memories, for everything above the store."""

    def __init__(
        self, store: SqliteStore, thread: StoreThread, clock: Clock, meaning: Meaning
    ) -> None:
        self._store = store
        self._thread = thread
        self._clock = clock
        self._meaning = meaning
        self._vectors = Vectors(store, thread, meaning)
        self._recalls = RecallCounts(store, thread, clock)
        self._listeners: list[Callable[[], None]] = []
        self._redaction_key = b""

    @classmethod
    async def open(
        cls,
        path: Path,
        cache: Path | None,
        clock: Clock,
        embedder: Embedder | None,
        busy_timeout: float,
    ) -> Self:
        """Open the store on a thread of its own.

        Raises:
            StoreError: If the file cannot be used.
        """
        thread = StoreThread()
        try:
            store = await thread.run(SqliteStore.open, path, cache, clock, busy_timeout)
            memories = cls(store, thread, clock, Meaning(embedder, clock))
            await memories._begin()
            if store.database.read_only is None and await thread.run(any_running, store.database):
                await thread.run(store.transcripts.close_interrupted, clock.now())
        except BaseException:
            await thread.close()
            raise
        return memories

    async def _begin(self) -> None:
        """Bring a store that was just opened up to the present."""
        store, clock = self._store, self._clock
        self._redaction_key = await self._thread.run(store.settings.redaction_key)
        await self._vectors.may_embed()
        if store.database.read_only is None:
            expired = Cause(clock.new_id(), clock.now(), EXPIRY, "expired")
            await self._thread.run(store.retire_expired, expired)

    async def close(self) -> None:
        """Write what waits, fold the store into one file, end the thread."""
        try:
            await self.close_beside()
        finally:
            await self._thread.close()
            await self._meaning.close()

    async def open_beside(self, path: Path, cache: Path | None, busy_timeout: float) -> "Memories":
        """Open another store on the same thread and with the same embedder.

        Closed with ``close_beside``, before these.

        Raises:
            StoreError: If the file cannot be used.
        """
        store = await self._thread.run(SqliteStore.open, path, cache, self._clock, busy_timeout)
        memories = Memories(store, self._thread, self._clock, self._meaning)
        try:
            await memories._begin()
        except BaseException:
            await self._thread.run(store.close)
            raise
        return memories

    async def close_beside(self) -> None:
        """Write what waits and fold the store into one file; thread and embedder go on."""
        await self._recalls.flush()
        await self._thread.run(self._store.close)

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
        return self._meaning.embedder

    @property
    def notice(self) -> str:
        """Why memory is searched by words alone; empty when meaning works."""
        return self._vectors.notice

    @property
    def addresses(self) -> frozenset[str] | None:
        """Whose conversations these are to be gone on with; None: everybody's."""
        return None

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

    async def consult(self, question: Callable[[MemoryStore, bool], T]) -> T:
        """Ask what may be recalled here several things in one trip to the store's thread.

        The question is told whether the store's vectors are this embedder's just now.
        """
        return await self.ask(lambda store: question(store, self._is_comparable(store)))

    def _is_comparable(self, store: SqliteStore) -> bool:
        stored = store.settings.get("embedder")
        return self.embedder is not None and self._meaning.mismatch(stored) is None

    async def prepare(self) -> None:
        """Load the indexes that a question by meaning needs, while the model embeds it."""
        await self._thread.run(self._store.prepare)

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
        vectors = await self._vectors.try_embedding(written.stored)
        if not compare:
            return written
        return replace(written, alike=await self._vectors.alike(written.stored, vectors))

    async def learn(
        self, memories: Sequence[Memory], edges: Sequence[Edge], cause: Cause
    ) -> Written:
        """Store what is learnt beside everything else, such as a commit; no question waits.

        Meaning follows with ``embed_pending``. Nothing of it may be private.
        """
        written = await self._thread.batch(self._store.put, memories, cause, edges)
        if written.stored:
            self._changed()
        return written

    async def settle(self, writing: Callable[[SqliteStore], T]) -> T:
        """Look something up and store what follows from it, beside everything else.

        The function opens one transaction for both, so that no other process comes between.
        """
        done = await self._thread.batch(writing, self._store)
        self._changed()
        return done

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

    async def unlink(self, edges: Sequence[Edge], cause: Cause) -> None:
        """Take links away that no longer hold; what they linked stays as it is."""
        await self._thread.run(self._store.unlink, edges, cause)
        self._changed()

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

    async def undo(
        self, cause: Cause, operation: str | None = None, spared: Collection[str] = ()
    ) -> Undone:
        """Take back an operation or a turn, the last one if none is named."""
        undone = await self._thread.run(self._store.undo, cause, operation, spared)
        self._changed()
        await self._vectors.try_embedding(undone.restored[:EMBED_AT_ONCE])
        return undone

    async def standing(
        self, operation: str | None = None, spared: Collection[str] = ()
    ) -> Standing:
        """What an undo would take back; see ``StandingChanges.of_operation``."""
        return await self._thread.run(self._store.histories.standing, operation, spared)

    async def undo_session(
        self, cause: Cause, session_id: str, spared: Collection[str] = ()
    ) -> Undone:
        """Take back what a session changed and still stands; what touched others' stays."""
        undone = await self._thread.run(self._store.undo_session, cause, session_id, spared)
        self._changed()
        await self._vectors.try_embedding(undone.restored[:EMBED_AT_ONCE])
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

    async def home_of(self, memory_id: str) -> "Memories":
        """The memories that have a memory, to ask their store about its past."""
        return self

    async def differences(self, since: float, until: float) -> Difference:
        """What is different at one time from what was at another; see ``Histories.diff``."""
        return await self._thread.run(self._store.histories.diff, since, until)

    @asynccontextmanager
    async def as_of(self, at: float, *, words: bool) -> AsyncIterator[Self]:
        """The memories as they were at a time; see ``SqliteStore.as_of``."""
        past = await self._thread.run(lambda: self._store.as_of(at, words=words))
        try:
            memories = type(self)(past, self._thread, FixedClock(at), self._meaning)
            memories._vectors.notice = self.notice
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
        return await self._vectors.of_question(text)

    async def embed_pending(self, progress: Progress = lambda done, total: None) -> int:
        """Give every pending memory its vector; see ``Vectors.embed_pending``."""
        return await self._vectors.embed_pending(progress)

    async def reindex(self, progress: Progress = lambda done, total: None) -> Reindexed:
        """Embed every memory anew with the configured embedder; see ``Vectors.reindex``."""
        return await self._vectors.reindex(progress)

    async def near_duplicates(self, memory: Memory) -> tuple[NearDuplicate, ...]:
        """What says nearly the same as a memory that is not stored yet, most alike first."""
        return await self._vectors.near_duplicates(memory)

    def _changed(self) -> None:
        for listener in self._listeners:
            listener()
