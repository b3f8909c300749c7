"""The prompt with what stands around it: what waits, what can be completed, the keys."""

from collections.abc import Callable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.events import Resize
from textual.getters import query_one
from textual.widgets import Static

from featherchat_tui.completion import CompletionPopup
from featherchat_tui.history import History
from featherchat_tui.keymap import keymap_of
from featherchat_tui.prompt import Complete, Prompt, no_completions
from featherchat_tui.values import Completion
from featherchat_tui.waiting import Waiting

NARROW = 72
"""Columns below which the hints name keys only."""


class PromptBox(VerticalGroup):
    """The prompt with its completions above it and the hints below it."""

    DEFAULT_CSS = """
    PromptBox {
        dock: bottom; padding: 0 0 0 1;
        & > #hints { color: $foreground-muted; height: 1; padding: 0 0 0 1; text-wrap: nowrap; }
    }
    """

    popup = query_one(CompletionPopup)
    waiting = query_one(Waiting)
    prompt = query_one(Prompt)
    hints = query_one("#hints", Static)

    def __init__(
        self,
        *,
        commands: Sequence[Completion] = (),
        complete: Complete = no_completions,
        history: History | None = None,
        keep: Callable[[str], None] = lambda draft: None,
    ) -> None:
        super().__init__()
        self._commands = commands
        self._complete = complete
        self._history = history
        self._keep = keep

    def compose(self) -> ComposeResult:
        popup = CompletionPopup()
        waiting = Waiting()
        yield waiting
        yield popup
        yield Prompt(
            popup,
            commands=self._commands,
            complete=self._complete,
            history=self._history,
            waiting=waiting,
            keep=self._keep,
        )
        yield Static(id="hints", markup=False)

    def on_resize(self, event: Resize) -> None:
        wide = event.size.width >= NARROW
        hints = (
            "↵ send   ^J newline   esc cancel   ^R history   ^O memory   F1 help"
            if wide
            else "↵ ^J esc ^R ^O F1 help"
        )
        self.hints.update(keymap_of(self.screen).in_words(hints))

    @on(CompletionPopup.Picked)
    def _pick(self, event: CompletionPopup.Picked) -> None:
        event.stop()
        self.prompt.pick(event.completion)
        self.prompt.focus()
