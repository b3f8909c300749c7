"""Keeping memory at what the repository is, for as long as somebody is there.

What the watcher sees becomes memories: commits by the recorder, saves by whatever gathers
them. Of several processes in one working tree, one keeps, and the others stand by.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from featherchat.capture.following import Follower
from featherchat.capture.recorder import Recorded, Step
from featherchat.code.lease import Lease
from featherchat.code.watching import CodeChange, Standing, Watcher
from featherchat.errors import FeatherchatError
from featherchat.messages import Learned

STAND_BY = 5.0
"""Seconds between two looks whether the process that keeps has ended."""


class Saves(Protocol):
    """What makes memories of saved files."""

    async def saved(self, paths: Sequence[str]) -> Learned | None:
        """What the working tree's state of some files means; None if nothing was written."""
        ...


@dataclass(frozen=True, slots=True)
class Noticed:
    """One change of the code, and what memory holds of it now."""

    change: CodeChange
    recorded: Recorded | None = None
    """What HEAD's move has brought; None if it has not moved, or that could not be read."""

    saved: Learned | None = None
    """What the saves have brought."""

    is_first: bool = False
    """Whether it is everything that had happened before anybody watched."""


class Keeper:
    """Keeps memory at one working tree."""

    def __init__(
        self,
        watcher: Watcher,
        lease: Lease,
        follower: Follower,
        saves: Saves | None,
        tell: Callable[[str], None],
    ) -> None:
        self._watcher = watcher
        self._lease = lease
        self._follower = follower
        self._saves = saves
        self._tell = tell
        self._keeping = False

    @property
    def standing(self) -> Standing | None:
        """How changes are noticed; None while another process keeps, or nobody does."""
        return self._watcher.standing if self._keeping else None

    @property
    def holder(self) -> int | None:
        """The process that keeps; None if none does."""
        return self._lease.holder()

    async def run(
        self,
        shown: Callable[[Noticed], None] = lambda noticed: None,
        step: Step = lambda done, total: None,
        stand_by: float = STAND_BY,
    ) -> None:
        """Keep until cancelled.

        Args:
            shown: Called after each change.
            step: Called while commits are read.
            stand_by: Seconds between two looks whether another process still keeps.
        """
        while not self._lease.take():
            await asyncio.sleep(stand_by)
        self._keeping = True
        try:
            first = True
            async with aclosing(self._watcher.changes()) as changes:
                async for change in changes:
                    noticed = await self._kept(change, step, is_first=first)
                    first = False
                    shown(noticed)
        finally:
            self._keeping = False
            self._lease.release()

    async def _kept(self, change: CodeChange, step: Step, *, is_first: bool) -> Noticed:
        recorded = await self._recorded(step) if change.head_moved else None
        saved = None
        if self._saves is not None and change.paths:
            try:
                saved = await self._saves.saved(change.paths)
            except FeatherchatError as error:
                self._tell(f"Saves were not recorded. {error} {error.hint}")
        return Noticed(change, recorded, saved, is_first)

    async def _recorded(self, step: Step) -> Recorded | None:
        # A run that began before HEAD moved may have missed it.
        await self._follower.settled()
        self._follower.begin(step)
        return await self._follower.settled()
