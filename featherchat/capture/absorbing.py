"""Storing the changes of commits: each once, and with what was saved and said on the way to it.

Everything is looked up and written in one transaction, so that of two processes that record
one commit, only one makes a memory of it, and a save is taken over exactly once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from featherchat.capture.uncommitted import with_what_people_did
from featherchat.memory import Attribute, Edge, Memory, RelationType, Status
from featherchat.store.base import Cause, Written
from featherchat.store.commits import NOTE_FOR, known_changes, open_saves, waiting_notes
from featherchat.store.sqlite import SqliteStore

NOTE = "note"
"""The origin of the edge from a reason to the change that it was given for."""


@dataclass(frozen=True, slots=True)
class NewChange:
    """A change that a commit brings."""

    memory: Memory
    patch: str
    blobs: Mapping[str, str]
    """git's hash of each file afterwards, by its path."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What was made of some changes."""

    written: Written
    known_as: Mapping[str, str]
    """By the id that a change was given, the id of its memory, where that is another one."""

    new: tuple[str, ...]
    """The ids of the changes that were not in memory."""

    links: int
    """How many links with decisions there are among them."""

    revision: int
    """The store's, afterwards."""


def put_changes(
    store: SqliteStore,
    changes: Sequence[NewChange],
    edges: Sequence[Edge],
    cause: Cause,
    seen: int,
) -> Stored:
    """Store the changes of commits, and let them take over what was saved.

    Args:
        store: On its thread.
        changes: None of them was known when the store had the revision ``seen``.
        edges: Links with decisions.
        cause: The run.
        seen: Since then, another process may have recorded them, too.
    """
    with store.database.transaction():
        known_as: dict[str, str] = {}
        if store.database.revision != seen:
            patches = {each.patch: each.id for each in known_changes(store.database)}
            known_as = {
                each.memory.id: patches[each.patch] for each in changes if each.patch in patches
            }
        new = [each for each in changes if each.memory.id not in known_as]
        taking = _Taking(store, cause.at)
        memories = [taking.taken(each) for each in new]
        known_as |= taking.known_as
        told = [_redirected(edge, known_as) for edge in edges]
        moved = {each.id: each for each in (*memories, *taking.closed.values())}
        written = store.put(list(moved.values()), cause, [*told, *taking.edges])
        duplicates = {known_as.get(old, old): twin for old, twin in written.duplicates.items()}
        made = tuple(each.id for each in memories if each.id not in duplicates)
    return Stored(written, known_as, made, len(edges), store.database.revision)


class _Taking:
    """Lets changes take over the saves and the reasons that waited for them."""

    def __init__(self, store: SqliteStore, at: float) -> None:
        self._store = store
        self._at = at
        self._saves = list(store.get(open_saves(store.database)).values())
        self._notes = list(store.get(waiting_notes(store.database)).values())
        self.known_as: dict[str, str] = {}
        self.closed: dict[str, Memory] = {}
        """Saves and reasons that wait no longer, or for less."""

        self.edges: list[Edge] = []

    def taken(self, change: NewChange) -> Memory:
        """The change, in the place of what was saved for it."""
        saves = [each for each in self._saves if _is_of(each, change)]
        memory = change.memory
        if saves:
            first, *others = saves
            memory = _in_place_of(first, memory)
            self.known_as[change.memory.id] = first.id
            for other in others:
                self.closed[other.id] = replace(other, status=Status.RETIRED)
                moved = {other.id: first.id}
                self.edges += [_redirected(e, moved) for e in self._store.edges_of([other.id])]
            self._saves = [each for each in self._saves if each not in saves]
        self._notes = [self._linked(note, change, memory, bool(saves)) for note in self._notes]
        return memory

    def _linked(self, note: Memory, change: NewChange, memory: Memory, is_ours: bool) -> Memory:
        """The reason, linked with a change if it was given for it."""
        waits = _waits_for(note)
        met = [path for path in waits if _is_met(path, change.blobs)]
        if not met or not (is_ours or _is_of(note, change)):
            return note
        self.edges.append(_reason_edge(note, memory.id, met, self._at))
        left = [path for path in waits if path not in met]
        attributes: dict[str, Attribute] = {**note.attributes, NOTE_FOR: "\n".join(left)}
        if not left:
            del attributes[NOTE_FOR]
        closed = replace(note, attributes=attributes)
        self.closed[note.id] = closed
        return closed


def linked_reasons(note: Memory, saves: Iterable[Memory], at: float) -> list[Edge]:
    """The links of a reason that waits for a commit with the tasks that it was given for."""
    waits = _waits_for(note)
    edges = []
    for save in saves:
        paths = {each.path for each in save.anchors}
        met = [path for path in waits if _is_met(path, paths)]
        if met:
            edges.append(_reason_edge(note, save.id, met, at))
    return edges


def _waits_for(note: Memory) -> list[str]:
    return str(note.attributes.get(NOTE_FOR, "")).split("\n")


def _reason_edge(note: Memory, change_id: str, paths: Sequence[str], at: float) -> Edge:
    words = f"given for {', '.join(paths)}"
    leads = RelationType.LEADS_TO
    return Edge(note.id, change_id, leads, 1.0, NOTE, 1.0, words, created_at=at)


def _is_of(earlier: Memory, change: NewChange) -> bool:
    """Whether a commit is of what was saved, or of what a reason was given for.

    That is told by a file that is the same to the letter, or by the author and the time.
    """
    there = {each.path: each.blob for each in earlier.anchors if each.symbol is None}
    if any(blob and blob == change.blobs.get(path) for path, blob in there.items()):
        return True
    memory = change.memory
    # A commit's time is of whole seconds.
    by_them = memory.developer == earlier.developer and memory.created_at >= int(earlier.created_at)
    return by_them and any(_is_met(path, change.blobs) for path in there)


def _in_place_of(save: Memory, change: Memory) -> Memory:
    taken = with_what_people_did(save, change)
    return replace(taken, id=save.id, pinned=save.pinned, confidence=save.confidence)


def _is_met(path: str, touched: Collection[str]) -> bool:
    """Whether a file is touched, or a folder has one that is."""
    return path in touched or any(each.startswith(f"{path}/") for each in touched)


def _redirected(edge: Edge, ids: Mapping[str, str]) -> Edge:
    return replace(
        edge,
        source_id=ids.get(edge.source_id, edge.source_id),
        target_id=ids.get(edge.target_id, edge.target_id),
    )
