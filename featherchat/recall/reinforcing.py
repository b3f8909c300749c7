"""Recall counts: they wait a moment in memory and are written in one batch.

A crash may lose what waits, and nothing else.
"""

import asyncio
from collections.abc import Sequence

from featherchat.clock import Clock
from featherchat.errors import StoreError
from featherchat.store.sqlite import SqliteStore
from featherchat.store.thread import StoreThread

REINFORCE_DELAY = 2.0
"""Seconds that recall counts may wait."""


class RecallCounts:
    """How often memories were recalled since the last batch."""

    def __init__(self, store: SqliteStore, thread: StoreThread, clock: Clock) -> None:
        self._store = store
        self._thread = thread
        self._clock = clock
        self._counts: dict[str, int] = {}
        self._writing: asyncio.Task[None] | None = None

    def add(self, ids: Sequence[str]) -> None:
        """Count a recall of each; written within 2 seconds."""
        self._keep({memory_id: ids.count(memory_id) for memory_id in ids})
        if self._counts and self._writing is None:
            self._writing = asyncio.create_task(self._write_later())

    async def flush(self) -> None:
        """Write what waits."""
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
        counts, self._counts = self._counts, {}
        if not counts:
            return
        try:
            await self._thread.run(self._store.reinforce, counts, self._clock.now())
        except StoreError:
            # A count is not worth a failed turn: it waits for the next batch.
            self._keep(counts)

    def _keep(self, counts: dict[str, int]) -> None:
        for memory_id, times in counts.items():
            self._counts[memory_id] = self._counts.get(memory_id, 0) + times

    async def _write_later(self) -> None:
        await asyncio.sleep(REINFORCE_DELAY)
        self._writing = None
        await self.flush()
