"""A form: fields from top to bottom, and what memory says to them while one types.

Leaving it loses nothing: what was typed comes back to whoever opened it. Nothing here
writes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, VerticalGroup, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static, TextArea

from featherchat.commands.wording import shown_line

PAUSE = 0.25
"""Seconds without a key before memory is asked."""

_FRAME = 5
"""Rows of the title, the foot and the space between."""

_LEAST = 4


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a form asks for."""

    label: str
    hint: str = ""
    """What stands there until something is typed."""

    lines: int = 1
    text: str = ""
    """What it begins with."""

    choices: tuple[str, ...] = ()
    """If given, one of these is chosen and nothing is typed."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What was typed, in the order of the fields."""

    texts: tuple[str, ...]
    saved: bool
    """False if the form was left."""


Look = Callable[[tuple[str, ...]], Awaitable[Sequence[str]]]
"""Gets what is typed so far; gives lines to show below the fields."""


class Choice(Static, can_focus=True):
    """One of a few words; arrows and space change it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "turn(-1)", "Previous", show=False),
        Binding("right,l,space", "turn(1)", "Next", show=False),
        Binding("enter", "screen.next", "Next field", show=False),
    ]

    def __init__(self, choices: Sequence[str], chosen: str) -> None:
        super().__init__(markup=False, classes="field")
        self._choices = tuple(choices)
        self.text = chosen if chosen in choices else choices[0]

    def on_mount(self) -> None:
        self.action_turn(0)

    def action_turn(self, step: int) -> None:
        place = (self._choices.index(self.text) + step) % len(self._choices)
        self.text = self._choices[place]
        self.update(f"‹ {self.text} ›")


class Form(ModalScreen[Filled]):
    """Some fields, the lines that belong to what is typed, and a button that saves."""

    DEFAULT_CSS = """
    Form {
        align: center middle;
        background: $background;
        & > #card { width: 100%; max-width: 100; height: auto; padding: 0 2; }
        & #fields { height: auto; scrollbar-size-vertical: 1; }
        & .title { text-style: bold; color: $accent; margin: 0 0 1 0; height: 1; }
        & .row { height: auto; }
        & .label { width: 15; color: $foreground-muted; }
        & .row:focus-within .label { color: $accent; }
        & .field {
            width: 1fr; background: $surface; border: none; padding: 0 1; height: 1;
            &:focus { background: $panel; }
        }
        & TextArea.field { padding: 0 1; scrollbar-size-vertical: 1; }
        & #found { height: auto; max-height: 7; color: $foreground-muted; margin: 1 0 0 0; }
        & #foot { height: 1; margin: 1 0 0 0; }
        & #keys { width: 1fr; color: $foreground-muted; }
        & Button.-style-default {
            min-width: 0; background: $background; color: $foreground; text-style: none;
            margin: 0 2 0 0;
            &:focus { background: $accent; color: $background; text-style: bold; }
        }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave; nothing is lost", show=False),
        Binding("ctrl+s", "save", "Record", show=False),
        Binding("down", "next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
    ]

    def __init__(
        self, title: str, fields: Sequence[Field], look: Look | None = None, save: str = "Record"
    ) -> None:
        super().__init__()
        self._title = title
        self._fields = tuple(fields)
        self._look = look
        self._save_word = save

    def compose(self) -> ComposeResult:
        with VerticalGroup(id="card"):
            yield Static(self._title, classes="title", markup=False)
            with VerticalScroll(id="fields", can_focus=False):
                for field in self._fields:
                    with HorizontalGroup(classes="row"):
                        yield Static(field.label, classes="label", markup=False)
                        yield _widget(field)
            yield Static(id="found", markup=False)
            with HorizontalGroup(id="foot"):
                yield Button(Content(f"[ {self._save_word} ]"), id="save", compact=True)
                yield Static("^S the same   tab next   esc leaves, text is kept", id="keys")

    def on_mount(self) -> None:
        self.query(".field").first().focus()
        self._ask_memory()

    def on_resize(self) -> None:
        self._fit()

    @property
    def texts(self) -> tuple[str, ...]:
        """What is typed now, in the order of the fields."""
        return tuple(_typed(widget).strip() for widget in self.query(".field"))

    @on(Input.Changed)
    @on(TextArea.Changed)
    @work(exclusive=True, group="look", exit_on_error=False)
    async def _ask_memory(self) -> None:
        if self._look is None:
            return
        # exclusive: a newer keystroke cancels what it has overtaken.
        await asyncio.sleep(PAUSE)
        lines = await self._look(self.texts)
        self.query_one("#found", Static).update(Content("\n".join(map(shown_line, lines))))
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """Give the fields the rows that the rest leaves: they scroll, what was found is seen."""
        taken = _FRAME + self.query_one("#found").size.height
        self.query_one("#fields").styles.max_height = max(self.size.height - taken, _LEAST)

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_next()

    @on(Button.Pressed)
    def _press(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_save()

    def action_next(self) -> None:
        self.focus_next()

    def action_save(self) -> None:
        self.dismiss(Filled(self.texts, saved=True))

    def action_leave(self) -> None:
        self.dismiss(Filled(self.texts, saved=False))


def _widget(field: Field) -> Input | TextArea | Choice:
    if field.choices:
        return Choice(field.choices, field.text)
    if field.lines == 1:
        return Input(
            field.text,
            placeholder=field.hint,
            compact=True,
            # What is there is gone on with, not typed over.
            select_on_focus=False,
            classes="field",
        )
    area = TextArea(field.text, placeholder=field.hint, compact=True, classes="field")
    area.styles.height = field.lines
    # Who has a text before them goes on with it.
    area.move_cursor(area.document.end)
    return area


def _typed(widget: object) -> str:
    if isinstance(widget, Input):
        return widget.value
    assert isinstance(widget, TextArea | Choice)
    return widget.text
