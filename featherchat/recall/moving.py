"""Preferences that a project's store still holds move to their developer's own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from featherchat.clock import Clock
from featherchat.errors import StoreError
from featherchat.memory import LIVING, Author, Layer, Memory, Status
from featherchat.recall.memories import Memories
from featherchat.recall.own import OwnMemories
from featherchat.recall.viewing import SCOPE, Viewer
from featherchat.recollection import Filter
from featherchat.store.base import Cause
from featherchat.store.sqlite import SqliteStore

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, which a search by words need not pay.
    from featherchat.store.base import Matrix


_ALL_BUT_RETIRED = (*LIVING, Status.SUPERSEDED)


async def move_private(here: Memories, side: OwnMemories, viewer: Viewer, clock: Clock) -> int:
    """Move what a project's store still holds of a developer to their own; how many moved.

    One change on each side, that an undo takes back on both.
    """
    where = Filter(layers=(Layer.DEVELOPER,), statuses=_ALL_BUT_RETIRED)
    # Asked past the wall that its heir has: the store's own rows are meant.
    left = [each for each in await Memories.find(here, where) if viewer.owns(each)]
    if not left:
        return 0
    words = "moved preferences to their developer's own store"
    why = Cause(clock.new_id(), clock.now(), Author.USER, words)
    private = await here.ask(lambda store: private_in(store, left))
    try:
        own = await side.required()
        moved = await own.ask(lambda store: take_in(store, private, viewer, why))
    except StoreError:
        # They stay where they are, and are recalled from there.
        return 0
    # Afterwards: what a kill leaves in both is let go of at the next start.
    await here.ask(lambda store: let_go(store, private, why))
    return moved


@dataclass(frozen=True, slots=True)
class Private:
    """What a project's store holds of a developer, with its vectors."""

    memories: tuple[Memory, ...]
    matrix: "Matrix | None"
    """float32, shape (len(memories), dimensions); None if one of them has no vector."""

    space: str


def private_in(store: SqliteStore, memories: Sequence[Memory]) -> Private:
    """Some memories with their vectors, so that nothing is embedded for a move."""
    vectors = store.vectors_of([each.id for each in memories])
    if len(vectors) < len(memories):
        return Private(tuple(memories), None, "")
    import numpy as np

    matrix = np.stack([vectors[each.id] for each in memories])
    return Private(tuple(memories), matrix, store.settings.get("embedder") or "")


def take_in(store: SqliteStore, private: Private, viewer: Viewer, cause: Cause) -> int:
    """Store what was found elsewhere; how many of them were not known yet.

    They hold in the project that they come from, and nowhere else.
    """
    known = store.get([each.id for each in private.memories])
    fresh = [number for number, each in enumerate(private.memories) if each.id not in known]
    if not fresh:
        return 0
    scoped = [
        replace(each, attributes={SCOPE: viewer.project, **each.attributes})
        for each in (private.memories[number] for number in fresh)
    ]
    space = store.settings.get("embedder")
    if private.matrix is None or space not in (None, private.space):
        store.put(scoped, cause)
    else:
        store.put(scoped, cause, (), private.matrix[fresh], private.space)
    return len(fresh)


def let_go(store: SqliteStore, private: Private, cause: Cause) -> None:
    """Retire in the project's store what lies in the developer's own now."""
    store.put([replace(each, status=Status.RETIRED) for each in private.memories], cause)
