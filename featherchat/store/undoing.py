"""Taking back what was done: the log read backwards, itself logged."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from featherchat.memory import Memory
from featherchat.store.base import Cause, Undone
from featherchat.store.database import Database
from featherchat.store.documents import DocumentTable
from featherchat.store.forgetting import Forgetting
from featherchat.store.log import FINAL, Event, EventLog
from featherchat.store.restoring import Restoring
from featherchat.store.standing import Standing, StandingChanges
from featherchat.store.table import MemoryTable
from featherchat.store.vector_table import VectorTable

_MOST = 5_000
"""Events that are taken back at once: the log keeps vectors, two kilobytes each."""


class Undoing:
    """Restores the rows that an operation changed. Called inside a transaction."""

    def __init__(
        self,
        database: Database,
        log: EventLog,
        table: MemoryTable,
        vectors: VectorTable,
        documents: DocumentTable,
        forgetting: Forgetting,
    ) -> None:
        self._changes = StandingChanges(database, log)
        self._log = log
        self._restoring = Restoring(log, table, vectors)
        self._documents = documents
        self._forgetting = forgetting

    def undo(self, cause: Cause, operation: str | None, spared: Collection[str] = ()) -> Undone:
        """Take back an operation or a turn; the last one that stands if none is named.

        Raises:
            NothingFound: If there is none.
            InvalidValue: If it cannot be taken back, and why.
        """
        return self._undo(cause, self._changes.of_operation(operation, spared))

    def undo_session(self, cause: Cause, session_id: str, spared: Collection[str] = ()) -> Undone:
        """Take back everything that a session changed and that still stands, as one change.

        Args:
            cause: Who takes it back.
            session_id: Whose changes.
            spared: Memories of others; what touched them stays.

        Raises:
            NothingFound: If there is nothing.
            InvalidValue: If something else was built on it since, and what.
        """
        return self._undo(cause, self._changes.of_session(session_id, spared))

    def make_final(self, operation: str) -> None:
        """Let nobody take an operation back: what it removed is gone."""
        self._changes.mark_undone([operation], FINAL)

    def _undo(self, cause: Cause, standing: Standing) -> Undone:
        events = self._changes.events_of(standing.operations)
        self._log.begin(cause, undoes=standing.name)
        removed: dict[str, Memory] = {}
        restored: dict[str, Memory] = {}
        to_come = Counter(event.key for event in events if event.subject == "memory")
        for run in _runs(events):
            to_come.subtract(event.key for event in run if event.subject == "memory")
            if _is_made(run[0]):
                gone = self._restoring.remove([event.key for event in run])
                removed |= gone
                for memory_id in gone:
                    restored.pop(memory_id, None)
            else:
                restored |= {memory.id: memory for memory in self._take_back(run, to_come)}
        self._changes.mark_undone(standing.operations, cause.operation)
        return Undone(
            standing.name,
            standing.reason,
            standing.at,
            tuple(removed.values()),
            tuple(restored.values()),
        )

    def _take_back(self, run: Sequence[Event], to_come: Mapping[str, int]) -> Sequence[Memory]:
        """Let all that a run of events changed be what it was; the memories among it."""
        was: dict[str, dict[str, str | None]] = {}
        for event in run:
            was.setdefault(event.subject, {})[event.key] = event.before
        if "edge" in was:
            self._restoring.relink(was["edge"])
        for path, before in was.get("document", {}).items():
            self._documents.restore(path, before)
        if "tombstone" in was:
            self._forgetting.restore(was["tombstone"])
        memories = [before for before in was.get("memory", {}).values() if before is not None]
        vectors = was.get("vector", {})
        if not memories and not vectors:
            return ()
        return self._restoring.restore(memories, vectors, to_come)


def _runs(events: Iterable[Event]) -> Iterator[Sequence[Event]]:
    """The events in their order, cut where what follows may depend on what was taken back.

    A run has made memories alone, edges alone, documents alone, or memories that were changed
    with vectors and stones. In no run is a thing twice, or a memory behind its own vector.
    """
    run: list[Event] = []
    seen: set[tuple[str, str]] = set()
    for event in events:
        thing = (event.subject, event.key)
        if run and (thing in seen or len(run) == _MOST or _sort(event) != _sort(run[0])):
            yield run
            run, seen = [], set()
        run.append(event)
        seen.add(thing)
        if event.subject == "vector":
            seen.add(("memory", event.key))
    if run:
        yield run


def _sort(event: Event) -> str:
    if _is_made(event):
        return "made"
    return event.subject if event.subject in ("edge", "document") else "changed"


def _is_made(event: Event) -> bool:
    """Whether a memory came into being."""
    return event.subject == "memory" and event.before is None
