"""Learning beside everything else, from the screen's side: what is shown while it goes on."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from featherchat.commands.wording import counted
from featherchat.errors import EmbedderError, FeatherchatError
from featherchat_tui.values import Learning, Progress, Status

if TYPE_CHECKING:
    # Importing the project costs as much as the first paint; it comes after it.
    from featherchat.capture.keeper import Noticed
    from featherchat.capture.planning import Plan
    from featherchat.project import Project

Show = Callable[[Learning | None], None]
Kept = Callable[[bool], Awaitable[None]]
"""Called when there is something new to show, with whether HEAD has moved."""


class LearningRun:
    """Learns a plan, then gives meaning, telling how far it is."""

    def __init__(self, project: "Project", show: Show) -> None:
        self._project = project
        self._show = show
        self._documents = Progress(0, 0)

    async def learn(self, plan: "Plan") -> str:
        """Store what the plan has read; what was done, as Markdown."""
        pieces = Progress(0, max(plan.pieces, 1))

        def step(done: int, total: int) -> None:
            self._documents = Progress(done, total)
            self._show(Learning(self._documents, pieces))

        report = await self._project.learn(plan, step)
        return (
            f"Learnt {counted(report.documents, 'document')},"
            f" {counted(report.records, 'decision record')} among them: {report.new:,} new memories,"
            f" {report.changed:,} changed, {report.retired:,} retired."
            " They are searchable by words now; meaning follows. `/undo` takes all of it back."
        )

    async def give_meaning(self, progress: Callable[[Progress], None]) -> None:
        """Embed what is pending.

        Raises:
            EmbedderError: If the embedder cannot be used; words find memories meanwhile.
        """

        def step(done: int, total: int) -> None:
            pieces = Progress(done, total)
            progress(pieces)
            if self._documents.total:
                self._show(Learning(self._documents, pieces))

        try:
            await self._project.give_meaning(step)
        finally:
            self._show(None)


class KeepingRun:
    """Keeps memory at the code while the app is open, and knows what the status line says of it."""

    def __init__(self, project: "Project", kept: Kept, tell: Callable[[str], None]) -> None:
        self._project = project
        self._kept = kept
        self._tell = tell
        self._commits: Progress | None = None
        self._tasks: tuple[asyncio.Task[None], ...] = ()
        self._news: asyncio.Queue[tuple[bool, bool]] = asyncio.Queue()

    def begin(self) -> None:
        """Begin to record commits and saves."""
        keeper = self._project.keeper
        if keeper is not None:
            self._tasks = (
                asyncio.create_task(keeper.run(self._noticed, self._step)),
                asyncio.create_task(self._show()),
            )

    async def close(self) -> None:
        """Stop; what is under way goes on at the next start."""
        for task in self._tasks:
            task.cancel()
        for ended in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended

    def shown_in(self, status: Status) -> Status:
        """The status with what is to be said of the code."""
        keeper = self._project.keeper
        standing = keeper.standing if keeper is not None else None
        unusual = standing is not None and bool(standing.notice)
        words = standing.mode.value if unusual and standing is not None else ""
        return replace(status, commits=self._commits, watching=f"code: {words}" if words else "")

    def _step(self, done: int, total: int) -> None:
        self._commits = Progress(done, total)
        self._news.put_nowait((False, False))

    def _noticed(self, noticed: "Noticed") -> None:
        self._commits = None
        self._news.put_nowait((noticed.change.head_moved, True))

    async def _show(self) -> None:
        while True:
            moved, written = await self._news.get()
            while not self._news.empty():
                later = self._news.get_nowait()
                moved, written = moved or later[0], written or later[1]
            try:
                await self._kept(moved)
                if written:
                    await self._project.give_meaning()
                    await self._kept(False)
            except EmbedderError:
                # Words find it already, and go on doing so; the start has said why.
                continue
            except FeatherchatError as error:
                self._tell(f"{error} {error.hint}")


def described(plan: "Plan") -> str:
    """What learning would read, as Markdown."""
    lines = ["Learning would read, in so many pieces:", ""]
    lines += [f"- `{each.file.path}` ({len(each.drafts.memories)})" for each in plan.documents]
    lines += [f"- `{each.path}` is skipped: it {each.reason}" for each in plan.skipped]
    return "\n".join([*lines, "", "Type `/init` to learn them."])
