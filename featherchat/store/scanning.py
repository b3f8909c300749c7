"""Ranking by meaning over every vector that a filter admits."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from featherchat.clock import Clock
from featherchat.memory import Memory
from featherchat.ranking import DecayPolicy, parts_of
from featherchat.recollection import Filter, Recollection, ScoreParts
from featherchat.store.base import Ranked
from featherchat.store.database import Database
from featherchat.store.table import MemoryTable

if TYPE_CHECKING:
    from featherchat.store.base import Vector


class Scanning:
    """The true order of everything that is admitted, in float64."""

    _database: Database
    _table: MemoryTable
    _clock: Clock

    def rank(
        self,
        vector: "Vector",
        k: int,
        where: Filter,
        policy: DecayPolicy,
        *,
        pinned: frozenset[str] = frozenset(),
        exact: bool = True,
    ) -> Ranked:
        """The true top ``k`` under the adaptive score, ties by id."""
        now = self._clock.now()
        memories = {memory.id: memory for memory in self._table.find(where, None, now)}
        found = []
        for memory_id, cosine in self.cosines(vector, list(memories)).items():
            memory = memories[memory_id]
            held = replace(memory, pinned=True) if memory_id in pinned else memory
            parts = parts_of(held, ScoreParts(cosine, meaning=cosine, cosine=cosine), now, policy)
            found.append(Recollection(memory, parts.score, parts))
        found.sort(key=lambda each: (-each.score, each.memory.id))
        return Ranked(tuple(found[:k]), True, len(found), 0)

    def nearest(self, vector: "Vector", k: int, where: Filter) -> Ranked:
        """The ``k`` with the highest cosine; their score is the cosine."""
        memories = {m.id: m for m in self._table.find(where, None, self._clock.now())}
        cosines = self.cosines(vector, list(memories))
        best = sorted(cosines, key=lambda memory_id: (-cosines[memory_id], memory_id))[:k]
        found = tuple(self._near(memories[key], cosines[key]) for key in best)
        return Ranked(found, False, len(cosines), 0)

    def vectors_of(self, ids: Sequence[str]) -> "dict[str, Vector]":
        """The vectors of some memories, those that have one."""
        import numpy as np

        marks = ", ".join("?" * len(ids))
        rows = self._database.rows(
            f"SELECT id, vector FROM vectors JOIN memories USING (seq) WHERE id IN ({marks})", ids
        )
        return {row[0]: np.frombuffer(row[1], dtype="<f2").astype(np.float32) for row in rows}

    def cosines(self, vector: "Vector", ids: Sequence[str]) -> Mapping[str, float]:
        """The cosine of each memory that has a vector."""
        import numpy as np

        found: dict[str, float] = {}
        for start in range(0, len(ids), 500):
            chunk = ids[start : start + 500]
            marks = ", ".join("?" * len(chunk))
            for memory_id, blob in self._database.rows(
                f"SELECT id, vector FROM vectors JOIN memories USING (seq) WHERE id IN ({marks})",
                chunk,
            ):
                stored = np.frombuffer(blob, dtype="<f2").astype(np.float64)
                found[memory_id] = float(np.dot(stored, vector.astype(np.float64)))
        return found

    def _near(self, memory: Memory, cosine: float) -> Recollection:
        return Recollection(memory, cosine, ScoreParts(cosine, cosine=cosine, score=cosine))
