"""A number that is set with the arrow keys, drawn as a bar of one line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

_FULL, _EMPTY = "▐", "░"
_BAR = 8


class Slider(Widget, can_focus=True):
    """One of some steps."""

    DEFAULT_CSS = """
    Slider {
        width: auto; height: 1; color: $foreground-muted;
        &:focus { color: $accent; text-style: bold; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,minus", "step(-1)", show=False),
        Binding("right,plus", "step(1)", show=False),
    ]

    place: reactive[int] = reactive(0)
    """Which step is chosen, from 0."""

    @dataclass
    class Changed(Message):
        """Another step is chosen."""

        slider: "Slider"
        value: float

    def __init__(
        self, label: str, steps: Sequence[float], value: float, form: str, *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._label = label
        self._steps = tuple(steps)
        self._form = form
        nearest = min(range(len(steps)), key=lambda place: abs(steps[place] - value))
        self.set_reactive(Slider.place, nearest)

    @property
    def value(self) -> float:
        """The chosen number."""
        return self._steps[self.place]

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return len(self._label) + _BAR + 2 + max(len(self._form.format(s)) for s in self._steps)

    def render(self) -> Content:
        filled = round(self.place / (len(self._steps) - 1) * _BAR)
        drawn = _FULL * filled + _EMPTY * (_BAR - filled)
        return Content(f"{self._label} {drawn} {self._form.format(self.value)}")

    def validate_place(self, place: int) -> int:
        return min(max(place, 0), len(self._steps) - 1)

    def watch_place(self) -> None:
        self.refresh()
        self.post_message(self.Changed(self, self.value))

    def on_click(self, event: Click) -> None:
        column = event.x - len(self._label) - 1
        if 0 <= column < _BAR:
            self.place = round((column + 0.5) / _BAR * (len(self._steps) - 1))

    def action_step(self, by: int) -> None:
        self.place += by
