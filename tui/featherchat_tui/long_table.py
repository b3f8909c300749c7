"""A table of any length: only the lines on the screen are drawn.

Textual's own table takes 12 s to be filled with a hundred thousand rows. This one is given
a function from a row's place to its cells, and asks for as many as fit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from featherchat_tui.strip_rows import fit


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    key: str
    title: str
    width: int
    """In cells; 0 takes what the others leave."""

    numeric: bool = False
    """Numbers stand at the right end."""

    min_table: int = 0
    """It is left out of a table that is narrower than this."""

    tone: str = ""
    """``accent`` or ``muted`` for cells that stand back or out; empty for the text's own."""


Cells = Callable[[int], Sequence[str]]
"""From a row's place to the text of every column, clean for the terminal."""


class LongTable(ScrollView, can_focus=True):
    """Rows with a cursor, under a header that stays."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "long-table--header",
        "long-table--cursor",
        "long-table--muted",
        "long-table--accent",
    }

    DEFAULT_CSS = """
    LongTable {
        background: $background; scrollbar-size-vertical: 1; overflow-x: hidden;
        & .long-table--header { color: $foreground-muted; }
        & .long-table--cursor { background: $surface; text-style: bold; }
        & .long-table--muted { color: $foreground-muted; }
        & .long-table--accent { color: $accent; }
        &:focus .long-table--cursor { background: $panel; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "move(-1000000000)", show=False),
        Binding("end", "move(1000000000)", show=False),
        Binding("enter", "open", show=False),
    ]

    cursor: reactive[int] = reactive(0)
    """The place of the chosen row, from 0."""

    @dataclass
    class Moved(Message):
        """Another row is chosen."""

        place: int

    @dataclass
    class Opened(Message):
        """A person wants to read a row whole."""

        place: int

    def __init__(self, columns: Sequence[Column], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._columns = tuple(columns)
        self._cells: Cells = lambda place: ()
        self._count = 0
        self.empty = ""
        """What stands below the header when there is no row: why there is none."""

        self.sorted_by = ""
        """The key of the column that is marked as the one sorted by."""

    def fill(self, count: int, cells: Cells, cursor: int = 0) -> None:
        """Show so many rows, with the cursor on one of them."""
        self._count, self._cells = count, cells
        self._measure()
        self.set_reactive(LongTable.cursor, min(max(cursor, 0), max(count - 1, 0)))
        self._show_cursor()
        self.refresh()

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return self._count

    def on_resize(self) -> None:
        self._measure()

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        if y == 0:
            return self._line([column.title for column in self._columns], "header", width)
        place = self.scroll_offset.y + y - 1
        if not self._count and y == 1:
            why = Segment(fit(self.empty, width), self.rich_style + self._tone("muted"))
            return Strip([why], width)
        if place >= self._count:
            return Strip.blank(width, self.rich_style)
        name = "cursor" if place == self.cursor else ""
        return self._line(self._cells(place), name, width)

    def validate_cursor(self, cursor: int) -> int:
        return min(max(cursor, 0), max(self._count - 1, 0))

    def watch_cursor(self) -> None:
        self._show_cursor()
        self.refresh()
        if self._count:
            self.post_message(self.Moved(self.cursor))

    def on_click(self, event: Click) -> None:
        place = self.scroll_offset.y + event.y - 1
        if event.y > 0 and place < self._count:
            again = place == self.cursor and event.chain > 1
            self.cursor = place
            if again:
                self.action_open()

    def action_move(self, rows: int) -> None:
        self.cursor += rows

    def action_page(self, pages: int) -> None:
        self.cursor += pages * max(self._room - 1, 1)

    def action_open(self) -> None:
        if self._count:
            self.post_message(self.Opened(self.cursor))

    @property
    def _room(self) -> int:
        """Rows that fit below the header."""
        return max(self.scrollable_content_region.height - 1, 1)

    def _measure(self) -> None:
        # The header's line is scrolled past at the end, hence one more.
        self.virtual_size = Size(0, self._count + 1)

    def _show_cursor(self) -> None:
        top, room = self.scroll_offset.y, self._room
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, immediate=True, force=True)
        elif self.cursor >= top + room:
            self.scroll_to(y=self.cursor - room + 1, animate=False, immediate=True, force=True)

    def _line(self, cells: Sequence[str], name: str, width: int) -> Strip:
        style = self.rich_style + self._tone(name)
        chosen = [
            (column, cell)
            for column, cell in zip(self._columns, cells, strict=True)
            if column.min_table <= width
        ]
        rest = width - sum(column.width for column, _ in chosen) - 2 * (len(chosen) - 1)
        segments: list[Segment] = []
        for column, cell in chosen:
            text = cell
            if name == "header" and column.key == self.sorted_by:
                text = f"{cell} ↓"
            own = style if name == "header" else style + self._tone(column.tone)
            gap = "  " if segments else ""
            segments.append(Segment(gap + _fitted(text, column, max(rest, 8)), own))
        return Strip(segments).adjust_cell_length(width, style)

    def _tone(self, name: str) -> Style:
        if not name:
            return Style.null()
        return self.get_component_rich_style(f"long-table--{name}", partial=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self._count + 1

    @property
    def allow_horizontal_scroll(self) -> bool:
        return False


def _fitted(text: str, column: Column, rest: int) -> str:
    width = column.width or rest
    if not column.numeric or len(text) > width:
        return fit(text, width)
    return text.rjust(width)
