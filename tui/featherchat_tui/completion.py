"""The list that opens above the prompt, and how it decides what fits.

It never has the focus: keys stay in the prompt, which tells the list what to do.
Nothing in the list is executed; choosing only puts text into the prompt.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from featherchat.commands.wording import shown_line
from featherchat_tui.values import Completion

MOST_ROWS = 8
MOST_COMPLETIONS = 50
_NAME_WIDTH = 36

_COMMAND = re.compile(r"/[\w-]*\Z")
_MENTION = re.compile(r"(?:\A|\s)@([^\s@]*)\Z")
_COMMAND_LINE = re.compile(r"/[a-z][\w-]*(?:\s|\Z)")


def command_prefix(before_cursor: str) -> str | None:
    """What is typed of a command's name, with its slash; None inside a path or a sentence."""
    return before_cursor if _COMMAND.match(before_cursor) else None


def mention_prefix(before_cursor: str) -> str | None:
    """What is typed of a file or memory after ``@``; None outside a mention."""
    found = _MENTION.search(before_cursor)
    return found.group(1) if found else None


def is_command(text: str) -> bool:
    """Whether a text is a command line: ``/name`` and then nothing, or a space."""
    return _COMMAND_LINE.match(text) is not None


def matching(completions: Sequence[Completion], typed: str) -> list[Completion]:
    """Those that begin with what was typed, in the given order, then those that contain it."""
    wanted = typed.casefold()
    begin = [one for one in completions if one.text.casefold().startswith(wanted)]
    bare = wanted.lstrip("/@")
    contain = [one for one in completions if bare and bare in one.text.casefold()]
    return [*begin, *(one for one in contain if one not in begin)][:MOST_COMPLETIONS]


class CompletionPopup(OptionList, can_focus=False):
    """What the prompt can be completed to, best first."""

    DEFAULT_CSS = """
    CompletionPopup {
        overlay: screen;
        display: none;
        width: 100%;
        max-height: 12;
        border: round $panel;
        border-title-color: $foreground-muted;
        background: $surface;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        scrollbar-size-vertical: 1;
        &.-shown { display: block; }
        & > .option-list--option-highlighted {
            background: $accent; color: $background; text-style: bold;
        }
    }
    """

    @dataclass
    class Picked(Message):
        """A click chose a completion."""

        completion: Completion

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._completions: list[Completion] = []

    @property
    def shown(self) -> bool:
        """Whether there is something to choose from."""
        return bool(self._completions)

    @property
    def chosen(self) -> Completion | None:
        """The completion under the cursor."""
        place = self.highlighted
        return self._completions[place] if self.shown and place is not None else None

    def show(self, completions: Sequence[Completion], title: str) -> None:
        """Offer these completions, the first one chosen; none closes the list."""
        self._completions = list(completions)
        self.set_class(self.shown, "-shown")
        self.clear_options()
        if not self.shown:
            return
        widest = max(len(shown_line(one.text)) for one in completions)
        self.add_options([Option(_line(one, min(widest, _NAME_WIDTH))) for one in completions])
        self.highlighted = 0
        self.border_title = Content(title)
        rows = min(len(completions), MOST_ROWS) + 2
        self.styles.height = rows
        # It is laid out where the prompt begins, and drawn above that place.
        self.styles.offset = (0, -rows)

    def hide(self) -> None:
        """Close the list."""
        self.show((), "")

    @on(OptionList.OptionSelected)
    def _pick(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Picked(self._completions[event.option_index]))


def _line(completion: Completion, width: int) -> Content:
    text = shown_line(completion.text)
    if not completion.summary:
        return Content(text)
    name = Content(text).truncate(width, ellipsis=True, pad=True)
    return Content.assemble(name.stylize("bold"), "  ", shown_line(completion.summary))
