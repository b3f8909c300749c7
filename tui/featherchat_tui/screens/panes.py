"""The part of the chat that opens the full screens and does what they were left with."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from featherchat.commands.table import slash_commands
from featherchat.errors import NothingFound, UsageError
from featherchat_tui.account import Account
from featherchat_tui.layout_file import NARROWEST, WIDEST, Layout, LayoutFile
from featherchat_tui.palette import Offer, ProjectPalette
from featherchat_tui.screens.past import PastScreen
from featherchat_tui.theming import DEFAULT_THEME

if TYPE_CHECKING:
    # What stands behind a key is imported when it is pressed.
    from featherchat.commands.slash import Line
    from featherchat_tui.decisions_pane import DecisionsPane

MOST_PATHS = 5
"""Files that the palette offers to ask the reasons of."""

_UNFINISHED = ("/adr supersede", "/adr link")
"""What a person has to complete: it is put into the prompt instead of being run."""


class PaneScreen(PastScreen):
    """A screen with a prompt, and full screens behind its function keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "settings", "Settings", id="settings"),
        Binding("f4", "decay", "Memory and decay", id="decay"),
        Binding("f5", "code", "Code changes", id="code"),
        Binding("f6", "sessions", "Sessions", id="sessions"),
        Binding("f7", "changes", "Changes of memory", id="changes"),
    ]

    COMMANDS = {ProjectPalette}

    account = Account()
    """The files that tell how a person likes the app."""

    _pane_width = Layout().pane_width

    @property
    def offers(self) -> Sequence[Offer]:
        """The commands, for the palette."""
        return [
            Offer(f"/{each.name}", each.summary, f"/{each.name}{' ' if each.usage else ''}")
            for each in slash_commands()
        ]

    async def find(self, words: str) -> Sequence[Offer]:
        """What the project has for some words, for the palette."""
        if not self._ready.is_set():
            return ()
        from featherchat_tui.doors import found
        from featherchat_tui.mentions import best_paths

        paths = best_paths(self._files, words, MOST_PATHS)
        whys = [Offer(path, "why it is as it is", f"/why {path}") for path in paths]
        return [*await found(self._seen, words), *whys]

    def take(self, line: str) -> None:
        """Do what was chosen in the palette; what needs more words is put into the prompt."""
        if line.endswith(" "):
            self.prompt.begin(line)
            self.prompt.focus()
        else:
            self._run_line(line)

    def on_resize(self) -> None:
        if self._ready.is_set():
            self._fit_pane()

    async def _furnish(self) -> None:
        await super()._furnish()
        layout = LayoutFile(self.account.layout).load()
        self._pane_width = layout.pane_width
        if layout.pane_open and not self.has_class("-narrow"):
            self.add_class("-decisions")
        self._fit_pane()

    async def close_project(self) -> None:
        """Remember the panes, then close as always."""
        layout = Layout(self._pane_width, self.has_class("-decisions"))
        LayoutFile(self.account.layout).save(layout)
        await super().close_project()

    def on_decisions_pane_resized(self, event: "DecisionsPane.Resized") -> None:
        event.stop()
        widest = min(WIDEST, self.size.width - NARROWEST)
        self._pane_width = max(min(event.columns, widest), NARROWEST)
        self._fit_pane()

    def _fit_pane(self) -> None:
        # A style of its own would go before the one that lets it cover a narrow screen.
        self.pane.styles.width = None if self.has_class("-narrow") else self._pane_width

    @work(group="screen", exclusive=True, exit_on_error=False)
    async def _browse(self, memory_id: str = "") -> None:
        await self._look_at_decisions(memory_id)

    async def _look_at_decisions(self, memory_id: str) -> bool:
        """Open the decision browser; whether it was left with something, which is done here."""
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
        return left_with is not None

    def _ring(self) -> None:
        """Ring the terminal's bell when one looks elsewhere; terminals turn it into a notice."""
        if not self.app.app_focus:
            self.app.bell()

    def _show_page(self) -> None:
        """Let the conversation be seen, which the decisions cover on a narrow screen."""
        if self.has_class("-narrow"):
            self.remove_class("-decisions")
        self.prompt.focus()

    def _back_to_page(self) -> None:
        """Give the focus to what can be seen when a full screen was left."""
        if self.has_class("-narrow") and self.has_class("-decisions"):
            self.pane.focus_list()
        else:
            self.prompt.focus()

    def _carry_out(self, line: str) -> None:
        self._show_page()
        if line.startswith(_UNFINISHED):
            self.prompt.begin(f"{line} ")
        else:
            self._run_line(line)

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
        else:
            self._back_to_page()

    @work(group="screen", exclusive=True, exit_on_error=False)
    async def action_code(self) -> None:
        """Open the changes of the code; from a decision behind one the way leads back there."""
        if not self._ready.is_set():
            return
        from featherchat_tui.doors import code_change_doors
        from featherchat_tui.screens.code_changes import CodeChangesScreen

        doors = code_change_doors(self._seen, self._refresh)
        left = await self._asked(CodeChangesScreen(doors, "", self.looking_back))
        while left is not None and left.decision_id:
            if await self._look_at_decisions(left.decision_id):
                return
            left = await self._asked(CodeChangesScreen(doors, left.change_id, self.looking_back))
        if left is not None:
            self._carry_out(left.line)
        else:
            self._back_to_page()

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
        if not self._is_answering:
            # What is renamed there is renamed here; an answer that comes keeps its session.
            self._session = await project.resume_session(current) or session
        if chosen and chosen != current:
            self._show_page()
            self._run_line(f"/resume {chosen[-8:].lower()}")
        else:
            self._back_to_page()

    @work(group="screen", exclusive=True, exit_on_error=False)
    async def action_changes(self) -> None:
        """Open the list of changes, to look at them and to take them back."""
        if not self._ready.is_set():
            return
        from featherchat_tui.doors import change_doors
        from featherchat_tui.screens.changes import ChangesScreen

        await self._asked(ChangesScreen(change_doors(self._require(), self._refresh)))
        self._back_to_page()

    @work(group="screen", exclusive=True, exit_on_error=False)
    async def action_settings(self) -> None:
        """Open the settings."""
        if not self._ready.is_set():
            return
        from featherchat_tui.doors import setting_doors
        from featherchat_tui.screens.settings import SettingsScreen

        doors = setting_doors(self._require(), self._start.settings, self._put_on)
        await self._asked(SettingsScreen(doors))
        self._back_to_page()

    def _put_on(self, name: str, value: object) -> bool:
        """Let a setting of the app's look take effect; whether it is one."""
        if name == "app.theme":
            self.app.theme = str(value) if value in self.app.available_themes else DEFAULT_THEME
        elif name == "app.animations":
            self.app.animation_level = "none" if value is False else "full"
        else:
            return False
        return True

    async def _app_command(self, line: "Line") -> None:
        match line.name:
            case "resume" if line.argument:
                await self._resume(line.argument)
            case "resume":
                self.action_sessions()
            case "theme" if not line.argument:
                await self._choose_theme()
            case "theme":
                self._use_theme(line.argument)
            case "settings":
                self.action_settings()
            case "keys":
                from featherchat_tui.screens.key_probe import KeyProbe

                await self._asked(KeyProbe())
            case "decisions":
                self._browse()
            case "memory":
                self.action_decay()
            case "code":
                self.action_code()
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

    async def _choose_theme(self) -> None:
        from featherchat_tui.screens.themes import ThemePicker
        from featherchat_tui.theming import load_themes, theme_folders

        own = [self.account.themes] if self.account.themes is not None else []
        found, _ = load_themes([*theme_folders(), *own])
        # One that was written a moment ago is not known yet.
        themes = [theme for theme in found if theme.name in self.app.available_themes]
        chosen = await self._asked(ThemePicker(themes, self.app.theme))
        if chosen:
            self._use_theme(chosen)

    def _use_theme(self, name: str) -> None:
        """Put a theme on, and into the person's settings."""
        if name not in self.app.available_themes:
            raise UsageError(f"There is no theme {name}.", hint="Type /theme to see them all.")
        self.app.theme = name
        if self.account.settings is not None:
            from featherchat.commands.settings import set_setting

            set_setting(self.account.settings, "app.theme", name)

    def _conversation_id(self) -> str:
        if self._session is None or not self._session.turns:
            raise NothingFound("Nothing was said yet.", hint="Ask something first.")
        return self._session.head.id

    async def _resume(self, reference: str) -> None:
        """Go on with an earlier conversation; what is left of this one is learnt."""
        from featherchat_tui.showing import past_turn

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
        self.notify(f"Going on with: {session.head.title}", markup=False)
        await self._refresh()
        self.prompt.focus()
