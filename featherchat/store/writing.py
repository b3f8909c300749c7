"""Storing, replacing and linking memories, one by one or a hundred thousand at once.

What has to be looked up is asked once for a whole batch, and new rows go in as one
statement. Called inside a transaction; everything is logged before it is done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from featherchat.errors import NothingFound
from featherchat.memory import Edge, Memory, Status
from featherchat.store.base import Written
from featherchat.store.forgetting import Forgetting, is_buried
from featherchat.store.halves import StoredVector
from featherchat.store.log import EventLog, edge_key
from featherchat.store.rows import edge_to_json, fingerprint, memory_to_json, reinforced_like
from featherchat.store.table import MemoryTable, Sameness, sameness_of
from featherchat.store.vector_table import VectorTable

_LIVING = (Status.ACTIVE, Status.CANDIDATE)


@dataclass(slots=True)
class _Plan:
    """What a batch comes to, before any of it is written."""

    new: list[Memory] = field(default_factory=list)
    known: list[tuple[Memory, Memory]] = field(default_factory=list)
    """Memories that are there already: as they are to be, and as they are."""

    duplicates: dict[str, str] = field(default_factory=dict)
    buried: list[str] = field(default_factory=list)


class Writing:
    """The rows, vectors and edges of a change."""

    def __init__(
        self, log: EventLog, table: MemoryTable, vectors: VectorTable, forgetting: Forgetting
    ) -> None:
        self._log = log
        self._table = table
        self._vectors = vectors
        self._forgetting = forgetting

    def put(
        self,
        memories: Sequence[Memory],
        edges: Sequence[Edge],
        vectors: Mapping[str, StoredVector],
    ) -> Written:
        """Store, replace and link.

        Args:
            memories: New ones, and ones whose id is known.
            edges: Both ends are known or among the memories.
            vectors: By memory id; those of memories that are not stored are left out.
        """
        plan = self._planned(memories)
        self._log.record_all("memory", [(memory.id, None) for memory in plan.new])
        self._table.insert(plan.new)
        self._vectors.write(
            {memory.id: vectors[memory.id] for memory in plan.new if memory.id in vectors}
        )
        stored = list(plan.new)
        held = self._vectors.of([memory.id for memory, _ in plan.known])
        for memory, before in plan.known:
            if self._replace(memory, before, held.get(memory.id), vectors.get(memory.id)):
                stored.append(memory)
        self._link([_redirected(edge, plan.duplicates) for edge in edges], set(plan.buried))
        return Written(tuple(stored), plan.duplicates, tuple(plan.buried))

    def replace(self, memory: Memory, before: Memory) -> bool:
        """Put a memory in the place of what it was; whether that changes anything."""
        return self._replace(memory, before, self._vectors.of([memory.id]).get(memory.id), None)

    def _planned(self, memories: Sequence[Memory]) -> _Plan:
        plan = _Plan()
        known = self._table.get([memory.id for memory in memories])
        stones = self._forgetting.stones()
        alike = self._alike([memory for memory in memories if memory.id not in known])
        for memory in memories:
            before = known.get(memory.id)
            if before is not None:
                changed = reinforced_like(memory, before)
                plan.known.append((changed, before))
                alike.move(changed, before)
                known[memory.id] = changed
            elif is_buried(memory, stones):
                plan.buried.append(memory.id)
            elif (same := alike.claim(memory)) is not None:
                plan.duplicates[memory.id] = same
            else:
                plan.new.append(memory)
                known[memory.id] = memory
        return plan

    def _alike(self, memories: Sequence[Memory]) -> "_Alike":
        marks = list({fingerprint(memory.text): None for memory in memories if memory.text})
        return _Alike(self._table.living_like(marks))

    def _replace(
        self,
        memory: Memory,
        before: Memory,
        held: StoredVector | None,
        given: StoredVector | None,
    ) -> bool:
        reworded = (before.text, before.title) != (memory.text, memory.title)
        revectored = given is not None and given != held
        if reworded or revectored:
            # In front of the memory's own event: an undo goes backwards, and restores it last.
            self._log.record("vector", memory.id, None if held is None else held.to_json())
        if reworded and held is not None:
            self._vectors.remove(memory.id)
        if memory != before:
            self._log.record("memory", memory.id, memory_to_json(before))
            self._table.put(memory, known=True)
        if given is not None and (reworded or revectored):
            self._vectors.write({memory.id: given})
        return memory != before or revectored

    def _link(self, edges: Sequence[Edge], absent: set[str]) -> None:
        wanted = {
            edge.key: edge
            for edge in edges
            if edge.source_id != edge.target_id and not absent & {edge.source_id, edge.target_id}
        }
        self._check_ends(list(wanted.values()))
        changed = [
            (edge, before)
            for edge in wanted.values()
            if (before := self._table.edge(edge.key)) != edge
        ]
        self._log.record_all(
            "edge",
            [(edge_key(edge), None if old is None else edge_to_json(old)) for edge, old in changed],
        )
        self._table.put_edges([edge for edge, _ in changed])

    def _check_ends(self, edges: Sequence[Edge]) -> None:
        ends = list({end: None for edge in edges for end in (edge.source_id, edge.target_id)})
        known = self._table.known(ends)
        for end in ends:
            if end not in known:
                raise NothingFound(
                    f"There is no memory {end} to link.", hint="Store it first, then link it."
                )


class _Alike:
    """Which living memory says what a new one says, while a batch is planned."""

    def __init__(self, found: Sequence[tuple[str, Sameness]]) -> None:
        self._living: dict[Sameness, list[str]] = {}
        for memory_id, key in found:
            self._living.setdefault(key, []).append(memory_id)

    def claim(self, memory: Memory) -> str | None:
        """The id of the oldest that says the same; if none does, this one is it from now on."""
        if not memory.text:
            # Two vectors without a text are two memories.
            return None
        key = sameness_of(memory)
        ids = self._living.get(key)
        if not ids and memory.status in _LIVING:
            self._living[key] = [memory.id]
        return ids[0] if ids else None

    def move(self, memory: Memory, before: Memory) -> None:
        """Follow a memory that is replaced: it may say something else now, or be out of use."""
        if memory == before:
            return
        ids = self._living.get(sameness_of(before), [])
        if memory.id in ids:
            ids.remove(memory.id)
        if memory.text and memory.status in _LIVING:
            self._living.setdefault(sameness_of(memory), []).append(memory.id)


def _redirected(edge: Edge, duplicates: Mapping[str, str]) -> Edge:
    return replace(
        edge,
        source_id=duplicates.get(edge.source_id, edge.source_id),
        target_id=duplicates.get(edge.target_id, edge.target_id),
    )
