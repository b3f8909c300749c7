"""Questions that come up while one works: open this link, give a key for this run."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from featherchat.commands.wording import shown_line

_CSS = """
    align: center middle;
    & > VerticalGroup {
        width: 80%; max-width: 80; padding: 1 3; background: $surface; border-left: outer $accent;
    }
    & Static { margin: 0 0 1 0; }
    & .hint { color: $foreground-muted; margin: 0; }
    & Input { margin: 0 0 1 0; }
"""


class OpenLink(ModalScreen[bool]):
    """Whether a link may be opened; its whole address is shown."""

    DEFAULT_CSS = f"OpenLink {{ {_CSS} }}"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Open it", show=False),
        Binding("n,escape,enter", "answer(False)", "Leave it", show=False),
    ]

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def compose(self) -> ComposeResult:
        with VerticalGroup():
            yield Static("Open this in the browser?", markup=False)
            yield Static(Content(shown_line(self._url)))
            yield Static("y open   n leave it", classes="hint", markup=False)

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)


class KeyQuestion(ModalScreen[str]):
    """A key for this run; it is kept in memory only, and an empty answer means none."""

    DEFAULT_CSS = f"KeyQuestion {{ {_CSS} }}"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "No key", show=False),
    ]

    def compose(self) -> ComposeResult:
        with VerticalGroup():
            yield Static("An Anthropic key, for this run only. It is stored nowhere.", markup=False)
            yield Input(password=True, placeholder="sk-ant-…")
            yield Static(
                "↵ use it   esc none   ANTHROPIC_API_KEY keeps it for the next time",
                classes="hint",
                markup=False,
            )

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value.strip())

    def action_leave(self) -> None:
        self.dismiss("")
