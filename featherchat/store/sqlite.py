"""The memory store: one SQLite file, its log, and the indexes derived from it.

Rows are the truth. Each write is one transaction that first logs what it is
about to change. Called from the store thread alone.
"""

import functools
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from featherchat.clock import Clock, FixedClock
from featherchat.errors import StoreDamaged
from featherchat.memory import Edge, Memory, Status
from featherchat.ranking import DecayPolicy
from featherchat.recollection import Filter, Outline
from featherchat.store.base import Cause, Counts, Document, Ranked, Undone, WordHits, Written
from featherchat.store.database import BUSY_TIMEOUT, Database, open_database
from featherchat.store.documents import DocumentTable
from featherchat.store.forgetting import Forgetting
from featherchat.store.graph import Graph
from featherchat.store.halves import StoredVector, encode_all
from featherchat.store.histories import Histories
from featherchat.store.learning import Learning
from featherchat.store.log import EventLog
from featherchat.store.places import usable_folder
from featherchat.store.questions import Questions
from featherchat.store.refusals import Refusals
from featherchat.store.reindexing import Reindexing
from featherchat.store.scoring import Moment, scored
from featherchat.store.searching import Searching
from featherchat.store.settings import Settings
from featherchat.store.table import MemoryTable
from featherchat.store.undoing import Undoing
from featherchat.store.vector_table import VectorTable
from featherchat.store.writing import Writing

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, the values of a turn 10 ms: a search by words needs neither.
    from featherchat.store.base import Matrix, Vector
    from featherchat.store.transcripts import Transcripts


