"""Storing, replacing and linking memories, one by one or a hundred thousand at once.

What has to be looked up is asked once for a whole batch, and new rows go in as one
statement. Called inside a transaction; everything is logged before it is done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from featherchat.errors import NothingFound
from featherchat.memory import LIVING, Edge, Memory, Status
from featherchat.store.base import Written
from featherchat.store.forgetting import Forgetting, is_buried
from featherchat.store.halves import StoredVector
from featherchat.store.log import EventLog, edge_key
from featherchat.store.provenance import said_again
from featherchat.store.rows import edge_to_json, fingerprint, memory_to_json, reinforced_like
from featherchat.store.table import MemoryTable, Sameness, sameness_of
from featherchat.store.vector_table import VectorTable


@dataclass(frozen=True, slots=True)
class _Change:
    memory: Memory
    before: Memory
    is_asked: bool
    """False for what only follows: another memory says the same."""


@dataclass(slots=True)
class _Plan:
    """What a batch comes to, before any of it is written."""

    current: dict[str, Memory]
    """Every memory that takes part, as it is at this point of the batch."""

    new: dict[str, Memory] = field(default_factory=dict)
    changes: list[_Change] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)
    """Ids whose edges go to another id from now on."""

    duplicates: dict[str, str] = field(default_factory=dict)
    buried: list[str] = field(default_factory=list)

    def put(self, memory: Memory, *, is_asked: bool = True) -> None:
        """Let a memory be what it is given as from here on."""
        before = self.current.get(memory.id)
        if before is None or memory.id in self.new:
            self.new[memory.id] = memory
        else:
            self.changes.append(_Change(memory, before, is_asked))
        self.current[memory.id] = memory

    def merge(self, memory: Memory, twin: str) -> None:
        """Let one memory take up another that says, or comes to say, the same."""
        self.duplicates[memory.id] = twin
        self.put(said_again(self.current[twin], memory), is_asked=False)
        if memory.id in self.current:
            retired = replace(self.current[memory.id], status=Status.RETIRED)
            self.put(retired, is_asked=False)
            self.moved.append((memory.id, twin))


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
        known: Mapping[str, Memory] | None = None,
    ) -> Written:
        """Store, replace and link.

        Args:
            memories: New ones, and ones whose id is known.
            edges: Both ends are known or among the memories.
            vectors: By memory id; those of memories that are not stored are left out.
            known: Those of the memories that are stored; None: they are looked up.
        """
        if known is None:
            known = self._table.get([memory.id for memory in memories])
        plan = self._planned(memories, known)
        self._log.record_all("memory", [(memory_id, None) for memory_id in plan.new])
        seqs = self._table.insert(list(plan.new.values()))
        stored = [each for each in plan.new.values() if each.id not in plan.duplicates]
        self._vectors.insert({seqs[e.id]: vectors[e.id] for e in stored if e.id in vectors})
        held = self._vectors.of([change.memory.id for change in plan.changes])
        for change in plan.changes:
            memory_id = change.memory.id
            given = vectors.get(memory_id) if change.is_asked else None
            done = self._replace(change.memory, change.before, held.get(memory_id), given)
            if done and change.is_asked:
                stored.append(change.memory)
        for old, new in plan.moved:
            self._move_edges(old, new)
        self._link([_redirected(edge, plan.duplicates) for edge in edges], set(plan.buried))
        return Written(tuple(stored), plan.duplicates, tuple(plan.buried))

    def replace(self, memory: Memory, before: Memory) -> bool:
        """Put a memory in the place of what it was; whether that changes anything."""
        return self._replace(memory, before, self._vectors.of([memory.id]).get(memory.id), None)

    def _planned(self, memories: Sequence[Memory], known: Mapping[str, Memory]) -> _Plan:
        plan = _Plan(dict(known))
        stones = self._forgetting.stones()
        alike = self._alike(memories, plan)
        for memory in memories:
            before = plan.current.get(memory.id)
            if before is None and is_buried(memory, stones):
                plan.buried.append(memory.id)
                continue
            changed = memory if before is None else reinforced_like(memory, before)
            twin = alike.claim(changed, before)
            if twin is not None:
                plan.merge(changed, twin)
            else:
                plan.put(changed)
                plan.duplicates.pop(memory.id, None)
        return plan

    def _alike(self, memories: Sequence[Memory], plan: _Plan) -> "_Alike":
        """Which living memories may say what the batch says; they take part from now on."""
        reworded = [
            memory
            for memory in memories
            if memory.text and not _says_what_it_said(memory, plan.current.get(memory.id))
        ]
        found = self._table.living_like(list({fingerprint(each.text): None for each in reworded}))
        others = [memory_id for memory_id, _ in found if memory_id not in plan.current]
        plan.current.update(self._table.get(others))
        return _Alike(found)

    def unlink(self, edges: Sequence[Edge]) -> None:
        """Take edges away, as they are stored."""
        self._log.record_all("edge", [(edge_key(edge), edge_to_json(edge)) for edge in edges])
        for edge in edges:
            self._table.delete_edge(edge.key)

    def _move_edges(self, old: str, new: str) -> None:
        edges = self._table.edges_of([old])
        self.unlink(edges)
        moved = [_redirected(edge, {old: new}) for edge in edges]
        self._link([edge for edge in moved if self._table.edge(edge.key) is None], set())

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

    def claim(self, memory: Memory, before: Memory | None) -> str | None:
        """The id of the oldest that says the same; if none does, this one is it from now on.

        What goes out of use, or says what it said, claims nothing.
        """
        if not memory.text or _says_what_it_said(memory, before):
            # Two vectors without a text are two memories.
            return None
        if before is not None:
            self.leave(before)
            if memory.status not in LIVING:
                return None
        ids = self._living.setdefault(sameness_of(memory), [])
        if not ids and memory.status in LIVING:
            ids.append(memory.id)
            return None
        return ids[0] if ids else None

    def leave(self, memory: Memory) -> None:
        """A memory no longer says what it says."""
        ids = self._living.get(sameness_of(memory), [])
        if memory.id in ids:
            ids.remove(memory.id)


def _says_what_it_said(memory: Memory, before: Memory | None) -> bool:
    if before is None:
        return False
    same = sameness_of(memory) == sameness_of(before)
    return same and (memory.status in LIVING) == (before.status in LIVING)


def _redirected(edge: Edge, duplicates: Mapping[str, str]) -> Edge:
    return replace(
        edge,
        source_id=duplicates.get(edge.source_id, edge.source_id),
        target_id=duplicates.get(edge.target_id, edge.target_id),
    )
