"""Opens a project's memories and the developer's own, and says what a person should know."""

from featherchat.clock import Clock
from featherchat.embedders.base import Embedder
from featherchat.recall.layered import LayeredMemories
from featherchat.recall.own import StorePlace
from featherchat.recall.viewing import Viewer
from featherchat.store.sqlite import SqliteStore

_TOLD_REMOTE = "told remote"


async def open_memories(
    shared: StorePlace, own: StorePlace, viewer: Viewer, clock: Clock, embedder: Embedder | None
) -> tuple[LayeredMemories, tuple[str, ...]]:
    """Open both stores, and say what of it is worth a notice.

    Args:
        shared: Where the project's store lies; it is made if there is none.
        own: Where the developer's lies; it may not be there yet.
        viewer: Who they are.
        clock: For ids and times.
        embedder: What turns text into vectors; None for words alone.

    Raises:
        StoreError: If the project's store cannot be used. The other costs a notice.
    """
    memories = await LayeredMemories.open(
        shared.path, shared.cache, clock, embedder, shared.busy_timeout
    )
    try:
        # A store that was named to be looked at, or mended, is not opened twice.
        moved = await memories.join(None if shared.path == own.path else own, viewer)
        notices = (await memories.ask(_store_notice), _own_notice(memories, own, moved))
    except BaseException:
        await memories.close()
        raise
    return memories, tuple(notice for notice in notices if notice)


def _store_notice(store: SqliteStore) -> str:
    """What a person should know of the store: that it cannot be written, or lies elsewhere."""
    reason, remote = store.database.read_only, store.database.remote
    if reason is not None:
        return f"{reason} {reason.hint} What is said now is not stored."
    # Once is enough for each store.
    if not remote or store.settings.get(_TOLD_REMOTE) == remote:
        return ""
    store.settings.put(_TOLD_REMOTE, remote)
    return (
        f"{store.path} lies on a network file system ({remote}):"
        " one process can use it at a time, and writing is slower."
    )


def _own_notice(memories: LayeredMemories, own: StorePlace, moved: int) -> str:
    trouble = memories.trouble
    if trouble is not None:
        lost = "not stored" if memories.own is not None else "left out"
        return f"{trouble} {trouble.hint} Preferences are {lost} until then."
    if not moved:
        return ""
    what = f"{moved:,} preferences" if moved > 1 else "1 preference"
    return f"Moved {what} of yours from the project's store to {own.path}: nobody else sees them."
