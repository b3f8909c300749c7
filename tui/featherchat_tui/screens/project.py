"""The part of the chat that opens the project, learns it, and closes it again.

Everything here runs in workers: the prompt takes keys from the first paint on.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.getters import query_one
from textual.screen import Screen
from textual.worker import Worker, WorkerCancelled, WorkerFailed, WorkerState

from featherchat.commands.wording import counted
from featherchat.errors import EmbedderError, FeatherchatError
from featherchat_tui.keymap import Keymap
from featherchat_tui.opening import (
    MakeSurroundings,
    Start,
    import_the_rest,
    offer_for,
    open_project,
    open_session,
)
from featherchat_tui.prompt_box import PromptBox
from featherchat_tui.status_line import StatusLine
from featherchat_tui.steady_screen import SteadyScreen
from featherchat_tui.values import FirstAnswer, Progress

if TYPE_CHECKING:
    # What is not on the first page is imported after it is painted.
    from featherchat.capture.planning import Plan
    from featherchat.chat.session import Session
    from featherchat.messages import Learned
    from featherchat.project import Project
    from featherchat_tui.conversation import Conversation
    from featherchat_tui.decisions_pane import DecisionsPane
    from featherchat_tui.first_start import LearningRow
    from featherchat_tui.learning_run import KeepingRun, LearningRun

AFTER_PAINT = 0.05
"""Seconds in which the first key is answered before anything heavy is imported."""


class ProjectScreen(SteadyScreen[None]):
    """A screen around one project, from its opening to its end."""

    status_line = query_one(StatusLine)
    keymap = Keymap()
    """The keys as this person has them."""

    def __init__(self, start: Start, surroundings: MakeSurroundings) -> None:
        super().__init__()
        self._start = start
        self._surroundings = surroundings
        self._project: Project | None = None
        self._session: Session | None = None
        self._ready = asyncio.Event()
        self.farewell = ""
        """What is to be said when the app has been left."""

        self._memory_tokens = 0
        self._embedding: Progress | None = None
        self._keeping: KeepingRun | None = None
        self._branch: str | None = None
        self._files: Sequence[str] = ()

    def on_mount(self) -> None:
        # After the first paint, so that the prompt takes keys at once.
        self.call_after_refresh(self.set_timer, AFTER_PAINT, self._open)

    @property
    def conversation(self) -> "Conversation":
        """Questions and answers; there once the project is being opened."""
        from featherchat_tui.conversation import Conversation

        return self.query_one(Conversation)

    @property
    def pane(self) -> "DecisionsPane":
        """The decisions; there once the project is being opened."""
        from featherchat_tui.decisions_pane import DecisionsPane

        return self.query_one(DecisionsPane)

    @property
    def learning_row(self) -> "LearningRow":
        """How far learning is; there once the project is being opened."""
        from featherchat_tui.first_start import LearningRow

        return self.query_one(LearningRow)

    async def _furnish(self) -> None:
        """Put what the first page did without around the prompt."""
        from featherchat_tui.conversation import Conversation
        from featherchat_tui.decisions_pane import DecisionsPane
        from featherchat_tui.finding import FindBar
        from featherchat_tui.first_start import LearningRow

        prompt = self.query_one(PromptBox)
        with self.app.batch_update():
            column = self.query_one("#column")
            await column.mount(Conversation(), LearningRow(), FindBar(), before=prompt)
            await self.query_one("#middle").mount(DecisionsPane())

    async def end_work(self) -> None:
        """Let the running turn, and whatever else runs for the page, end as cancelled."""
        self.workers.cancel_node(self)
        for worker in list(self.workers):
            # Cancelled is what they should be; a failure was told when it came.
            with suppress(WorkerCancelled, WorkerFailed):
                await worker.wait()
        if self._keeping is not None:
            await self._keeping.close()

    async def close_project(self) -> None:
        """End what still runs, then close every part."""
        await self.end_work()
        if self._project is not None:
            await self._project.close()
            self._project = None

    @work(group="open", exit_on_error=False)
    async def _open(self) -> None:
        await asyncio.to_thread(import_the_rest)
        await self._furnish()
        try:
            project = await open_project(
                self._start, self._surroundings, self._ask_trust, self._tell
            )
            if project is None:
                self.farewell = "Nothing was read. Start again and answer yes to be asked no more."
                self.app.exit()
                return
            self._project = project
            self._session, missed = await open_session(project, self._start)
        except FeatherchatError as error:
            await self.conversation.show_note(f"{error}\n\n{error.hint}", plain=True)
            return
        if project.repository is not None:
            self._branch = await asyncio.to_thread(project.repository.branch)
        if self._session.turns:
            from featherchat_tui.showing import past_turn

            await self.conversation.load([past_turn(turn) for turn in self._session.turns])
        for notice in (*project.notices, *([missed] if missed else [])):
            self.notify(notice, timeout=10, markup=False)
        self._opened()
        self._ready.set()
        await self._refresh()
        await self._begin_page()
        self._look_around()

    async def _begin_page(self) -> None:
        """Say on an empty page what there is, and where to begin."""
        from featherchat_tui.showing import beginning

        if self._session is not None and not self._session.turns:
            said = await beginning(self._require(), self._start.example)
            if said and self.conversation.is_empty:
                await self.conversation.show_note(self.keymap.in_words(said))

    def _opened(self) -> None:
        """The project is there; nothing was asked of it yet."""

    def _tell(self, notice: str) -> None:
        """Show a notice that comes from any thread."""
        self.call_later(self.notify, notice, markup=False)

    async def _ask_trust(self, folder: Path) -> bool:
        from featherchat_tui.first_start import TrustQuestion

        question: Screen[bool] = TrustQuestion(str(folder))
        return await self.app.push_screen_wait(question)

    @work(group="learn", exit_on_error=False)
    async def _look_around(self) -> None:
        """See what could be learnt; on the first start ask, later say so."""
        from featherchat_tui.learning_run import LearningRun

        project = self._require()
        project.pick_up_sessions(self._picked_up)
        plan = await project.plan_learning()
        self._files = await asyncio.to_thread(project.files)
        counts = await project.counts()
        if counts.total == 0 and not plan.is_empty:
            await self._offer(plan)
            return
        changed = len(plan.documents) + len(plan.gone)
        if changed:
            self.notify(f"{counted(changed, 'document')} changed; /init learns.", timeout=10)
        await self._give_meaning(LearningRun(project, self.learning_row.show))

    async def _offer(self, plan: "Plan") -> None:
        from featherchat_tui.first_start import FirstStart
        from featherchat_tui.learning_run import described

        question = FirstStart(offer_for(self._require(), plan))
        answer = await self.app.push_screen_wait(question)
        if answer is FirstAnswer.LEARN:
            await self._learn(plan)
        elif answer is FirstAnswer.SHOW:
            await self.conversation.show_note(described(plan))

    async def _learn(self, plan: "Plan") -> None:
        from featherchat_tui.learning_run import LearningRun

        run = LearningRun(self._require(), self.learning_row.show)
        await self.conversation.show_note(await run.learn(plan))
        await self._refresh()
        await self._give_meaning(run)

    async def _give_meaning(self, run: "LearningRun") -> None:
        """Embed what is pending, showing how far it is."""

        def show(progress: Progress) -> None:
            self._embedding = progress
            self.status_line.status = replace(
                self.status_line.status, embedding=progress, awaiting_meaning=0
            )

        self._keep()
        try:
            await run.give_meaning(show)
        except EmbedderError as error:
            self.notify(f"{error} {error.hint}", severity="warning", markup=False, timeout=10)
        finally:
            self._embedding = None
        await self._refresh()

    def _keep(self) -> None:
        """Record commits and saves beside everything else, from the first call on."""
        from featherchat_tui.learning_run import KeepingRun

        if self._keeping is None:
            self._keeping = KeepingRun(self._require(), self._kept, self._tell)
            self._keeping.begin()

    async def _kept(self, head_moved: bool) -> None:
        """Show what recording has brought, or how far it is."""
        project = self._require()
        if head_moved and project.repository is not None:
            self._branch = await asyncio.to_thread(project.repository.branch)
        await self._refresh()

    def _picked_up(self, learned: "Learned") -> None:
        """Say what was learnt, in the background, from conversations that had been cut off."""
        count = len(learned.written) + len(learned.candidates)
        if count and self.is_attached:
            words = counted(count, "memory", "memories")
            self.notify(f"Learnt {words} from earlier conversations; /inbox shows what waits.")
            self.run_worker(self._refresh(), group="refresh", exit_on_error=False)

    async def _refresh(self) -> None:
        from featherchat_tui.showing import status_of

        turns = self._session.turns if self._session else []
        status = await status_of(
            self._require(), self._branch, turns, self._memory_tokens, self._embedding
        )
        if self._keeping is not None:
            status = self._keeping.shown_in(status)
        self.status_line.status = status

    def _require(self) -> "Project":
        assert self._project is not None, "the project is opened first"
        return self._project

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker that failed for a reason of ours says so; anything else is a bug."""
        if event.state is not WorkerState.ERROR:
            return
        error = event.worker.error
        if isinstance(error, FeatherchatError):
            self.notify(f"{error}\n{error.hint}", severity="error", markup=False)
        elif error is not None:
            raise error
