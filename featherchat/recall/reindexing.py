"""Embedding every memory anew, in steps that a kill may interrupt anywhere."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from featherchat.errors import EmbedderError
from featherchat.memory import Memory
from featherchat.store.reindexing import Standing
from featherchat.store.sqlite import SqliteStore
from featherchat.store.thread import StoreThread

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, which a search by words need not pay.
    from featherchat.store.base import Matrix

    Embed = Callable[[Sequence[Memory]], Awaitable[Matrix]]

_STEP = 4
"""Texts embedded at once: a kill costs no more than these, and a question waits 0.1 s at most."""

_AHEAD = 64
"""Memories looked up at once: which ones wait takes 30 ms to find out among 50,000."""


@dataclass(frozen=True, slots=True)
class Reindexed:
    """What a change of embedder has done."""

    space: str
    """The embedder whose vectors are in force now."""

    embedded: int
    """Memories that this run has embedded."""

    resumed: int = 0
    """Memories that an earlier run had embedded before it stopped."""


async def reindex(
    store: SqliteStore,
    thread: StoreThread,
    space: str,
    embed: "Embed",
    progress: Callable[[int, int], None],
) -> Reindexed:
    """Embed every living memory for a space, then put all its vectors in force at once.

    Args:
        store: Whose memories.
        thread: The store's own.
        space: The identity of the embedder.
        embed: Gives one vector a memory.
        progress: Told how many memories have their new vector, and how many there are.

    Raises:
        EmbedderError: If the embedder fails; what is done waits for the next run.
        StoreError: If another process began to embed for another space.
        InvalidValue: If a memory has no text to embed.
    """
    begun = await thread.run(store.reindexing.begin, space)
    embedded = 0
    # What is stored meanwhile is embedded, too, before the new vectors count.
    while not await thread.batch(store.reindexing.finish, space):
        waiting = await thread.batch(store.reindexing.pending, space, _AHEAD)
        for start in range(0, len(waiting), _STEP):
            step = waiting[start : start + _STEP]
            try:
                matrix = await embed(step)
            except EmbedderError as error:
                raise _stopped(error, begun, embedded) from error
            await thread.batch(store.reindexing.put, step, matrix, space)
            embedded += len(step)
            done = begun.done + embedded
            progress(done, max(begun.total, done))
    await thread.batch(store.flush)
    return Reindexed(space, embedded, begun.done)


def _stopped(error: EmbedderError, begun: Standing, embedded: int) -> EmbedderError:
    return EmbedderError(
        f"{error} {begun.done + embedded:,} of {begun.total:,} memories have their new vector;"
        " the old vectors stay in force.",
        hint=f"{error.hint.rstrip('.')}, then run featherchat reindex: it goes on from there.",
    )
