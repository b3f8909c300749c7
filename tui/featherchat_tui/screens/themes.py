"""The choice of a theme: what is under the cursor is shown at once, on the page itself."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.content import Content
from textual.screen import ModalScreen
from textual.theme import Theme
from textual.widgets import OptionList, Static

from featherchat.commands.wording import shown_line

_SAMPLE = Content.assemble(
    ("● accepted  ", "$accent"),
    ("+ learnt  ", "$success"),
    ("⚑ suspect  ", "$warning"),
    ("- lost  ", "$error"),
    ("7w", "$foreground-muted"),
)


class ThemePicker(ModalScreen[str]):
    """Dismissed with the name of a theme; empty when the one before is to stay."""

    DEFAULT_CSS = """
    ThemePicker {
        align: right top; background: transparent;
        & > VerticalGroup {
            width: 44; max-width: 100%; height: auto; max-height: 100%; padding: 1 2;
            background: $surface; border-left: outer $accent;
        }
        & .title { text-style: bold; color: $accent; margin: 0 0 1 0; }
        & OptionList, & OptionList:focus {
            height: auto; max-height: 12; border: none; padding: 0; background: $surface;
        }
        & .sample { margin: 1 0; }
        & .hint { color: $foreground-muted; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False),
    ]

    def __init__(self, themes: Sequence[Theme], current: str) -> None:
        super().__init__()
        self._themes = tuple(themes)
        self._before = current

    def compose(self) -> ComposeResult:
        with VerticalGroup():
            yield Static("Theme", classes="title", markup=False)
            yield OptionList(*(Content(_line(theme)) for theme in self._themes))
            yield Static(_SAMPLE, classes="sample")
            yield Static("↑↓ look   ↵ keep   esc as before", classes="hint", markup=False)

    def on_mount(self) -> None:
        names = [theme.name for theme in self._themes]
        options = self.query_one(OptionList)
        options.highlighted = names.index(self._before) if self._before in names else 0

    @on(OptionList.OptionHighlighted)
    def _look(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.app.theme = self._themes[event.option_index].name

    @on(OptionList.OptionSelected)
    def _keep(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._themes[event.option_index].name)

    def action_leave(self) -> None:
        self.app.theme = self._before
        self.dismiss("")


def _line(theme: Theme) -> str:
    return f"{shown_line(theme.name):<24}{'dark' if theme.dark else 'light'}"
