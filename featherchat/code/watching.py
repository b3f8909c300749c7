"""Watches a repository's files and commits, and says what is different from before.

The truth is a comparison of files with HEAD (``working_tree.py``); events only say when
to look. So nothing is lost when events are, a touch is no save, and the files that a
checkout writes are none either, because afterwards they hold what HEAD holds.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from featherchat.code.git import RepositoryProblem
from featherchat.code.listening import Listening, Mode, Pace, Standing
from featherchat.code.repository import Repository
from featherchat.code.working_tree import MOST_NAMED, WorkingTree, is_busy

if TYPE_CHECKING:
    # watchdog is loaded when something is watched.
    from featherchat.code.folder_events import OpenFolderEvents

__all__ = ["CodeChange", "Mode", "Pace", "Standing", "Watcher"]


@dataclass(frozen=True, slots=True)
class CodeChange:
    """What is different from the last time."""

    paths: tuple[str, ...] = ()
    """Files that hold something else than before, relative to the root, with forward slashes;
    bytes that are not UTF-8 come as surrogates. A file may be gone, or be as in HEAD again."""

    head_moved: bool = False
    """Whether HEAD is another commit, or comes from commits that were not there before."""


class Watcher:
    """Watches one working tree, for one consumer."""

    def __init__(
        self,
        repository: Repository,
        tell: Callable[[str], None],
        pace: Pace | None = None,
        open_events: "OpenFolderEvents | None" = None,
        polled: str = "",
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Nothing is watched before ``changes``.

        Args:
            repository: It must be trusted.
            tell: Told what a person should know, such as a limit that was met.
            pace: How patient to be.
            open_events: How to hear of changes, if not by the system's own way.
            polled: Why nothing can be heard here, such as on a network drive; empty if it can.
            wall: The machine's clock, which goes on while the machine sleeps.
        """
        self._repository = repository
        self._tell = tell
        self._pace = pace or Pace()
        self._open_events = open_events
        self._polled = polled
        self._wall = wall
        self._tree = WorkingTree(repository)
        self._folder = _identity(repository)
        self._history: tuple[str | None, int | None] = (None, None)
        self._begun = False
        self._differing: dict[str, str] = {}
        self._unheard: set[str] = set()
        """What differs since HEAD moved and was not told, because no save of it was heard of yet."""

        self._told: set[str] = set()
        self._listening: Listening | None = None

    @property
    def standing(self) -> Standing:
        """How changes are noticed now."""
        return self._listening.standing if self._listening else Standing()

    async def changes(self) -> AsyncGenerator[CodeChange, None]:
        """What is different, for as long as somebody asks.

        The first one says what differs from HEAD now, as if HEAD had just moved. Close the
        iterator (``contextlib.aclosing``) to stop watching.
        """
        listening = self._listening = Listening(
            self._repository, self._tree, self._pace, self._open_events, self._polled
        )
        ahead = self._wall() - time.monotonic()
        try:
            while True:
                change = await self._look(listening)
                if change is not None:
                    yield change
                before, ahead = ahead, self._wall() - time.monotonic()
                if ahead - before > self._pace.slept:
                    listening.everything = listening.stale = True
        finally:
            await asyncio.to_thread(listening.close)

    async def _look(self, listening: Listening) -> CodeChange | None:
        """Wait until something may have happened, and compare."""
        await listening.wait()
        if not self._is_there(listening):
            await asyncio.sleep(self._pace.heartbeat)
            return None
        try:
            if await asyncio.to_thread(self._is_busy):
                await listening.hold()
                return None
            return await self._compared(listening)
        except RepositoryProblem as problem:
            self._tell_once(f"Changes of the code are not seen. {problem} {problem.hint}")
            listening.everything = listening.stale = True
            await asyncio.sleep(self._pace.heartbeat)
            return None

    async def _compared(self, listening: Listening) -> CodeChange | None:
        now = time.monotonic()
        paths, git_worked = listening.saves.take(now), listening.head.take(now)
        if len(paths) > MOST_NAMED:
            listening.everything = True
        if not (paths or git_worked or listening.everything):
            return None
        if listening.stale:
            # First, so that nothing falls between the comparison and the watching.
            await listening.refresh()
            self._tell_once(listening.standing.notice)
        history = await asyncio.to_thread(self._find_history)
        moved = history != self._history or not self._begun
        whole = listening.everything or moved
        if not (whole or paths):
            return None
        differing = await asyncio.to_thread(self._tree.differing, () if whole else paths)
        if await asyncio.to_thread(self._has_begun_to_work, history):
            listening.everything = True
            return None
        touched = None if listening.everything or not moved else frozenset(paths)
        changed = self._different(differing, None if whole else paths, touched)
        if whole:
            listening.looked()
        self._history, self._begun = history, True
        return CodeChange(tuple(sorted(changed)), moved) if changed or moved else None

    def _different(
        self, now: dict[str, str], asked: Sequence[str] | None, touched: frozenset[str] | None
    ) -> set[str]:
        """The files that hold something else than at the last look, which is forgotten.

        Args:
            now: What differs from HEAD.
            asked: The files that were compared; None for all.
            touched: If HEAD has moved, the files that were heard of: what differs from HEAD
                without having been written, as after a soft reset, is no change.
        """
        before = self._differing
        among = before.keys() | now.keys() if asked is None else set(asked)
        changed = {path for path in among if before.get(path) != now.get(path)}
        if asked is not None:
            # It is heard of now: its save and HEAD's move were one after the other.
            changed |= self._unheard & now.keys() & set(asked)
            self._unheard -= set(asked)
        if touched is not None:
            self._unheard |= changed - before.keys() - touched
            changed -= self._unheard
        kept = {} if asked is None else {path: before[path] for path in before.keys() - among}
        self._differing = kept | now
        return changed

    def _is_busy(self) -> bool:
        return is_busy(self._tree.git_dir, time.time())

    def _has_begun_to_work(self, history: tuple[str | None, int | None]) -> bool:
        """Whether git has moved files while they were compared."""
        return self._is_busy() or self._find_history() != history

    def _find_history(self) -> tuple[str | None, int | None]:
        """HEAD, and since when the history below it ends where it does; None if it is whole."""
        try:
            cut = (self._repository.common_dir / "shallow").stat().st_mtime_ns
        except FileNotFoundError:
            cut = None
        return self._repository.head(), cut

    def _is_there(self, listening: Listening) -> bool:
        """Whether the project's folder is there; another one in its place is watched anew."""
        found = _identity(self._repository)
        if found is None:
            listening.wait_for_folder(self._repository.root)
            self._tell_once(listening.standing.notice)
            return False
        if found != self._folder:
            self._folder = found
            listening.close()
        return True

    def _tell_once(self, notice: str) -> None:
        if notice and notice not in self._told:
            self._told.add(notice)
            self._tell(notice)


def _identity(repository: Repository) -> tuple[int, int] | None:
    try:
        found = repository.root.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
