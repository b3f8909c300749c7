"""A full screen of a table under a line to type into, as sessions, changes and settings are."""

from typing import TypeVar

from textual import on
from textual.getters import query_one
from textual.widgets import Input

from featherchat.errors import FeatherchatError
from featherchat_tui.long_table import LongTable
from featherchat_tui.steady_screen import SteadyScreen

Result = TypeVar("Result")


class SearchedScreen(SteadyScreen[Result]):
    """A table, and what narrows it down; its parts are ``#head``, ``#foot`` and ``#hints``."""

    DEFAULT_CSS = """
    SearchedScreen {
        background: $background; padding: 0 1;
        & > #head { height: 1; margin: 0 0 1 0; }
        & #title { width: auto; text-style: bold; margin: 0 2 0 0; }
        & Input { width: 1fr; height: 1; border: none; padding: 0; background: $surface; }
        & > #foot, & > #hints { height: 1; color: $foreground-muted; }
    }
    """

    table = query_one(LongTable)
    typed = query_one(Input)

    def show_error(self, error: FeatherchatError) -> None:
        """Say what did not work and what to do next."""
        self.notify(f"{error}\n{error.hint}", severity="error", markup=False)

    @on(Input.Submitted)
    def _end_typing(self, event: Input.Submitted) -> None:
        event.stop()
        self.table.focus()

    def action_filter(self) -> None:
        """Begin to type."""
        self.typed.focus()

    def action_leave(self) -> None:
        """One step back: to the table, to all of its rows, and out."""
        if self.focused is not self.table:
            self.table.focus()
        elif self.typed.value:
            self.typed.value = ""
        else:
            self.dismiss(None)
