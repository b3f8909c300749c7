"""Rows put back to what the log kept of them, a batch at a time, and logged before they are.

However many there are, what has to be looked up is asked at once, and what is written goes in
as one statement a table. Called inside a transaction whose change has begun in the log.
"""

from collections.abc import Collection, Mapping, Sequence

from featherchat.errors import InvalidValue
from featherchat.memory import LIVING, Memory
from featherchat.store.halves import StoredVector
from featherchat.store.log import EventLog, edge_key, edge_named
from featherchat.store.rows import (
    edge_to_json,
    json_to_edge,
    json_to_memory,
    reinforced_like,
)
from featherchat.store.table import MemoryTable, sameness_of
from featherchat.store.vector_table import VectorTable


class Restoring:
    """Memories, their vectors and their edges as they were; what they were comes as JSON."""

    def __init__(self, log: EventLog, table: MemoryTable, vectors: VectorTable) -> None:
        self._log = log
        self._table = table
        self._vectors = vectors

    def remove(self, ids: Sequence[str]) -> dict[str, Memory]:
        """Remove memories and all that hangs on them; what they were, of those that there are."""
        rows = self._table.read(ids)
        found = {memory_id: rows[memory_id] for memory_id in ids if memory_id in rows}
        edges = self._table.edges_of(list(found))
        self._log.record_all("edge", [(edge_key(edge), edge_to_json(edge)) for edge in edges])
        # Also that one had none: a memory of this id may come again, and with one.
        held = self._vectors.of(list(found))
        self._log.record_all("vector", [(each, _image(held.get(each))) for each in found])
        said = [(memory_id, memory.to_json()) for memory_id, memory in found.items()]
        self._log.record_all("memory", said)
        self._table.delete_all(list(found))
        return {memory_id: memory.memory for memory_id, memory in found.items()}

    def restore(
        self,
        memories: Sequence[str],
        vectors: Mapping[str, str | None],
        to_come: Mapping[str, int],
    ) -> Sequence[Memory]:
        """Let memories be what they were, with today's recalls, and have the vectors they had.

        Args:
            memories: Each once; one that is gone comes again.
            vectors: By memory id; None: it had none. A reworded memory that is not among them
                loses the one that it has.
            to_come: By memory id, how often it is restored or removed later on: what it says
                until then is in nobody's way.

        Raises:
            InvalidValue: If one would say again what another says since.
        """
        states = [json_to_memory(image) for image in memories]
        rows = self._table.read([state.id for state in states])
        said = {memory_id: row.to_json() for memory_id, row in rows.items()}
        now = {memory_id: row.memory for memory_id, row in rows.items()}
        states = [
            reinforced_like(state, now[state.id]) if state.id in now else state for state in states
        ]
        self._check_nobody_says_it(states, now, to_come)
        new = [state for state in states if state.id not in now]
        known = [state for state in states if state.id in now]
        reworded = {state.id for state in known if _is_reworded(state, now[state.id])}
        # In front of the memories: an undo goes backwards, and restores them last.
        changed = self._changed_vectors(vectors, reworded, {state.id for state in new})
        self._log.record_all("memory", [(state.id, said.get(state.id)) for state in states])
        if new:
            self._table.insert(new)
        if known:
            self._table.replace_all(known)
        self._vectors.remove_all([each for each, vector in changed.items() if vector is None])
        self._vectors.write({each: vector for each, vector in changed.items() if vector})
        return states

    def relink(self, edges: Mapping[str, str | None]) -> None:
        """Let edges be what they were, by the log's keys; None: there was none.

        Where an end is gone the edge is gone with it, and stays so.
        """
        keys = {name: edge_named(name) for name in edges}
        now = self._table.edges(list(keys.values()))
        known = self._table.known(list({end: None for key in keys.values() for end in key[:2]}))
        befores = {
            name: None if image is None else json_to_edge(image) for name, image in edges.items()
        }
        changed = [
            name
            for name, before in befores.items()
            if before != now.get(keys[name]) and (not before or known.issuperset(keys[name][:2]))
        ]
        there = {key: edge_to_json(edge) for key, edge in now.items()}
        self._log.record_all("edge", [(name, there.get(keys[name])) for name in changed])
        self._table.put_edges([edge for name in changed if (edge := befores[name])])
        self._table.delete_edges([keys[name] for name in changed if not befores[name]])

    def _check_nobody_says_it(
        self, states: Sequence[Memory], now: Mapping[str, Memory], to_come: Mapping[str, int]
    ) -> None:
        keys = {
            state.id: sameness_of(state)
            for state in states
            if _is_living(state) and not to_come.get(state.id)
        }
        marks = list({key[0]: None for key in keys.values()})
        saying = {
            key: memory_id
            for memory_id, key in reversed(self._table.living_like(marks))
            if memory_id not in now and not to_come.get(memory_id)
        }
        for memory_id, key in keys.items():
            twin = saying.setdefault(key, memory_id)
            if twin != memory_id:
                raise InvalidValue(
                    f"{memory_id} would say again what {twin} says since.",
                    hint=f"Forget {twin} first, or leave both as they are.",
                )

    def _changed_vectors(
        self, wanted: Mapping[str, str | None], reworded: Collection[str], new: Collection[str]
    ) -> dict[str, StoredVector | None]:
        """Which vectors have to be written or removed; what is there now is logged.

        Args:
            wanted: What they were, by memory id.
            reworded: Memories that lose theirs, if it is not among them.
            new: Memories that come again in a moment.
        """
        space = self._vectors.space
        there = self._table.known(list(wanted))
        befores: dict[str, StoredVector | None] = dict.fromkeys(reworded)
        befores |= {
            memory_id: _of_space(image, space)
            for memory_id, image in wanted.items()
            if memory_id in there or memory_id in new
        }
        held = self._vectors.of([each for each in befores if each not in new])
        changed = {
            memory_id: before
            for memory_id, before in befores.items()
            if before != held.get(memory_id) or (memory_id in held and memory_id in reworded)
        }
        now = [(each, _image(held.get(each))) for each in changed if each not in new]
        self._log.record_all("vector", now)
        return changed


def _is_living(memory: Memory) -> bool:
    """Whether it keeps others from saying the same; two vectors without a text are two memories."""
    return bool(memory.text) and memory.status in LIVING


def _is_reworded(memory: Memory, other: Memory) -> bool:
    return (memory.text, memory.title) != (other.text, other.title)


def _image(vector: StoredVector | None) -> str | None:
    return None if vector is None else vector.to_json()


def _of_space(image: str | None, space: str) -> StoredVector | None:
    vector = None if image is None else StoredVector.from_json(image)
    # Where the embedder was changed since, the memory waits for the new one.
    return None if vector is None or vector.space != space else vector
