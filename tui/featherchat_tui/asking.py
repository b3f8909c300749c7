"""What is asked before something is done: whether to write files, and which of a few ways to go.

Escape is the answer that changes nothing.
"""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

from featherchat.commands.wording import shown, shown_line


class ConfirmText(ModalScreen[bool]):
    """A long text, such as a diff, that is read before it is agreed to."""

    DEFAULT_CSS = """
    ConfirmText {
        align: center middle;
        background: $background;
        & > #card { width: 100%; max-width: 120; height: 100%; padding: 0 2; }
        & .title { text-style: bold; color: $accent; height: auto; margin: 0 0 1 0; }
        & .said { height: auto; max-height: 8; overflow-y: auto; margin: 0 0 1 0; }
        & #text { height: 1fr; scrollbar-size-vertical: 1; }
        & #text > Static { height: auto; }
        & #keys { height: 1; color: $foreground-muted; margin: 1 0 0 0; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", show=False),
        Binding("n,escape,q", "answer(False)", "No", show=False),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def __init__(
        self, title: str, text: Content, said: Sequence[str] = (), yes: str = "write"
    ) -> None:
        """Keep what is shown.

        Args:
            title: What is asked.
            text: What a yes agrees to.
            said: What a reader should know first, such as what is left out and why.
            yes: What ``y`` does, in a word.
        """
        super().__init__()
        self._title = title
        self._text = text
        self._said = tuple(said)
        self._yes = yes

    def compose(self) -> ComposeResult:
        with VerticalGroup(id="card"):
            yield Static(Content(shown(self._title)), classes="title")
            if self._said:
                yield Static(Content("\n".join(map(shown_line, self._said))), classes="said")
            with VerticalScroll(id="text"):
                yield Static(self._text)
            keys = f"y {self._yes}   n leave it   ↑↓ pgup pgdn scroll"
            yield Static(keys, id="keys", markup=False)

    def on_mount(self) -> None:
        self.query_one("#text").focus()

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)

    def action_scroll(self, lines: int) -> None:
        self.query_one("#text", VerticalScroll).scroll_relative(y=lines, animate=False)


class ChooseOne(ModalScreen[int]):
    """A few ways to go on, after what is to be known; Escape answers -1."""

    DEFAULT_CSS = """
    ChooseOne {
        align: center middle;
        background: $background;
        & > VerticalGroup { width: 100%; max-width: 96; height: auto; max-height: 100%; padding: 1 3; }
        & .title { text-style: bold; color: $accent; margin: 0 0 1 0; }
        & .said { margin: 0 0 1 0; height: auto; max-height: 12; overflow-y: auto; }
        & OptionList, & OptionList:focus {
            height: auto; border: none; padding: 0; background: $background;
        }
        & #keys { color: $foreground-muted; margin: 1 0 0 0; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False),
    ]

    def __init__(self, title: str, said: Sequence[str], answers: Sequence[str]) -> None:
        super().__init__()
        self._title = title
        self._said = tuple(said)
        self._answers = tuple(answers)

    def compose(self) -> ComposeResult:
        with VerticalGroup():
            yield Static(Content(shown_line(self._title)), classes="title")
            yield Static(Content("\n\n".join(map(shown, self._said))), classes="said")
            yield OptionList(*(Content(shown_line(each)) for each in self._answers))
            yield Static("↑↓ choose   ↵ go on   esc back", id="keys", markup=False)

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option_index)

    def action_leave(self) -> None:
        self.dismiss(-1)


def diff_content(diff: str) -> Content:
    """A unified diff, its signs colored; a text that comes from files is never markup."""
    lines = [line.expandtabs(4) for line in shown(diff).splitlines()]
    return Content.assemble(*((line + "\n", _style(line)) for line in lines))


def _style(line: str) -> str:
    if line.startswith(("--- ", "+++ ")):
        return "bold"
    if line.startswith("@@"):
        return "$accent"
    styles = {"+": "$success", "-": "$error"}
    return styles.get(line[:1], "$foreground-muted")
