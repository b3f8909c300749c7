"""One row for what is said twice. Called inside a transaction, so other processes are seen."""

from dataclasses import replace

from featherchat.memory import LIVING, Memory, Status
from featherchat.store.log import EventLog, edge_key
from featherchat.store.provenance import said_again
from featherchat.store.rows import edge_to_json, memory_to_json
from featherchat.store.table import MemoryTable


class Twins:
    """Finds the living memory that says the same, and lets it take up the other."""

    def __init__(self, log: EventLog, table: MemoryTable) -> None:
        self._log = log
        self._table = table

    def absorb(self, memory: Memory, before: Memory | None) -> str | None:
        """The id of the memory that says the same and now keeps its sources, too, if there is one.

        Args:
            memory: What is about to be stored.
            before: What its row says so far. If it comes to say what another says, its row is
                retired, and its edges lead to and from the other.
        """
        if before is not None and (memory.status not in LIVING or _said(memory) == _said(before)):
            return None
        twin = self._table.alike(memory)
        if twin is None:
            return None
        known = self._table.get([twin])[twin]
        self._put(said_again(known, memory), known)
        if before is not None:
            self._put(replace(before, status=Status.RETIRED), before)
            self._move_edges(before.id, twin)
        return twin

    def _put(self, memory: Memory, before: Memory) -> None:
        if memory != before:
            self._log.record("memory", before.id, memory_to_json(before))
            self._table.put(memory, known=True)

    def _move_edges(self, old: str, new: str) -> None:
        for edge in self._table.edges_of([old]):
            self._log.record("edge", edge_key(edge), edge_to_json(edge))
            self._table.delete_edge(edge.key)
            ends = [new if end == old else end for end in (edge.source_id, edge.target_id)]
            moved = replace(edge, source_id=ends[0], target_id=ends[1])
            if ends[0] != ends[1] and self._table.edge(moved.key) is None:
                self._log.record("edge", edge_key(moved), None)
                self._table.put_edge(moved)


def _said(memory: Memory) -> tuple[object, ...]:
    lives = memory.status in LIVING
    return (memory.text, memory.kind, memory.namespace, memory.developer, lives)
