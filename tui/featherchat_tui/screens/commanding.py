"""The part of the chat that runs what is typed behind a slash.

What belongs to the project is answered by the same verbs as in the shell; what belongs
to the app is done here; what asks first has screens of its own (``guided``).
"""

import functools
from typing import TYPE_CHECKING, TypeVar

from textual import on, work
from textual.getters import query_one
from textual.screen import Screen
from textual.worker import Worker

from featherchat.commands.table import slash_commands
from featherchat.commands.wording import counted
from featherchat.errors import FeatherchatError, UsageError
from featherchat_tui.prompt import Prompt
from featherchat_tui.screens.project import ProjectScreen
from featherchat_tui.values import Completion
from featherchat_tui.waiting import Queued, Waiting

if TYPE_CHECKING:
    # What a command needs is imported when it is typed.
    from featherchat.commands.slash import Line
    from featherchat.messages import Learned
    from featherchat.project import Project
    from featherchat_tui.guided import Guided

Answer = TypeVar("Answer")

ENDING = ("/clear", "/compact", "/model", "/key", "/resume", "/fork")
"""Commands that begin another conversation: they wait until the answer has come."""


class CommandScreen(ProjectScreen):
    """A screen with a prompt whose commands are run."""

    prompt = query_one(Prompt)
    waiting = query_one(Waiting)
    _turn_worker: Worker[None] | None = None
    learned: list[str]
    """What the memories are called that this run of the app has learnt."""

    @property
    def _is_answering(self) -> bool:
        """Whether an answer is coming."""
        return self._turn_worker is not None and self._turn_worker.is_running

    def _run_line(self, line: str) -> None:
        """Run a command line; what ends the conversation waits until the answer has come."""
        if self._is_answering and line.split()[0] in ENDING:
            self.waiting.add(Queued(line, command=True))
        else:
            self._command(line)

    @work(group="command", exit_on_error=False)
    async def _command(self, text: str, *, typed: bool = True) -> None:
        """Run a command line; one that fails is given back to who has typed it."""
        await self._ready.wait()
        from featherchat.commands.slash import is_project_command, parse_line, run_line
        from featherchat_tui.guides import guide_of

        try:
            line = parse_line(text)
            guide = guide_of(self._guided, line)
            if guide is not None:
                await self._told(await guide(self._project_of(line)))
            elif is_project_command(line):
                await self._told(await run_line(self._project_of(line), line))
            else:
                await self._app_command(line)
        except FeatherchatError as error:
            if typed:
                self.prompt.begin(text)
            self._explain(error)

    def _project_of(self, line: "Line") -> "Project":
        """The project that a command line is about."""
        return self._require()

    @functools.cached_property
    def _guided(self) -> "Guided":
        """What asks before it acts, with the drafts of this run."""
        from featherchat_tui.guided import Guided

        return Guided(self._asked, self._explain)

    async def _asked(self, screen: Screen[Answer]) -> Answer:
        return await self.app.push_screen_wait(screen)

    def _explain(self, error: FeatherchatError) -> None:
        self.notify(f"{error}\n{error.hint}", severity="error", markup=False)

    async def _told(self, said: str) -> None:
        """Put what a command did on the page, if anything, and bring the rest up to date."""
        if said:
            await self.conversation.show_note(said)
        await self._refresh()

    async def _app_command(self, line: "Line") -> None:
        project = self._require()
        if line.name == "help":
            self.action_help()
        elif line.name == "exit":
            self.action_leave()
        elif line.name == "clear":
            if self._session is not None and self._session.turns:
                self._finish(self._session.head.id)
            self._session = await project.new_session()
            await self.conversation.clear()
            self.notify("A new conversation. Memory stays; -r goes back to the one before.")
        elif line.name == "compact":
            await self._compact(line.argument)
        elif line.name == "copy":
            self._copy(self.conversation.last_answer())
        elif line.name == "model":
            await self._model(line.argument)
        elif line.name == "key":
            await self._key()
        elif line.name == "init":
            await self._learn(await project.plan_learning())

    @work(group="distil", exit_on_error=False)
    async def _finish(self, session_id: str) -> None:
        """Learn from what is left of a conversation that ends; failing that, at the next start."""
        try:
            self._learnt_before(await self._require().finish_session(session_id))
        except FeatherchatError as error:
            self.notify(f"Nothing was learnt: {error}", severity="warning", markup=False)

    def _learnt_before(self, learned: "Learned") -> None:
        """Say that something was learnt of which no turn is on the page."""
        from featherchat.commands.signs import title_words

        titles = [title_words(each) for each in (*learned.written, *learned.candidates)]
        self.learned += titles
        if titles:
            what = counted(len(titles), "memory", "memories")
            self.notify(f"{what} learnt from an earlier conversation.")
        if learned.notice:
            self.notify(learned.notice, severity="warning", markup=False)

    async def _compact(self, focus: str) -> None:
        from featherchat.commands.compacting import compact, plan_compaction
        from featherchat_tui.compaction import question_of

        project, session = self._require(), self._session
        assert session is not None
        plan = await plan_compaction(project, session, focus)
        if not await self._asked(question_of(plan)):
            self.notify("The conversation goes on as it was.")
            return
        self._session = await compact(project, session, plan)
        await self.conversation.clear()
        await self.conversation.show_note(
            f"{counted(plan.turns, 'turn')} went into a summary;"
            f" `featherchat -r {session.head.id[-8:].lower()}` goes back to the whole."
        )
        await self._refresh()

    async def _model(self, name: str) -> None:
        project = self._require()
        if name and project.provider is None:
            raise UsageError(
                f"No model's server is set up, so {name} cannot answer.",
                hint="Give a key with /key, or set model.base_url in the settings.",
            )
        if name:
            project.choose_model(name)
            self._session = await project.continue_session(self._session)
        self.notify(f"Model: {project.model or 'none: memory answers alone'}.", markup=False)
        await self._refresh()

    async def _key(self) -> None:
        from featherchat_tui.questions import KeyQuestion

        question: Screen[str] = KeyQuestion()
        key = await self.app.push_screen_wait(question)
        if key:
            project = self._require()
            await project.use_key(key)
            self._session = await project.continue_session(self._session)
            self.notify(f"{project.model} answers now.", markup=False)
            await self._refresh()

    def action_help(self) -> None:
        """Show every key and command."""
        commands = [
            Completion(f"/{command.name} {command.usage}".strip(), command.summary)
            for command in slash_commands()
        ]
        from featherchat_tui.help import Help
        from featherchat_tui.keys import keys_with

        self.app.push_screen(Help(keys_with(self.keymap), commands, self.keymap.note))

    @on(Prompt.ExitAsked)
    def action_leave(self) -> None:
        """Leave the app."""
        self.app.exit()

    def _copy(self, text: str) -> None:
        if text:
            self.app.copy_to_clipboard(text)
            self.notify("Copied.", timeout=2)
