"""Whether an edit that the model proposes may be written: the diff, and the decisions about it.

Nothing that was typed for the prompt can agree: keys count once the question has been
there for a moment, and Escape leaves the file as it is.
"""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from featherchat.commands.edits import Answer, HeldEdit
from featherchat.commands.wording import counted, shown_line
from featherchat_tui.asking import diff_content

SETTLING = 0.4
"""Seconds in which a yes does not count: it was meant for the prompt."""

_KEYS = "y ↵ write   n no, and why   esc no   a yes to all of this turn   ↑↓ scroll"
_WHY_KEYS = "↵ no, with these words to the model   esc no"


class EditApproval(ModalScreen[Answer]):
    """One edit, read before it is agreed to."""

    DEFAULT_CSS = """
    EditApproval {
        align: center middle;
        background: $background;
        & > #card { width: 100%; max-width: 120; height: 100%; padding: 0 2; }
        & .title { text-style: bold; color: $accent; height: auto; margin: 0 0 1 0; }
        & .said { height: auto; max-height: 8; overflow-y: auto; margin: 0 0 1 0; }
        & .against { border-left: outer $error; padding: 0 0 0 1; }
        & #text { height: 1fr; scrollbar-size-vertical: 1; }
        & #text > Static { height: auto; }
        & Input { display: none; }
        &.-why Input { display: block; }
        & #keys { height: auto; max-height: 2; color: $foreground-muted; margin: 1 0 0 0; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "agree(False)", "Write it", show=False),
        Binding("a", "agree(True)", "Write all of this turn", show=False),
        Binding("n", "ask_why", "No, and why", show=False),
        Binding("escape,ctrl+c", "refuse", "No", show=False),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def __init__(self, held: HeldEdit) -> None:
        super().__init__()
        self._held = held
        self.settled = False
        """Whether a yes counts by now."""

    def compose(self) -> ComposeResult:
        held = self._held
        with VerticalGroup(id="card"):
            yield Static(Content(shown_line(held.title)), classes="title")
            if held.contradictions:
                count = counted(len(held.found.contradictions), "contradiction")
                said = (f"✕ {count} with a decision in force", *held.contradictions)
                yield Static(Content("\n".join(said)), classes="said against")
            if held.decisions:
                yield Static(Content("\n".join(held.decisions)), classes="said")
            with VerticalScroll(id="text"):
                yield Static(diff_content(held.change.diff))
            yield Input(placeholder="Why not? The model is told.")
            yield Static(_KEYS, id="keys", markup=False)

    def on_mount(self) -> None:
        self.query_one("#text").focus()
        self.set_timer(SETTLING, self._settle)

    def _settle(self) -> None:
        self.settled = True

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(Answer(agreed=False, why=event.value.strip()))

    def action_agree(self, rest: bool) -> None:
        if self.settled:
            self.dismiss(Answer(agreed=True, rest=rest))

    def action_ask_why(self) -> None:
        if self.settled:
            self.add_class("-why")
            self.query_one(Input).focus()
            self.query_one("#keys", Static).update(_WHY_KEYS)

    def action_refuse(self) -> None:
        self.dismiss(Answer(agreed=False))

    def action_scroll(self, lines: int) -> None:
        self.query_one("#text", VerticalScroll).scroll_relative(y=lines, animate=False)
