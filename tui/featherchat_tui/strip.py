"""The strip under an answer: what memory gave to it, and what was learnt from it.

Closed it is one line; open it lists every memory with the numbers behind its
place. What a person wants done with one goes up as a message: nothing here writes.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.content import Content
from textual.events import Click, Resize
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from featherchat.memory import Memory, Source
from featherchat.messages import Learned, MemoriesRecalled
from featherchat_tui import strip_rows
from featherchat_tui.keymap import keymap_of
from featherchat_tui.values import Judgement

Render = Callable[[int], Content]


_KEYS = "↵ read  o source  p pin  e edit  f forget  c confirm  w wrong  u undo"

MOST_OMISSIONS = 3
"""Memories without a place in the prompt that are named; the rest are counted."""


class StripRow(Static):
    """A line or card of the open strip."""

    @dataclass
    class Chosen(Message):
        """A click went to this row."""

        row: "StripRow"

    def __init__(self, render: Render, memory: Memory | None = None) -> None:
        super().__init__(markup=False)
        self.memory = memory
        self._content_for = render

    def lay_out(self, width: int) -> None:
        """Draw the row for a width in columns."""
        self.update(self._content_for(max(width, 20)))

    def on_click(self, event: Click) -> None:
        event.stop()
        self.post_message(self.Chosen(self))


class MemoryStrip(VerticalGroup, can_focus=True):
    """``recalled 4 · learned 1 ◐ · none contradicted``, and behind it every memory with its score."""

    DEFAULT_CSS = """
    MemoryStrip {
        height: auto;
        color: $foreground-muted;
        &:focus > #headline { color: $accent; }
        & > #headline, & StripRow {
            width: 1fr; height: auto; text-wrap: nowrap; text-overflow: ellipsis;
        }
        & > #rows { padding: 1 0 0 2; color: $foreground; display: none; }
        & > #keys { display: none; width: 1fr; height: auto; padding: 0 0 0 2; }
        &.-open > #rows { display: block; }
        &.-open:focus > #keys { display: block; }
        & StripRow.-inner { border-left: blank; padding: 0 0 0 1; }
        &:focus StripRow.-cursor { border-left: outer $accent; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "enter", "Open", show=False),
        Binding("m", "toggle('opened')", "Open or close the strip", show=False),
        Binding("escape", "leave", "Close", show=False),
        Binding("up,k", "move(-1)", "Previous memory", show=False),
        Binding("down,j", "move(1)", "Next memory", show=False),
        Binding("p", "judge('pin')", "Pin or unpin", show=False),
        Binding("e", "edit", "Edit", show=False),
        Binding("f", "judge('forget')", "Forget", show=False),
        Binding("c", "judge('confirm')", "Confirm that it is so", show=False),
        Binding("w", "judge('wrong')", "Mark it wrong", show=False),
        Binding("o", "source", "Open its source", show=False),
        Binding("u", "undo", "Undo what this turn learned", show=False),
    ]

    opened: reactive[bool] = reactive(False)
    """Whether the memories are shown."""

    cursor: reactive[int] = reactive(0)
    """Which of the shown memories keys act on, from 0."""

    @dataclass
    class Opened(Message):
        """A person wants to read a memory whole, or see its source."""

        memory_id: str

    @dataclass
    class Judged(Message):
        """A person has said something of a memory."""

        memory_id: str
        said: Judgement

    @dataclass
    class Edit(Message):
        """A person wants a memory to say something else."""

        memory_id: str

    @dataclass
    class SourceAsked(Message):
        """A person wants to see where a memory comes from."""

        source: Source

    @dataclass
    class Undo(Message):
        """A person wants to take back what was learnt from a turn."""

        turn_id: str

    class Left(Message):
        """Escape was pressed: the prompt should have the focus again."""

    def __init__(self, question: str = "", now: float = 0.0) -> None:
        super().__init__()
        self.question = question
        self.now = now
        """The time that ages count from, in seconds UTC."""

        self.recalled: MemoriesRecalled | None = None
        self.learned: Learned | None = None
        self.gone: frozenset[str] = frozenset()
        """The ids of what was learnt and is there no more."""

    def compose(self) -> ComposeResult:
        yield Static(id="headline", markup=False)
        # Above the rows: these are often more than the screen holds.
        yield Static(_KEYS, id="keys", markup=False)
        yield VerticalGroup(id="rows")

    def on_mount(self) -> None:
        self._show_headline()

    @property
    def turn_id(self) -> str | None:
        """The turn that the strip belongs to, once it is known."""
        known = self.recalled or self.learned
        return known.turn_id if known is not None else None

    @property
    def memories(self) -> list[Memory]:
        """The memories that the cursor walks, in order."""
        return [row.memory for row in self.query(StripRow) if row.memory is not None]

    async def show_recalled(self, recalled: MemoriesRecalled) -> None:
        """Say what memory had to say to the question."""
        self.recalled = recalled
        await self._refill()

    async def show_learned(self, learned: Learned) -> None:
        """Say what was written after the turn."""
        self.learned = learned
        await self._refill()

    async def show_gone(self, gone: Collection[str]) -> None:
        """Say that some of what was learnt was taken back, or that it is there again."""
        if frozenset(gone) != self.gone:
            self.gone = frozenset(gone)
            await self._refill()

    async def renew(self, known: Mapping[str, Memory]) -> None:
        """Show what was recalled as it is now: pinned, reworded, out of use."""
        if self.recalled is None:
            return
        renewed = strip_rows.renewed(self.recalled, known)
        if renewed != self.recalled:
            self.recalled = renewed
            await self._refill()

    async def _refill(self) -> None:
        self._show_headline()
        if not self.opened:
            return
        rows = self.query_one("#rows", VerticalGroup)
        await rows.remove_children()
        await rows.mount_all(list(self._rows()))
        self._lay_out()
        self.watch_cursor(0, self.cursor)

    def _rows(self) -> Iterator[StripRow]:
        recalled, learned, now = self.recalled, self.learned, self.now
        if recalled is not None:
            yield StripRow(partial(strip_rows.question_line, self.question, recalled))
            for turned_down in recalled.rejected:
                yield _row(partial(strip_rows.rejection_row, turned_down), turned_down.memory)
            for found in recalled.recollections:
                yield _row(partial(strip_rows.recollection_lines, found, now), found.memory)
            for found in recalled.near_misses:
                yield _row(partial(strip_rows.near_miss_line, found, now), found.memory)
            for left in recalled.omissions[:MOST_OMISSIONS]:
                yield _row(partial(strip_rows.omission_line, left, now), left.memory)
            more = len(recalled.omissions[MOST_OMISSIONS:])
            if more:
                yield _row(partial(strip_rows.reason_line, "left out", f"and {more} more"))
        if learned is not None:
            yield from self._learned_rows(learned)

    def _learned_rows(self, learned: Learned) -> Iterator[StripRow]:
        paired = {pair.old.id for pair in (*learned.superseded, *learned.reviews)}
        alone = [memory for memory in learned.contradicted if memory.id not in paired]
        for label, memories in (
            ("learned", (*learned.written, *learned.candidates)),
            ("contradicts", alone),
        ):
            for memory in memories:
                word = "taken back" if memory.id in self.gone else label
                line = partial(strip_rows.learned_line, word, memory, self.question)
                yield _row(line, memory)
        for pair in learned.superseded:
            yield _row(partial(strip_rows.superseded_line, pair), pair.old)
        for pair in learned.reviews:
            yield _row(partial(strip_rows.review_line, pair), pair.old)
        for near in learned.alike:
            yield _row(partial(strip_rows.alike_line, near, self.now), near.memory)
        for refusal in learned.refusals:
            yield _row(partial(strip_rows.refusal_line, refusal))
        for reason in () if learned.refusals else learned.refused:
            yield _row(partial(strip_rows.reason_line, "not learnt", reason))

    def _memory_rows(self) -> list[StripRow]:
        return [row for row in self.query(StripRow) if row.memory is not None]

    def _show_headline(self) -> None:
        room = max(self.size.width - 4, 0)
        words = strip_rows.headline(self.recalled, self.learned, self.gone, room)
        hint = "   ↵ open · u undo" if self.has_focus else "   ^O open"
        hint = "" if self.opened else keymap_of(self.screen).in_words(hint)
        if self.size.width and len(words) + len(hint) + 4 > self.size.width:
            hint = ""  # rather than half of it
        self.query_one("#headline", Static).update(Content.assemble("╴ ", words, " ╶", hint))

    def _lay_out(self) -> None:
        width = self.query_one("#rows").content_size.width
        for row in self.query(StripRow):
            row.lay_out(width - 2 if row.has_class("-inner") else width)

    async def watch_opened(self, opened: bool) -> None:
        if not self.is_mounted:
            return
        self.set_class(opened, "-open")
        await self._refill()
        self.call_after_refresh(self._show_rows)

    def _show_rows(self) -> None:
        if not self.is_running:
            return  # taken off the page meanwhile
        self._lay_out()
        if self.opened:
            # Only when the rows have their heights is there enough page to scroll by.
            self.call_after_refresh(self.scroll_visible, animate=False, top=True)

    def watch_cursor(self, before: int, cursor: int) -> None:
        for position, row in enumerate(self._memory_rows()):
            row.set_class(position == cursor, "-cursor")
            if position == cursor and before != cursor:
                row.scroll_visible()

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, len(self._memory_rows()) - 1))

    def on_resize(self, event: Resize) -> None:
        self._show_headline()
        if self.opened:
            self._lay_out()

    def on_focus(self) -> None:
        self._show_headline()

    def on_blur(self) -> None:
        self._show_headline()

    def on_click(self, event: Click) -> None:
        event.stop()
        self.opened = not self.opened

    @on(StripRow.Chosen)
    def _choose(self, event: StripRow.Chosen) -> None:
        event.stop()
        rows = self._memory_rows()
        if event.row in rows:
            self.cursor = rows.index(event.row)

    def _chosen(self) -> Memory | None:
        memories = self.memories
        return memories[self.cursor] if self.opened and self.cursor < len(memories) else None

    def action_enter(self) -> None:
        memory = self._chosen()
        if memory is not None:
            self.post_message(self.Opened(memory.id))
        else:
            self.opened = not self.opened

    def action_leave(self) -> None:
        self.opened = False
        self.post_message(self.Left())

    def action_move(self, step: int) -> None:
        self.cursor += step

    def action_judge(self, said: str) -> None:
        memory = self._chosen()
        if memory is not None:
            self.post_message(self.Judged(memory.id, Judgement(said)))

    def action_edit(self) -> None:
        memory = self._chosen()
        if memory is not None:
            self.post_message(self.Edit(memory.id))

    def action_source(self) -> None:
        memory = self._chosen()
        if memory is not None:
            self.post_message(self.SourceAsked(memory.source))

    def action_undo(self) -> None:
        learned = self.learned
        if learned is not None and not (
            learned.written or learned.candidates or learned.superseded
        ):
            self.notify("Nothing was learnt from this answer. /undo takes the last change back.")
        elif self.turn_id is not None:
            self.post_message(self.Undo(self.turn_id))


def _row(render: Render, memory: Memory | None = None) -> StripRow:
    """A row below the line that says what was asked; there is room for the cursor before it."""
    row = StripRow(render, memory)
    row.add_class("-inner")
    return row
