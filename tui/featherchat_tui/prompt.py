"""Where a person types: several lines, a history, and completions above them.

Nothing typed is ever lost: what is cleared goes into the history. Only what was
typed can be a command; a slash in a path or in pasted text is text.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.events import Key, Paste
from textual.message import Message
from textual.timer import Timer
from textual.widgets import TextArea

from featherchat.commands.wording import shown
from featherchat.errors import FeatherchatError
from featherchat_tui.chip_area import ChipArea
from featherchat_tui.completion import (
    CompletionPopup,
    command_prefix,
    is_command,
    matching,
    mention_prefix,
)
from featherchat_tui.history import History
from featherchat_tui.values import Completion
from featherchat_tui.waiting import Waiting

PLACEHOLDER = "Ask, or / for commands, @ for files, symbols, memories"
NEWLINE_KEYS = ("ctrl+j", "shift+enter", "alt+enter")
DRAFT_PAUSE = 0.5
"""Seconds after the last key in which a crash may cost what was typed."""

Complete = Callable[[str], Awaitable[Sequence[Completion]]]
"""From what follows an ``@`` to completions, best first."""


async def no_completions(typed: str) -> Sequence[Completion]:
    """Nothing can be mentioned."""
    return ()


class Move(Enum):
    """Where a person wants the conversation scrolled to, from the prompt."""

    PAGE_UP = "page_up"
    PAGE_DOWN = "page_down"
    HOME = "home"
    END = "end"


class Prompt(ChipArea):
    """A text box that sends on Enter and grows to eight lines."""

    DEFAULT_CSS = """
    Prompt {
        height: auto; max-height: 8; border: none; padding: 0 1;
        border-left: outer $panel;
        background: $background; color: $foreground;
        scrollbar-size-vertical: 1;
        &:focus { border: none; border-left: outer $accent; }
        & .text-area--cursor-line { background: transparent; }
        & .text-area--placeholder { color: $foreground-muted; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", show=False),
        Binding("ctrl+c", "interrupt", "Copy, clear, interrupt", show=False),
        Binding("ctrl+f", "find", "Find in the conversation", show=False, id="find"),
        Binding("ctrl+g", "edit_outside", "Write in the editor", show=False, id="editor"),
        Binding("ctrl+r", "search_history", "Search history", show=False, id="history"),
        Binding("ctrl+d", "delete_or_exit", "Delete right, or exit", show=False),
        Binding("pageup", "scroll_conversation('page_up')", "Scroll up", show=False),
        Binding("pagedown", "scroll_conversation('page_down')", "Scroll down", show=False),
        Binding("home,ctrl+a", "line_start", "Line start", show=False),
        Binding("end,ctrl+e", "line_end", "Line end", show=False),
    ]

    @dataclass
    class Submitted(Message):
        """Enter was pressed."""

        text: str
        command: bool
        """Whether it is a command line that was typed, known or not."""

    class Cancelled(Message):
        """Escape was pressed, and no list was open."""

    class Interrupted(Message):
        """Ctrl+C was pressed with nothing selected, nothing typed and no list open."""

    class FindAsked(Message):
        """Ctrl+F was pressed."""

    @dataclass
    class EditorAsked(Message):
        """Ctrl+G was pressed: the text is to be written in the person's editor."""

        text: str

    class ExitAsked(Message):
        """Ctrl+D was pressed in an empty prompt."""

    @dataclass
    class Copied(Message):
        """Ctrl+C was pressed with something selected, here or on the screen."""

        text: str

    @dataclass
    class Scrolled(Message):
        """The conversation should scroll; the prompt keeps the focus."""

        to: Move

    def __init__(
        self,
        popup: CompletionPopup,
        *,
        commands: Sequence[Completion] = (),
        complete: Complete = no_completions,
        history: History | None = None,
        waiting: Waiting | None = None,
        keep: Callable[[str], None] = lambda draft: None,
    ) -> None:
        """Args:
        popup: Where completions are shown.
        commands: What can be typed behind a slash, in the order in which it is shown.
        complete: What an ``@`` can become.
        history: What was typed before.
        waiting: What was sent and waits; Up in an empty prompt takes the last of it back.
        keep: Called with what is typed and what waits, a moment after it has changed.
        """
        super().__init__(placeholder=PLACEHOLDER)
        self.commands = commands
        """The commands in the order in which the list shows them."""

        self._popup = popup
        self._complete = complete
        self._history = history or History()
        self._begins_pasted = False
        self._searched_from: str | None = None
        self._dismissed = ""
        self._waiting = waiting or Waiting()
        self._keep = keep
        self._draft_timer: Timer | None = None

    def on_unmount(self) -> None:
        self.keep_draft()

    def keep_draft(self) -> None:
        """Let what was typed and what waits be kept at once."""
        self._keep("\n\n".join([*self._waiting.texts, self.whole_text]).strip())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # TextArea selects with F6 and F7; the function keys are the screen's panes.
        return action not in ("select_line", "select_all")

    def replace_text(self, text: str) -> None:
        """Put a text into the prompt, the cursor behind it: a failed turn's, for example."""
        self._begins_pasted = False
        self.load_text(self._pastes.refold(shown(text)))
        self.move_cursor(self.document.end)

    def begin(self, text: str) -> None:
        """Put a text in that is to be completed; what stood there goes into the history."""
        self._history.add(self.whole_text.strip())
        self.replace_text(text)

    def on_key(self, event: Key) -> None:
        if event.key == "enter":
            event.prevent_default().stop()
            self._enter()
        elif event.key in NEWLINE_KEYS:
            # Here and not as a binding: a binding runs after the letters typed behind it.
            event.prevent_default().stop()
            self.action_newline()
        elif event.key == "tab" and self._popup.shown:
            event.prevent_default().stop()
            self._take_chosen()

    def on_paste(self, event: Paste) -> None:
        event.prevent_default().stop()
        self._begins_pasted |= self.selection.start == (0, 0) or not self.text
        # Terminals send the line breaks of a paste as carriage returns.
        pasted = event.text.replace("\r\n", "\n").replace("\r", "\n")
        folded = self._pastes.fold(shown(pasted))
        self.replace(folded, *self.selection, maintain_selection_offset=False)
        self.scroll_cursor_visible()

    @on(TextArea.Changed)
    def _offer(self, event: TextArea.Changed) -> None:
        event.stop()
        if self._draft_timer is None:
            self._draft_timer = self.set_timer(DRAFT_PAUSE, self._keep_draft_now)
        if not self.text:
            self._begins_pasted = False
        if self._searched_from is not None:
            self._popup.show(self._history.matching(self.text), "history")
            return
        before = self.get_text_range((0, 0), self.cursor_location)
        command = None if self._begins_pasted else command_prefix(before)
        mention = mention_prefix(before)
        if self.text == self._dismissed:
            self._popup.hide()
        elif command is not None:
            self._popup.show(matching(self.commands, command), "commands")
        elif mention is not None:
            self._find_mentions(mention)
        else:
            self._popup.hide()

    def _keep_draft_now(self) -> None:
        self._draft_timer = None
        self.keep_draft()

    @work(exclusive=True, group="complete")
    async def _find_mentions(self, typed: str) -> None:
        # exclusive: a newer keystroke cancels the search it has overtaken.
        try:
            found = await self._complete(typed)
        except FeatherchatError as error:
            self._popup.hide()
            self.notify(f"{error} {error.hint}", severity="warning", markup=False)
            return
        self._show_mentions(typed, found)

    def _show_mentions(self, typed: str, found: Sequence[Completion]) -> None:
        before = self.get_text_range((0, 0), self.cursor_location)
        if mention_prefix(before) == typed and self._searched_from is None:
            self._popup.show(found, "files, decisions, commits, memories")

    def pick(self, completion: Completion) -> None:
        """Put a completion in the place of what was typed of it; nothing is sent."""
        if self._searched_from is not None:
            self._history.add(self._searched_from.strip())
            self._searched_from = None
            self.replace_text(completion.text)
        else:
            row, column = self.cursor_location
            before = self.get_text_range((0, 0), self.cursor_location)
            mention = mention_prefix(before)
            typed = len(before) if mention is None else len(mention) + 1
            self.replace(shown(completion.text) + " ", (row, column - typed), (row, column))
        self._dismissed = self.text
        self._popup.hide()

    def _take_chosen(self) -> None:
        if self._popup.chosen is not None:
            self.pick(self._popup.chosen)

    def _enter(self) -> None:
        exact = any(one.text == self.text.strip() for one in self.commands)
        if self._searched_from is not None or (self._popup.shown and not exact):
            self._take_chosen()
            return
        text = self.whole_text.strip()
        if text:
            command = is_command(text) and not self._begins_pasted
            self._keep_and_clear()
            self.post_message(self.Submitted(text, command))

    def _keep_and_clear(self) -> None:
        self._history.add(self.whole_text.strip())
        self._popup.hide()
        self._searched_from = None
        self.replace_text("")

    def action_newline(self) -> None:
        self.insert("\n")
        self.scroll_cursor_visible()

    def action_cancel(self) -> None:
        if self._searched_from is not None:
            before, self._searched_from = self._searched_from, None
            self.replace_text(before)
            self._dismissed = before
            self._popup.hide()
        elif self._popup.shown:
            self._dismissed = self.text
            self._popup.hide()
        else:
            self.post_message(self.Cancelled())

    def action_interrupt(self) -> None:
        selected = self.selected_text or self.screen.get_selected_text()
        if selected:
            self.post_message(self.Copied(selected))
        elif self._popup.shown or self._searched_from is not None:
            self.action_cancel()
        elif self.text.strip():
            self._keep_and_clear()
        else:
            self.post_message(self.Interrupted())

    def action_delete_or_exit(self) -> None:
        if self.text:
            self.action_delete_right()
        else:
            self.post_message(self.ExitAsked())

    def action_find(self) -> None:
        self.post_message(self.FindAsked())

    def action_edit_outside(self) -> None:
        self.post_message(self.EditorAsked(self.whole_text))

    def action_search_history(self) -> None:
        if self._searched_from is not None:
            self._popup.action_cursor_down()
            return
        self._searched_from = self.text
        self._popup.show(self._history.matching(self.text), "history")

    def action_cursor_up(self, select: bool = False) -> None:
        if self._popup.shown:
            self._popup.action_cursor_up()
        elif not select and self.navigator.is_first_wrapped_line(self.cursor_location):
            self._walk_history(-1)
        else:
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        if self._popup.shown:
            self._popup.action_cursor_down()
        elif not select and self.navigator.is_last_wrapped_line(self.cursor_location):
            self._walk_history(1)
        else:
            super().action_cursor_down(select)

    def _walk_history(self, step: int) -> None:
        if step < 0 and not self.text and (queued := self._waiting.take_last()) is not None:
            self.replace_text(queued.text)
            return
        text = self._history.walk(step, self.text)
        if text is not None:
            self._dismissed = text
            self.replace_text(text)

    def action_scroll_conversation(self, to: str) -> None:
        self.post_message(self.Scrolled(Move(to)))

    def action_line_start(self) -> None:
        if self.text:
            self.action_cursor_line_start()
        else:
            self.post_message(self.Scrolled(Move.HOME))

    def action_line_end(self) -> None:
        if self.text:
            self.action_cursor_line_end()
        else:
            self.post_message(self.Scrolled(Move.END))
