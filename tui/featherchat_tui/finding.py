"""Finding words in a conversation: where they stand, and the line in which they are typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.getters import query_one
from textual.message import Message
from textual.widgets import Input, Static

from featherchat_tui.values import PastNote, PastTurn


@dataclass(frozen=True, slots=True)
class Spot:
    """A block in which words were found."""

    place: int
    """The entry of the conversation."""

    part: int
    """The block of that entry: 0 the question or note, 1 the answer."""


def spots(entries: Sequence[PastTurn | PastNote], words: str) -> list[Spot]:
    """Every block that contains the words, whatever their case, oldest first."""
    wanted = words.casefold()
    return [
        Spot(place, part)
        for place, entry in enumerate(entries)
        for part, text in enumerate(_texts(entry))
        if wanted and wanted in text.casefold()
    ]


def _texts(entry: PastTurn | PastNote) -> tuple[str, ...]:
    return (entry.text,) if isinstance(entry, PastNote) else (entry.prompt, entry.answer)


class FindBar(Horizontal):
    """One line above the prompt: what is looked for, and which of how many is shown."""

    DEFAULT_CSS = """
    FindBar {
        height: 1; padding: 0 2; display: none;
        &.-shown { display: block; layout: horizontal; }
        & > Input {
            width: 1fr; height: 1; border: none; padding: 0; background: $background;
            &:focus { border: none; background: $background; }
        }
        & > .sign { width: auto; color: $accent; padding: 0 1 0 0; }
        & > .count { width: auto; color: $foreground-muted; padding: 0 0 0 2; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,enter", "look(-1)", "Earlier", show=False, priority=True),
        Binding("down", "look(1)", "Later", show=False),
        Binding("escape", "close", "Close", show=False),
    ]

    box = query_one(Input)
    count = query_one(".count", Static)

    @dataclass
    class Wanted(Message):
        """A person looks for words: the newest place first, then step by step."""

        words: str
        step: int

    class Closed(Message):
        """A person has found it, or not."""

    def compose(self) -> ComposeResult:
        yield Static("find", classes="sign", markup=False)
        yield Input(placeholder="words of this conversation", compact=True)
        yield Static(markup=False, classes="count")

    def open(self) -> None:
        """Take the focus; what was looked for before is chosen."""
        self.add_class("-shown")
        self.box.focus()
        self.box.action_select_all()

    def show(self, number: int, total: int) -> None:
        """Say which of how many places is shown."""
        words = f"{number} of {total:,}" if total else "not in this conversation"
        self.count.update(f"{words} · ↑ ↓ esc" if self.box.value else "")

    @on(Input.Changed)
    def _look(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Wanted(event.value, 0))

    def action_look(self, step: int) -> None:
        self.post_message(self.Wanted(self.box.value, step))

    def action_close(self) -> None:
        self.remove_class("-shown")
        self.post_message(self.Closed())
