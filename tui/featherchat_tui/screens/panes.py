"""The part of the chat that opens the full screens and does what they were left with."""

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from featherchat.errors import NothingFound, UsageError
from featherchat_tui.screens.past import PastScreen

if TYPE_CHECKING:
    # What stands behind a key is imported when it is pressed.
    from textual.worker import Worker

    from featherchat.commands.slash import Line
    from featherchat_tui.decisions_pane import DecisionsPane

_UNFINISHED = ("/adr supersede", "/adr link")
"""What a person has to complete: it is put into the prompt instead of being run."""


class PaneScreen(PastScreen):
    """A screen with a prompt, and full screens behind its function keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4", "decay", "Memory and decay"),
        Binding("f6", "sessions", "Sessions"),
        Binding("f7", "changes", "Changes of memory"),
    ]

    _turn_worker: "Worker[None] | None"

    @work(group="screen", exclusive=True, exit_on_error=False)
    async def _browse(self, memory_id: str = "") -> None:
        """Open the decision browser; what it is left with is done here."""
        from featherchat_tui.doors import decision_doors
        from featherchat_tui.screens.decisions import CLOSED, DecisionsScreen

        project = self._seen
        screen = DecisionsScreen(
            decision_doors(project), project.clock.now(), memory_id, self.looking_back
        )
        left_with = await self._asked(screen)
        if left_with == CLOSED:
            self.remove_class("-decisions")
            self.prompt.focus()
        elif left_with:
            self._carry_out(left_with)

    def _carry_out(self, line: str) -> None:
        self.prompt.focus()
        if line.startswith(_UNFINISHED):
            self.prompt.replace_text(f"{line} ")
        else:
            self._command(line)

    def on_decisions_pane_browse(self, event: "DecisionsPane.Browse") -> None:
        event.stop()
        self._browse(event.memory_id)

    @work(group="screen", exclusive=True, exit_on_error=False)
    async def action_decay(self) -> None:
        """Open the table of every memory."""
        if not self._ready.is_set():
            return
        from featherchat_tui.doors import decay_doors
        from featherchat_tui.screens.decay import DecayScreen

        project = self._seen
        doors = decay_doors(project, self._refresh)
        opened = await self._asked(DecayScreen(doors, project.policy, self.looking_back))
        if opened:
            self._carry_out(f"/show {opened}")

    @work(group="screen", exclusive=True, exit_on_error=False)
    async def action_sessions(self) -> None:
        """Open the list of conversations, and go on with the one that was chosen."""
        if not self._ready.is_set():
            return
        from featherchat_tui.doors import session_doors
        from featherchat_tui.screens.sessions import SessionsScreen

        project, session = self._require(), self._session
        current = session.head.id if session is not None else None
        chosen = await self._asked(SessionsScreen(session_doors(project), current))
        # What is renamed there is renamed here.
        self._session = await project.resume_session(current) or session
        if chosen and chosen != current:
            await self._resume(chosen)

    @work(group="screen", exclusive=True, exit_on_error=False)
    async def action_changes(self) -> None:
        """Open the list of changes, to look at them and to take them back."""
        if not self._ready.is_set():
            return
        from featherchat_tui.doors import change_doors
        from featherchat_tui.screens.changes import ChangesScreen

        await self._asked(ChangesScreen(change_doors(self._require(), self._refresh)))
        self.prompt.focus()

    async def _app_command(self, line: "Line") -> None:
        match line.name:
            case "resume" if line.argument:
                await self._resume(line.argument)
            case "resume":
                self.action_sessions()
            case "changes":
                self.action_changes()
            case "asof":
                await self._look_at(line.argument)
            case "fork":
                from featherchat.commands.sessions import fork

                copy = await fork(self._require(), self._conversation_id())
                await self._resume(copy.id)
                self.notify("This is a copy; the conversation itself stays as it is.")
            case "rename":
                from featherchat.commands.sessions import rename

                head = await rename(self._require(), self._conversation_id(), line.argument)
                self._session = await self._require().resume_session(head.id)
                self.notify(f"It is called {head.title} now.", markup=False)
            case _:
                await super()._app_command(line)

    def _conversation_id(self) -> str:
        if self._session is None or not self._session.turns:
            raise NothingFound("Nothing was said yet.", hint="Ask something first.")
        return self._session.head.id

    async def _resume(self, reference: str) -> None:
        """Go on with an earlier conversation; what is left of this one is learnt."""
        from featherchat_tui.showing import past_turn

        if self._turn_worker is not None and self._turn_worker.is_running:
            raise UsageError("An answer is still coming.", hint="Esc cancels it.")
        project, before = self._require(), self._session
        session = await project.resume_session(reference)
        if session is None:
            raise NothingFound(
                f"There is no conversation {reference}.", hint="/sessions names them."
            )
        if before is not None and before.turns and before.head.id != session.head.id:
            self._finish(before.head.id)
        self._session, self._memory_tokens = session, 0
        await self.conversation.load([past_turn(turn) for turn in session.turns])
        await self._refresh()
        self.prompt.focus()
