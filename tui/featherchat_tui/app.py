"""The app: themes, the chat screen, and a clean way out however it ends."""

import asyncio
import signal
import traceback
from typing import ClassVar

from textual.app import App, ScreenStackError
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.dom import NoScreen
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widget import MountError
from textual.widgets import TextArea
from textual.worker import WorkerFailed

from featherchat.commands.wording import shown, shown_line
from featherchat_tui.account import Account
from featherchat_tui.chip_area import ChipArea
from featherchat_tui.keymap import Keymap, load_keymap, named_keys, nameless_keys
from featherchat_tui.opening import MakeSurroundings, Start, default_surroundings
from featherchat_tui.prompt import Prompt
from featherchat_tui.quiet import terminal_is_gone
from featherchat_tui.screens.chat import ChatScreen
from featherchat_tui.screens.panes import PaneScreen
from featherchat_tui.theming import (
    DEFAULT_THEME,
    Stamp,
    ThemeProblem,
    load_themes,
    stamp_of,
    theme_folders,
)

SIGNALS = (signal.SIGTERM, signal.SIGHUP)
PAGE_GONE = (MountError, NoMatches, NoScreen, ScreenStackError)
LOOK_EVERY = 1.0
"""Seconds between two looks at a person's themes, one folder's listing, and at the terminal."""


class FeatherchatApp(App[None]):
    """featherchat in a terminal."""

    TITLE = "featherchat"
    PAUSE_GC_ON_SCROLL = True
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = set()  # Textual's own would offer a second way to each of ours.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+p", "command_palette", show=False, priority=True, id="palette"),
        Binding("ctrl+q", "quit", show=False, priority=True, id="leave"),
    ]

    def __init__(
        self,
        start: Start,
        surroundings: MakeSurroundings = default_surroundings,
        *,
        account: Account | None = None,
        theme: str = DEFAULT_THEME,
        animations: bool = True,
    ) -> None:
        """Keep what it begins with.

        Args:
            start: What the command line asks for.
            surroundings: Makes the account and the machine that the project is opened in.
            account: The files that the app itself reads and writes.
            theme: The name of the theme; the default one if there is none of that name.
            animations: Whether anything may move by itself.
        """
        super().__init__()
        self._account = account or Account()
        self._wanted_theme = theme
        self._seen_themes: Stamp = ()
        self._reported: tuple[ThemeProblem, ...] = ()
        if not animations:
            self.animation_level = "none"
        self.chat = ChatScreen(start, surroundings)
        self.chat.account = self._account
        self.chat.keymap = self._load_keymap()

    def action_help_quit(self) -> None:
        """Ctrl+C outside the prompt does what it does there."""
        self.chat.interrupt()

    def get_default_screen(self) -> Screen[None]:
        """The chat."""
        return self.chat

    def on_mount(self) -> None:
        self._load_themes()
        if self._wanted_theme in self.available_themes:
            self.theme = self._wanted_theme
        self.set_keymap(self.chat.keymap.keys)
        for problem in self.chat.keymap.problems:
            self.notify(problem, severity="warning", markup=False, timeout=10)
        if self._account.themes is not None:
            self.set_interval(LOOK_EVERY, self._look_at_themes)
        self.set_interval(LOOK_EVERY, self._look_at_terminal)
        for number in SIGNALS:
            # Without a handler a signal leaves the terminal in the alternate screen.
            asyncio.get_running_loop().add_signal_handler(number, self._signalled, number)

    def _load_keymap(self) -> Keymap:
        screen = [*ChatScreen.BINDINGS, *PaneScreen.BINDINGS]
        prompt = [*Prompt.BINDINGS, *ChipArea.BINDINGS, *TextArea.BINDINGS]
        named = named_keys([*screen, *self.BINDINGS, *prompt])
        return load_keymap(self._account.keys, named, nameless_keys(prompt))

    def _load_themes(self) -> None:
        """Register every theme, and say which ones are broken, each once."""
        folders = (*theme_folders(), *([self._account.themes] if self._account.themes else []))
        self._seen_themes = stamp_of(folders)
        themes, problems = load_themes(folders)
        for theme in themes:
            self.register_theme(theme)
        for problem in problems:
            if problem not in self._reported:
                words = f"{problem.path.name}: {problem.message}"
                self.notify(words, severity="warning", markup=False)
        self._reported = problems

    def _look_at_themes(self) -> None:
        """Take over what was changed in a person's own themes."""
        folders = (*theme_folders(), *([self._account.themes] if self._account.themes else []))
        if stamp_of(folders) != self._seen_themes:
            self._load_themes()
            self.mutate_reactive(App.theme)

    def _look_at_terminal(self) -> None:
        """End as by its signal when the terminal is gone without one."""
        if terminal_is_gone():
            self._signalled(signal.SIGHUP)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Say something beside the page; what it repeats from outside is only text."""
        said, head = shown(message), shown_line(title)
        super().notify(said, title=head, severity=severity, timeout=timeout, markup=False)

    async def _shutdown(self) -> None:
        # While the page is whole: what ends as cancelled says so there.
        try:
            await self.chat.end_work()
        finally:
            await super()._shutdown()

    async def on_unmount(self) -> None:
        await self.chat.close_project()

    def _signalled(self, number: signal.Signals) -> None:
        self.exit(return_code=128 + number)

    def _handle_exception(self, error: Exception) -> None:
        # Whoever still wants to show something while the app ends finds no page; that is no crash.
        cause = error.error if isinstance(error, WorkerFailed) else error
        if isinstance(cause, PAGE_GONE) and (self._exit or not self.is_running):
            return
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        # Textual prints local variables with a crash: prompts and keys among them.
        self.bell()
        text = traceback.format_exc()
        if self._account.log is not None:
            self._account.log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._account.log.open("a", encoding="utf-8") as file:
                file.write(text)
        last = text.strip().splitlines()[-1]
        where = f"\nThe trace is in {self._account.log}." if self._account.log else ""
        self.chat.farewell = (
            f"featherchat stopped on an error of its own: {last}\nWhat was stored is safe.{where}"
        )
        self._close_messages_no_wait()
