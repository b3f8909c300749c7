"""The app: themes, the chat screen, and a clean way out however it ends."""

import asyncio
import signal
import traceback
from pathlib import Path

from textual.app import App
from textual.screen import Screen

from featherchat_tui.opening import MakeSurroundings, Start, default_surroundings
from featherchat_tui.screens.chat import ChatScreen
from featherchat_tui.theming import DEFAULT_THEME, load_themes, theme_folders

SIGNALS = (signal.SIGTERM, signal.SIGHUP)


class FeatherchatApp(App[None]):
    """featherchat in a terminal."""

    TITLE = "featherchat"
    PAUSE_GC_ON_SCROLL = True
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        start: Start,
        surroundings: MakeSurroundings = default_surroundings,
        *,
        log: Path | None = None,
        user_themes: Path | None = None,
        theme: str = DEFAULT_THEME,
    ) -> None:
        super().__init__()
        self._log_file = log
        self._user_themes = user_themes
        self._wanted_theme = theme
        self.chat = ChatScreen(start, surroundings)

    def get_default_screen(self) -> Screen[None]:
        """The chat."""
        return self.chat

    def on_mount(self) -> None:
        folders = [*theme_folders(), *([self._user_themes] if self._user_themes else [])]
        themes, problems = load_themes(folders)
        for theme in themes:
            self.register_theme(theme)
        names = {theme.name for theme in themes}
        if self._wanted_theme in names or self._wanted_theme in self.available_themes:
            self.theme = self._wanted_theme
        for problem in problems:
            self.notify(f"{problem.path.name}: {problem.message}", severity="warning", markup=False)
        for number in SIGNALS:
            # Without a handler a signal leaves the terminal in the alternate screen.
            asyncio.get_running_loop().add_signal_handler(number, self._signalled, number)

    async def on_unmount(self) -> None:
        await self.chat.close_project()

    def _signalled(self, number: signal.Signals) -> None:
        self.exit(return_code=128 + number)

    def _fatal_error(self) -> None:
        # Textual prints local variables with a crash: prompts and keys among them.
        self.bell()
        text = traceback.format_exc()
        if self._log_file is not None:
            self._log_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._log_file.open("a", encoding="utf-8") as file:
                file.write(text)
        last = text.strip().splitlines()[-1]
        where = f"\nThe trace is in {self._log_file}." if self._log_file else ""
        self.chat.farewell = (
            f"featherchat stopped on an error of its own: {last}\nWhat was stored is safe.{where}"
        )
        self._close_messages_no_wait()
