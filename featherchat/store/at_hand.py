"""Memories that were read lately: compared with their hashes and decoded once, for many questions.

Exactly as current as the store: before they are handed out, what has changed since they were
read is dropped, by whatever process it was changed.
"""

from collections.abc import Mapping, Sequence
from itertools import islice

from featherchat.memory import Memory
from featherchat.store.database import Database
from featherchat.store.verified import Verified

MOST = 4_000
"""So many memories are kept, a kilobyte each: reading, verifying and decoding one takes 20 µs."""

_CHANGED = """
SELECT seq FROM memories WHERE touched > ?1 UNION ALL SELECT seq FROM gone WHERE revision > ?1
LIMIT ?2
"""


class AtHand:
    """Verified memories by row number, at one revision of the store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._revision = 0
        self._memories: dict[int, Verified] = {}
        self._seqs: dict[str, int] = {}

    def current(self) -> dict[int, Verified]:
        """What is known and still so; nothing while this process writes."""
        if self._database.is_writing:
            return {}
        revision = self._database.revision
        if revision != self._revision:
            self._catch_up(revision)
        return self._memories

    def as_of(self, revision: int) -> Mapping[int, Verified]:
        """What is known, if it is known to be so at a revision; else nothing."""
        if self._database.is_writing or revision != self._revision:
            return {}
        return self._memories

    def current_by_id(self, ids: Sequence[str]) -> dict[str, Memory]:
        """Those of some memories that are known and still so."""
        memories = self.current()
        if not memories:
            return {}
        return {each: memories[self._seqs[each]].memory for each in ids if each in self._seqs}

    def keep(self, memories: Mapping[int, Verified]) -> None:
        """Know some more, which were read after ``current`` was asked."""
        if self._database.is_writing:
            return
        if len(self._memories) > MOST:
            # A dict keeps the order: those that were read first go.
            self._drop(list(islice(self._memories, MOST // 2)))
        self._memories.update(memories)
        self._seqs.update((memory.id, seq) for seq, memory in memories.items())

    def _catch_up(self, revision: int) -> None:
        rows = self._database.rows(_CHANGED, (self._revision, MOST)) if self._memories else []
        if revision < self._revision or len(rows) == MOST:
            # The store was put back to an older copy, or nearly everything has changed.
            self._drop(list(self._memories))
        else:
            self._drop([row[0] for row in rows])
        self._revision = revision

    def _drop(self, seqs: Sequence[int]) -> None:
        for seq in seqs:
            memory = self._memories.get(seq)
            if memory is not None:
                # In this order, and what is known before its id is: an interruption between
                # the two leaves a memory without an id, never an id without its memory.
                self._seqs.pop(memory.id, None)
                self._memories.pop(seq, None)
