"""Preferences that a project's store still holds move to their developer's own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from featherchat.memory import LIVING, Memory, Status
from featherchat.recall.viewing import SCOPE, Viewer
from featherchat.store.base import Cause
from featherchat.store.sqlite import SqliteStore

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, which a search by words need not pay.
    from featherchat.store.base import Matrix


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
    store.put(
        [
            replace(each, status=Status.RETIRED)
            for each in private.memories
            if each.status in (*LIVING, Status.SUPERSEDED)
        ],
        cause,
    )
