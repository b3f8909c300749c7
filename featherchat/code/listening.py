"""Where to look, and when: what was heard in a repository's folders, gathered until it is quiet.

Where the system cannot tell what happens, this says so, and says every few seconds that
everything must be looked at.
"""

import asyncio
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from featherchat.code.folders import git_folders, watched_folders
from featherchat.code.repository import Repository
from featherchat.code.waiting_paths import WaitingPaths
from featherchat.code.working_tree import WorkingTree

if TYPE_CHECKING:
    # watchdog is loaded when something is watched.
    from featherchat.code.folder_events import FolderEvents, Heard, OpenFolderEvents

_IGNORING = ".gitignore"


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient a watcher is, in seconds."""

    quiet: float = 0.3
    """After the last save of a file, before it is looked at."""

    batch: float = 2.0
    """The longest that what is ready waits for what is not."""

    heartbeat: float = 5.0
    """Between two looks whether anything is heard at all."""

    rescan: float = 120.0
    """Between two looks at everything, whatever was heard."""

    poll: float = 15.0
    """The same where nothing can be heard: 20,000 files cost 0.1 s of each."""

    slept: float = 30.0
    """How far the machine's clock runs ahead of its working time before it must have slept."""


class Mode(Enum):
    """How changes are noticed."""

    STARTING = "starting"
    EVENTS = "events"
    POLLING = "polling"
    WAITING = "waiting"
    """The project's folder is not there."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a watcher is doing."""

    mode: Mode = Mode.STARTING
    folders: int = 0
    """How many are watched."""

    notice: str = ""
    """Which limit was met and what to do; empty if none was."""


class Listening:
    """Hears of a repository's saves and of git's work; lives in one event loop."""

    def __init__(
        self,
        repository: Repository,
        tree: WorkingTree,
        pace: Pace,
        open_events: "OpenFolderEvents | None",
        polled: str,
    ) -> None:
        self._repository = repository
        self._tree = tree
        self._pace = pace
        self._open = open_events
        self._polled = polled
        self._events: FolderEvents | None = None
        self._git: frozenset[Path] = frozenset()
        self._inbox: deque[tuple[Heard, Path]] = deque()
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        self._looked_at = self._refreshed_at = time.monotonic()
        self.saves = WaitingPaths(pace.quiet, pace.batch)
        self.head = WaitingPaths(pace.quiet, pace.batch)
        """When git has worked: one path stands for all that is its own."""

        self._others = WaitingPaths(pace.quiet, pace.batch)

        self.everything = True
        """Whether only a look at everything tells what happened."""

        self.stale = True
        """Whether there may be other folders than those that are watched."""

        self.standing = Standing()

    async def refresh(self) -> None:
        """Watch the folders that there are now.

        Raises:
            RepositoryProblem: If git cannot list what it ignores.
        """
        self.stale = False
        self._refreshed_at = time.monotonic()
        await asyncio.to_thread(self._refresh)

    async def wait(self) -> None:
        """Return when there may be something to look at, at the latest at the next heartbeat."""
        now = time.monotonic()
        dues = (self.saves.due(), self.head.due(), self._others.due())
        times = [each for each in dues if each is not None]
        rest = 0.0 if self.everything else min([*times, now + self._pace.heartbeat]) - now
        await self._pause(max(rest, 0.0))
        self._look_around()

    async def hold(self) -> None:
        """Return when git or the heartbeat says that a rebase or a merge may be over."""
        await self._pause(self._pace.heartbeat)
        await asyncio.sleep(self._pace.quiet)

    def looked(self) -> None:
        """Everything was looked at."""
        self.everything = False
        self._looked_at = time.monotonic()

    def close(self) -> None:
        """Hear nothing any more, until ``refresh``."""
        if self._events is not None:
            self._events.close()
            self._events = None
        self.everything = self.stale = True

    def wait_for_folder(self, root: Path) -> None:
        """Say that the project's folder is not there."""
        self.close()
        self.standing = Standing(Mode.WAITING, notice=f"{root} is not there; waiting for it.")

    def _refresh(self) -> None:
        from featherchat.code.folder_events import TooManyFolders, open_folder_events

        if self._polled:
            self.standing = Standing(Mode.POLLING, notice=self._notice(self._polled, ""))
            return
        folders = watched_folders(self._repository, self._tree)
        self._git = frozenset(git_folders(self._repository, self._tree))
        try:
            if self._events is None:
                self._events = (self._open or open_folder_events)(self._heard)
            self._events.watch([*folders, *self._git])
        except TooManyFolders as error:
            self.close()
            self.stale = False
            reason = (
                f"The limit {error.limit} is too low to watch the code (folders: {len(folders):,})"
            )
            notice = self._notice(reason, f" To raise it: {error.remedy}")
            self.standing = Standing(Mode.POLLING, notice=notice)
            return
        self.standing = Standing(Mode.EVENTS, len(folders))

    def _notice(self, reason: str, remedy: str) -> str:
        return f"{reason}. Files are compared every {self._pace.poll:g} s instead.{remedy}"

    def _heard(self, heard: "Heard", place: Path) -> None:
        """Called on another thread."""
        was_empty = not self._inbox
        self._inbox.append((heard, place))
        if was_empty:
            # The loop is closed if the app was left while this was on its way.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._wake.set)

    async def _pause(self, seconds: float) -> None:
        """Until something is heard, at most so long."""
        with suppress(TimeoutError):
            # Not wait_for: before Python 3.12 it forgets to be cancelled when it is woken just then.
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        self._wake.clear()
        self._hear()

    def _hear(self) -> None:
        from featherchat.code.folder_events import Heard

        now = time.monotonic()
        while self._inbox:
            heard, place = self._inbox.popleft()
            if place.parent in self._git:
                self.head.add("HEAD", now)
                # A branch's name may bring a folder of its own.
                self.stale |= heard is Heard.FOLDER and "refs" in place.parts
            elif heard is Heard.FILE:
                path = place.relative_to(self._repository.root).as_posix()
                self.saves.add(path, now)
                if place.name == _IGNORING:
                    # Other files count from now on, whether anything was heard of them or not.
                    self._others.add(path, now)
            else:
                self._others.add(str(place), now)

    def _look_around(self) -> None:
        """See what nothing is heard of: new folders, a deaf listener, and that time has passed."""
        now = time.monotonic()
        if self._events is not None and not self._events.alive:
            self.close()
        if self._others.take(now) or now - self._refreshed_at >= self._pace.rescan:
            self.everything = self.stale = True
        if self._events is None and now - self._looked_at >= self._pace.poll:
            self.everything = True
