"""A repository that is watched while a test works in it."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from featherchat.code.folder_events import OpenFolderEvents
from featherchat.code.listening import Pace, Standing
from featherchat.code.repository import Repository
from featherchat.code.watching import CodeChange, Watcher

PATIENCE = 60.0
"""Seconds, on a machine that does much else."""

QUICK = Pace(quiet=0.02, batch=0.2, heartbeat=0.1, rescan=60.0, poll=0.1, slept=30.0)


@dataclass
class Watched:
    """A watched repository, and what its watcher has said."""

    root: Path
    watcher: Watcher
    changes: asyncio.Queue[CodeChange]
    told: list[str]

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.root), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    async def next(self) -> CodeChange:
        """The next change; none within a minute fails."""
        return await asyncio.wait_for(self.changes.get(), PATIENCE)

    async def paths(self) -> set[str]:
        """The files of the next change."""
        return set((await self.next()).paths)

    async def until(self, *paths: str) -> set[str]:
        """Every file that was told until these were; saves may come in one change or several."""
        seen: set[str] = set()
        while not seen.issuperset(paths):
            seen |= await self.paths()
        return seen

    async def settle(self) -> list[CodeChange]:
        """What is told after a save that ends a test's work: all before it has been looked at."""
        self.write("the-last.txt", "done\n")
        seen = [await self.next()]
        while "the-last.txt" not in seen[-1].paths:
            seen.append(await self.next())
        return seen

    @property
    def standing(self) -> Standing:
        return self.watcher.standing


@asynccontextmanager
async def watching(
    root: Path, pace: Pace = QUICK, open_events: OpenFolderEvents | None = None, **given: object
) -> AsyncIterator[Watched]:
    """Watch a repository; the first change, which says what there was, is taken already."""
    repository = Repository.open(root)
    assert repository is not None
    told: list[str] = []
    watcher = Watcher(repository, told.append, pace, open_events, **given)  # type: ignore[arg-type]
    watched = Watched(root, watcher, asyncio.Queue(), told)

    async def listen() -> None:
        async with aclosing(watcher.changes()) as changes:
            async for change in changes:
                watched.changes.put_nowait(change)

    task = asyncio.create_task(listen())
    try:
        first = await watched.next()
        assert first.head_moved
        yield watched
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()
