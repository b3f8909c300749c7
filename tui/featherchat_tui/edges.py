"""What stands at the edges of a conversation: a way to its end, and to what is not mounted."""

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Click
from textual.message import Message
from textual.widgets import Static

from featherchat.commands.wording import counted


class Pill(Static):
    """``↓ new``: text has come below what is shown."""

    DEFAULT_CSS = """
    Pill {
        layer: above; dock: bottom; width: auto; height: 1; padding: 0 1;
        background: $accent; color: $background; display: none;
        &.-shown { display: block; }
    }
    """

    class Pressed(Message):
        """A person wants to see the end."""

    def __init__(self) -> None:
        super().__init__("↓ new", markup=False)

    def on_click(self, event: Click) -> None:
        event.stop()
        self.post_message(self.Pressed())


class More(Static, can_focus=True):
    """A line above the oldest or below the newest mounted turn, when there are others."""

    DEFAULT_CSS = """
    More {
        width: 1fr; height: 1; margin: 0 0 1 0; padding: 0 0 0 2; color: $foreground-muted;
        &:focus { color: $accent; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "press", "Load more turns", show=False)
    ]

    @dataclass
    class Pressed(Message):
        """A person wants to see more turns."""

        earlier: bool

    def __init__(self, *, earlier: bool) -> None:
        super().__init__(markup=False)
        self._earlier = earlier
        self.display = False

    def count(self, hidden: int) -> None:
        """Say how many messages are not mounted on this side; none hides the line."""
        self.display = hidden > 0
        if hidden:
            sign, word = ("↑", "earlier") if self._earlier else ("↓", "later")
            self.update(f"{sign} {counted(hidden, f'{word} turn')}")

    def on_click(self, event: Click) -> None:
        event.stop()
        self.action_press()

    def action_press(self) -> None:
        self.post_message(self.Pressed(self._earlier))
