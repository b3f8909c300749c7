"""What an open project does once a day, beside what a person waits for."""

import asyncio
from collections.abc import Callable

from featherchat.clock import Clock
from featherchat.errors import StoreError
from featherchat.recall.layered import LayeredMemories
from featherchat.recall.memories import Memories
from featherchat.store.backups import back_up_daily
from featherchat.store.base import Cause
from featherchat.store.log import EXPIRY
from featherchat.store.unseen import UNSEEN_DAYS, retire_unseen


class Upkeep:
    """Backs the stores up and tidies the inbox, once."""

    def __init__(
        self,
        memories: LayeredMemories,
        clock: Clock,
        busy_timeout: float,
        tell: Callable[[str], None],
    ) -> None:
        self._memories = memories
        self._clock = clock
        self._busy_timeout = busy_timeout
        self._tell = tell
        self._running: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Begin; nobody waits for it until the project closes."""
        self._running = asyncio.create_task(self._keep_up())

    async def settled(self) -> None:
        """Returns when it is done, or was never begun."""
        if self._running is not None:
            await self._running

    async def _keep_up(self) -> None:
        await self._back_up()
        await self._retire_unseen()

    async def _back_up(self) -> None:
        """Make today's backups, on a thread and connections of its own: no question waits."""
        now = self._clock.now()
        for memories in self._written():
            try:
                await asyncio.to_thread(back_up_daily, memories.path, now, self._busy_timeout)
            except StoreError as error:
                self._tell(f"No backup was made. {error} {error.hint}")

    async def _retire_unseen(self) -> None:
        """Retire the candidates that nobody has looked at for a long time, and say so."""
        now = self._clock.now()
        why = Cause(self._clock.new_id(), now, EXPIRY, f"unseen for {UNSEEN_DAYS} days")
        for memories in self._written():
            try:
                retired = await memories.ask(lambda store: retire_unseen(store, why))
            except StoreError as error:
                self._tell(f"The inbox was not tidied. {error} {error.hint}")
                continue
            if retired:
                self._tell(
                    f"Retired {len(retired)} unconfirmed that nobody looked at for {UNSEEN_DAYS}"
                    f" days; featherchat undo {why.operation} brings them back."
                )

    def _written(self) -> list[Memories]:
        """The stores that may be written: the project's and the developer's own."""
        both = (self._memories, self._memories.own)
        return [each for each in both if each is not None and each.read_only is None]