class SqliteStore:
    """``MemoryStore`` on one SQLite file."""

    def __init__(self, database: Database, cache: Path | None, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._table = MemoryTable(database)
        self._settings = Settings(database)
        self._log = EventLog(database)
        self._vectors = VectorTable(database, self._table)
        self.graph = Graph(database, clock)
        self._searching = Searching(database, cache)
        self.questions = Questions(database, self._searching, self._table, self._vectors, clock)
        self._documents = DocumentTable(database, self._log)
        self._forgetting = Forgetting(
            database, self._log, self._table, self._documents, lambda: self.transcripts
        )
        self._writing = Writing(self._log, self._table, self._vectors, self._forgetting)
        self._learning = Learning(self._documents, self._table, self._writing)
        self._undoing = Undoing(
            database, self._log, self._table, self._vectors, self._documents, self._forgetting
        )
        self._histories = Histories(database, self._log, self._table, clock)
        self._reindexing = Reindexing(database, self._table)

    @classmethod
    def open(
        cls, path: Path, cache: Path | None, clock: Clock, busy_timeout: float = BUSY_TIMEOUT
    ) -> "SqliteStore":
        """Open the store at ``path``, or make it.

        Args:
            path: The one file.
            cache: Where derived indexes lie; None keeps them in memory.
            clock: For what expires.
            busy_timeout: Seconds to wait for another process's write.

        Raises:
            StoreError: If it cannot be used; see ``open_database``.
        """
        database = open_database(path, busy_timeout=busy_timeout)
        return cls(database, usable_folder(cache), clock)

    @functools.cached_property
    def transcripts(self) -> "Transcripts":
        """Sessions and turns."""
        from featherchat.store.transcripts import Transcripts

        return Transcripts(self._database)

    @property
    def path(self) -> Path:
        """The one file."""
        return self._database.path

    @property
    def database(self) -> Database:
        """The connection, for checks and settings."""
        return self._database

    def flush(self) -> None:
        """Bring the derived indexes up to date on the disk."""
        self._searching.flush()

    def close(self) -> None:
        """Bring the derived indexes up to date and close the file."""
        try:
            # A damaged row keeps the index behind; whoever asks for it hears its name.
            with suppress(StoreDamaged):
                self._searching.flush()
        finally:
            self._searching.close()
            self._database.close()

    @property
    def histories(self) -> Histories:
        """What happened to a memory, and what differs between two times."""
        return self._histories

    @property
    def vectors(self) -> VectorTable:
        """Which memories have a vector, and which wait for one."""
        return self._vectors

    @property
    def settings(self) -> Settings:
        """What the store keeps about itself."""
        return self._settings

    @property
    def reindexing(self) -> Reindexing:
        """The change to another embedder."""
        return self._reindexing

    # Writing

    def put(
        self,
        memories: Sequence[Memory],
        cause: Cause,
        edges: Sequence[Edge] = (),
        vectors: "Matrix | None" = None,
        space: str = "",
        known: Mapping[str, Memory] | None = None,
    ) -> Written:
        """Store, replace and link in one transaction, with the vectors that are given.

        Args:
            memories: New ones, and ones whose id is known.
            cause: Who changes them, and why.
            edges: Links between memories.
            vectors: float32, shape (len(memories), dimensions); those of memories that are
                not stored are left out.
            space: Whose vectors they are.
            known: Those that are stored, if they were looked up in this transaction.

        Raises:
            NothingFound: If an edge leads to nothing.
            EmbedderMismatch: If the store's vectors are of another space.
        """
        given: dict[str, StoredVector] = {}
        if vectors is not None:
            ids = [memory.id for memory in memories]
            given = dict(zip(ids, encode_all(vectors, space), strict=True))
        with self._database.transaction():
            # Looked up under the lock: another process may have written a moment ago.
            if given:
                self._vectors.use(space)
            self._log.begin(cause)
            return self._writing.put(memories, edges, given, known)

    def unlink(self, edges: Sequence[Edge], cause: Cause) -> None:
        """Take links between memories away."""
        with self._database.transaction():
            self._log.begin(cause)
            self._writing.unlink(edges)

    def forget(self, ids: Sequence[str], cause: Cause, *, hard: bool = False) -> list[Memory]:
        """Retire memories; with ``hard`` nothing of their text is left anywhere.

        With ``hard`` a damaged memory is removed, too; it is not among what is returned.
        """
        with self._database.transaction():
            damaged = self._table.damaged(ids) if hard else []
            found = self._table.required(
                [memory_id for memory_id in ids if memory_id not in damaged]
            )
            said: list[Memory] = []
            self._log.begin(cause)
            for memory in found:
                self._forgetting.bury(memory, cause)
                if hard:
                    said += self._forgetting.erase(memory)
                else:
                    self._writing.replace(replace(memory, status=Status.RETIRED), memory)
            for memory_id in damaged:
                self._forgetting.erase_damaged(memory_id)
            if hard:
                # What is gone for good cannot be taken back.
                self._log.close_erased()
                self._undoing.make_final(cause.operation)
                Refusals(self._database).forget_words()
        if hard:
            from featherchat.store.cleansing import forget_in_backups, scrub

            self._searching.clear()
            # Before the disk may turn out too full to scrub: nobody can ask for it again.
            forget_in_backups(self.path, ids, said)
            scrub(self._database)
        return found

    def damaged(self) -> list[str]:
        """The ids of the memories that do not say what was written into them."""
        return self._table.damaged()

    def pinned(self, namespace: str) -> list[Memory]:
        """The living memories that a person pinned, oldest first."""
        return self._table.pinned(namespace)

    def undo(
        self, cause: Cause, operation: str | None = None, spared: Collection[str] = ()
    ) -> Undone:
        """Take back an operation or a turn; the last one that stands if none is named."""
        with self._database.transaction():
            return self._undoing.undo(cause, operation, spared)

    def undo_session(self, cause: Cause, session_id: str, spared: Collection[str] = ()) -> Undone:
        """Take back what a session changed and still stands; see ``Undoing.undo_session``."""
        with self._database.transaction():
            return self._undoing.undo_session(cause, session_id, spared)

    def retire_expired(self, cause: Cause) -> list[Memory]:
        """Retire what expired up to the cause's time, so that the log says so."""
        if not self._table.expired(cause.at):
            # No revision is raised for nothing: this is asked at each start.
            return []
        with self._database.transaction():
            self._log.begin(cause)
            for memory in (expired := self._table.expired(cause.at)):
                self._writing.replace(replace(memory, status=Status.RETIRED), memory)
        return expired

    def reinforce(self, counts: Mapping[str, int], at: float) -> None:
        """Count recalls. Rankings follow them, the index of words does not."""
        with self._database.transaction() as revision:
            self._database.execute_many(
                "UPDATE memories SET recall_count = recall_count + ?, recalled_at = ?, touched = ?"
                " WHERE id = ?",
                [(times, at, revision, memory_id) for memory_id, times in counts.items()],
            )

    # Reading

    def get(self, ids: Sequence[str]) -> dict[str, Memory]:
        """Memories by id, whatever their status."""
        return self._table.get(ids)

    def find(self, where: Filter, limit: int | None = None) -> list[Memory]:
        """What a filter admits, newest first."""
        return self._table.find(where, limit, self._clock.now())

    def resolve(self, prefix: str) -> list[str]:
        """The ids that start or end with a few characters, as people type them."""
        return self._table.resolve(prefix)

    def edges_of(
        self, ids: Sequence[str], relations: Sequence[str] = (), *, incoming: bool = False
    ) -> list[Edge]:
        """Every edge that touches one of the memories; see ``MemoryStore``."""
        return self._table.edges_of(ids, relations, incoming=incoming)

    def as_of(self, at: float, *, words: bool = False) -> "SqliteStore":
        """The store as it was at a time: a read-only copy in memory, to be closed by the caller.

        A change counts from its own time on, and never sooner than the changes before it: what
        was written under a clock that had been put back is as late as what it followed. From
        the present on, the state is the present one. Recall counts are today's.

        Args:
            at: Seconds UTC; ages and expiry are those of that time, too.
            words: Whether words are going to be searched: whole documents are ranked only
                by an index, which costs some time to build.

        Raises:
            InvalidValue: If the log has been compacted beyond that time.
        """
        from featherchat.store.past import copy_as_of, not_changeable

        copy = copy_as_of(self._database, None if at >= self._clock.now() else at)
        past = SqliteStore(copy, None, FixedClock(at))
        if words:
            past.flush()
        copy.freeze(not_changeable())
        return past

    def counts(self, namespace: str) -> Counts:
        """How many memories are in use, by kind; a superseded one still leads to its successor."""
        return self._table.counts(namespace, self._vectors.pending_count)

    def match_words(self, text: str, k: int, where: Filter, *, alone: bool = False) -> WordHits:
        """The best ``k`` by BM25; ``alone`` without coverage, documents and what is named."""
        return self._searching.match_words(text, k, where, self._clock.now(), alone=alone)

    def rank(
        self,
        vector: "Vector",
        k: int,
        where: Filter,
        policy: DecayPolicy,
        pinned: frozenset[str] = frozenset(),
        *,
        exact: bool = True,
    ) -> Ranked:
        """The true best ``k`` by the adaptive score; those with equal scores by id.

        Args:
            vector: The question's, of any length above 0.
            k: How many.
            where: What is asked.
            policy: Half-lives and the weight of time.
            pinned: Ids of memories that do not age for this question.
            exact: If False, estimates from one bit a coordinate may shorten the scan of many
                memories; fewer than one in a thousand of the best is lost.
        """
        now, space = self._clock.now(), self._vectors.space
        top = self._searching.best(
            vector, k, where, policy, now, space, sorted(pinned), exact=exact
        )
        memories = self._table.by_seq(list(top.cosines))
        found = scored(memories, top, Moment(policy, now, pinned))
        return Ranked(tuple(found[:k]), top.scanned, top.reranked)

    def nearest(self, vector: "Vector", k: int, where: Filter) -> dict[str, float]:
        """Cosine of about the ``k`` nearest, best first; quick where there are many."""
        now, space = self._clock.now(), self._vectors.space
        return self._searching.nearest(vector, k, where, now, space)

    def optimize(self) -> None:
        """Bring every derived index up to date, the graph of neighbors included, and keep it."""
        self._searching.complete(self._vectors.space)

    def match_vector(self, vector: "Vector", k: int, where: Filter) -> dict[str, float]:
        """The ``k`` with the highest cosine that a filter admits."""
        space = self._vectors.space
        return self._searching.match_vector(vector, k, where, self._clock.now(), space)

    def outlines(self, ids: Sequence[str], where: Filter) -> dict[str, Outline]:
        """Memories of a filter's namespace without their words, and whether it admits each."""
        return self._table.outlines(ids, where, self._clock.now())

    def vectors_of(self, ids: Sequence[str]) -> "dict[str, Vector]":
        """The vectors of some memories; those that have none are absent."""
        return self._vectors.arrays_of(ids)

    def prepare(self) -> None:
        """Load the indexes that a question by meaning needs, while the model embeds it."""
        self._searching.prepare(self._vectors.space)

    # Vectors

    def put_vectors(self, memories: Sequence[Memory], matrix: "Matrix", space: str) -> None:
        """Keep vectors, unless a memory's text has changed since it was embedded.

        Raises:
            EmbedderMismatch: If another process has embedded the store with another embedder.
        """
        self._vectors.put(memories, matrix, space)

    # Documents

    def documents(self) -> dict[str, Document]:
        """What was learnt from documents, by path."""
        return self._documents.all()

    def put_document(
        self,
        document: Document,
        memories: Sequence[Memory],
        edges: Sequence[Edge],
        retired: Sequence[str],
        cause: Cause,
    ) -> Written:
        """Store what a document says now, and retire what only it said before.

        A piece that another memory already says leads to that memory.
        """
        with self._database.transaction():
            self._log.begin(cause)
            return self._learning.put(document, memories, edges, retired, cause.at)

    def drop_document(self, path: str, cause: Cause) -> list[Memory]:
        """Retire what only this document said, and forget that it was read."""
        with self._database.transaction():
            self._log.begin(cause)
            return self._learning.drop(path, cause.at)
