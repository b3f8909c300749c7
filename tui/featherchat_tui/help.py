"""F1: every key and every command, on one page that scrolls."""

import textwrap
from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import Static

from featherchat.commands.wording import shown, shown_line
from featherchat_tui.values import Completion, KeyHelp


class _Table(Static):
    """Names with what they stand for, which wraps beside them and not below."""

    def __init__(self, title: str, rows: Sequence[tuple[str, str]]) -> None:
        super().__init__(classes="group")
        self._title = title
        self._rows = rows

    def on_resize(self, event: Resize) -> None:
        self.update(_table(self._title, self._rows, event.size.width))

    def on_mount(self) -> None:
        self.update(_table(self._title, self._rows, self.app.size.width))


class Help(ModalScreen[None]):
    """Keys by where they work, then commands in the order of the slash menu."""

    DEFAULT_CSS = """
    Help {
        align: center middle;
        background: $background;
        & > VerticalScroll {
            width: 100%; max-width: 96; height: 100%; padding: 1 3; scrollbar-size-vertical: 1;
        }
        & .title { text-style: bold; color: $accent; margin: 0 0 1 0; }
        & .group { margin: 0 0 1 0; height: auto; }
        & .note { color: $foreground-muted; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Close", show=False),
        Binding("f1", "close", "Close", show=False, id="help"),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def __init__(
        self, keys: Sequence[KeyHelp], commands: Sequence[Completion], note: str = ""
    ) -> None:
        """Keep what it shows; ``note`` stands below the keys."""
        super().__init__()
        self._keys = keys
        self._commands = commands
        self._note = note

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static("Help · esc closes", classes="title", markup=False)
            for where in dict.fromkeys(key.where for key in self._keys):
                rows = [(key.key, key.does) for key in self._keys if key.where == where]
                yield _Table(where, rows)
            if self._note:
                yield Static(Content(shown(self._note)), classes="group note")
            if self._commands:
                commands = [(one.text, one.summary) for one in self._commands]
                yield _Table("Commands", commands)

    def action_close(self) -> None:
        self.dismiss(None)

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)


def _table(title: str, rows: Sequence[tuple[str, str]], columns: int) -> Content:
    names = [shown_line(name) for name, _ in rows]
    width = max((cell_len(name) for name in names), default=0) + 5
    wrap = partial(textwrap.wrap, width=max(columns - width, 12))
    parts: list[tuple[str, str]] = [(shown_line(title), "bold")]
    for name, (_, does) in zip(names, rows, strict=True):
        parts += [("\n  " + name + " " * (width - 2 - cell_len(name)), "$accent")]
        parts += [(f"\n{' ' * width}".join(wrap(shown_line(does))), "")]
    return Content.assemble(*parts)
