"""What was sent while an answer was coming: it waits in sight, and can be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.widgets import Static

from featherchat.commands.wording import shown_line

MOST_ROWS = 4


@dataclass(frozen=True, slots=True)
class Queued:
    """A prompt that waits for the answer before it."""

    text: str
    command: bool = False
    """Whether it is a command line."""


class Waiting(Static):
    """The prompts that are sent one after the other once the answer has come."""

    DEFAULT_CSS = """
    Waiting {
        height: auto; padding: 0 1; color: $foreground-muted; display: none;
        text-wrap: nowrap; text-overflow: ellipsis;
        &.-shown { display: block; }
    }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._queued: list[Queued] = []

    def __len__(self) -> int:
        return len(self._queued)

    def __bool__(self) -> bool:
        # A widget without children must not count as nothing.
        return True

    @property
    def texts(self) -> Sequence[str]:
        """What waits, the next first."""
        return [one.text for one in self._queued]

    def add(self, queued: Queued) -> None:
        """Let one wait behind the others."""
        self._show([*self._queued, queued])

    def take_first(self) -> Queued | None:
        """The one whose turn has come; None when nothing waits."""
        first = self._queued[0] if self._queued else None
        self._show(self._queued[1:])
        return first

    def take_last(self) -> Queued | None:
        """The one that was put here last, to be changed; None when nothing waits."""
        last = self._queued[-1] if self._queued else None
        self._show(self._queued[:-1])
        return last

    def take_all(self) -> list[Queued]:
        """Everything that waits."""
        taken = self._queued
        self._show([])
        return taken

    def _show(self, queued: list[Queued]) -> None:
        self._queued = queued
        self.set_class(bool(queued), "-shown")
        rows = [f"next  {shown_line(one.text)}" for one in queued[:MOST_ROWS]]
        if queued:
            more = f"and {len(queued) - MOST_ROWS} more · " if len(queued) > MOST_ROWS else ""
            rows.append(f"      {more}↑ changes the last, esc takes all back")
        self.update(Content("\n".join(rows)))
