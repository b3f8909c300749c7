"""One run of learning, from the screen's side: what is shown while it goes on."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from featherchat.commands.wording import counted
from featherchat_tui.values import Learning, Progress

if TYPE_CHECKING:
    # Importing the project costs as much as the first paint; it comes after it.
    from featherchat.capture.planning import Plan
    from featherchat.project import Project

Show = Callable[[Learning | None], None]


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


def described(plan: "Plan") -> str:
    """What learning would read, as Markdown."""
    lines = ["Learning would read, in so many pieces:", ""]
    lines += [f"- `{each.file.path}` ({len(each.drafts.memories)})" for each in plan.documents]
    lines += [f"- `{each.path}` is skipped: it {each.reason}" for each in plan.skipped]
    return "\n".join([*lines, "", "Type `/init` to learn them."])
