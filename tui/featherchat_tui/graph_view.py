"""The graph around a memory, to be walked with the arrow keys or the mouse.

The picture is laid out on a thread; what is drawn stays until the new one has come.
"""

import asyncio
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import work
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Region, Size, Spacing
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from featherchat.commands.neighborhood import Neighborhood
from featherchat.commands.signs import relation_words, sign_of, title_words
from featherchat.commands.wording import age, kind_words
from featherchat.memory import Kind, Memory, RelationType, Status
from featherchat_tui.drawn_graph import Arrow, Box, Drawing, draw
from featherchat_tui.strip_rows import fit

_TITLE_WIDTHS = (14, 26, 44)
"""Columns of a title at each zoom."""


class GraphView(ScrollView, can_focus=True):
    """Boxes and arrows; one box has the cursor."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"graph--cursor", "graph--focus", "graph--faded"}

    DEFAULT_CSS = """
    GraphView {
        background: $background; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 1;
        & .graph--focus { color: $accent; }
        & .graph--faded { color: $foreground-muted; }
        & .graph--cursor { background: $surface; text-style: bold; }
        &:focus .graph--cursor { background: $panel; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "walk(0, -1)", show=False),
        Binding("down", "walk(0, 1)", show=False),
        Binding("left", "walk(-1, 0)", show=False),
        Binding("right", "walk(1, 0)", show=False),
        Binding("enter", "open", show=False),
        Binding("space", "center", show=False),
        Binding("plus,equals_sign", "zoom(1)", show=False),
        Binding("minus", "zoom(-1)", show=False),
    ]

    cursor: reactive[str] = reactive("")
    """The id of the chosen memory."""

    @dataclass
    class Chosen(Message):
        """The cursor stands on another memory."""

        memory_id: str

    @dataclass
    class Opened(Message):
        """A person wants to read a memory whole."""

        memory_id: str

    @dataclass
    class Centered(Message):
        """The graph is to be drawn around this memory."""

        memory_id: str

    def __init__(self, now: float) -> None:
        super().__init__()
        self.now = now
        self._shown = Neighborhood("", (), ())
        self._drawing = Drawing()
        self._memories: Mapping[str, Memory] = {}
        self._zoom = 1

    def show(self, found: Neighborhood) -> None:
        """Draw a graph, with the cursor on its focus."""
        self._shown = found
        self._memories = {memory.id: memory for memory in found.memories}
        self.refresh()
        self._lay_out(found.focus)

    @work(group="layout", exclusive=True, exit_on_error=False)
    async def _lay_out(self, cursor: str) -> None:
        found, title = self._shown, _TITLE_WIDTHS[self._zoom]
        boxes = [Box(each.id, self._label(each, title)) for each in found.memories]
        arrows = [
            Arrow(edge.source_id, edge.target_id, self._word(edge.relation, edge.target_id))
            for edge in found.edges
        ]
        width = max(self.size.width - 1, 20)
        drawing = await asyncio.to_thread(draw, boxes, arrows, width)
        self._drawing = drawing
        self.virtual_size = Size(drawing.width, len(drawing.lines))
        self.set_reactive(GraphView.cursor, cursor if cursor in drawing.boxes else "")
        self._bring_into_view()
        self.refresh()
        if self.cursor:
            self.post_message(self.Chosen(self.cursor))

    def on_resize(self, event: Resize) -> None:
        if self._shown.memories:
            self._lay_out(self.cursor or self._shown.focus)

    def render_line(self, y: int) -> Strip:
        left, top = self.scroll_offset
        width, place = self.size.width, y + top
        text = self._drawing.lines[place] if place < len(self._drawing.lines) else ""
        if not self._drawing.lines and y == 0 and self._shown.memories:
            text = "Drawing…"
        strip = Strip([Segment(fit(text[left:], width), self.rich_style)], width)
        for memory_id, box in self._drawing.boxes.items():
            if box.y <= place < box.bottom:
                strip = self._colored(strip, memory_id, box, left)
        return strip

    def _colored(self, strip: Strip, memory_id: str, box: Region, left: int) -> Strip:
        begin, end = max(box.x - left, 0), min(box.right - left, self.size.width)
        names = []
        if self._memories[memory_id].status is Status.SUPERSEDED:
            names.append("faded")
        if memory_id == self._shown.focus:
            names.append("focus")
        if memory_id == self.cursor:
            names.append("cursor")
        if begin >= end or not names:
            return strip
        style = self.rich_style
        for name in names:
            style += self.get_component_rich_style(f"graph--{name}", partial=True)
        before, middle, after = strip.divide([begin, end, strip.cell_length])
        inside = Strip([Segment(middle.text, style)], end - begin)
        return Strip.join([before, inside, after])

    def watch_cursor(self) -> None:
        self._bring_into_view()
        self.refresh()
        if self.cursor:
            self.post_message(self.Chosen(self.cursor))

    def on_click(self, event: Click) -> None:
        x, y = event.x + self.scroll_offset.x, event.y + self.scroll_offset.y
        for memory_id, box in self._drawing.boxes.items():
            if box.contains(x, y):
                again = memory_id == self.cursor and event.chain > 1
                self.cursor = memory_id
                if again:
                    self.action_center()

    def action_walk(self, x: int, y: int) -> None:
        """To the nearest box in a direction, straight ones first."""
        here = self._drawing.boxes.get(self.cursor)
        if here is None:
            self.cursor = self._shown.focus
            return
        near: dict[str, int] = {}
        for memory_id, box in self._drawing.boxes.items():
            across, down = box.center[0] - here.center[0], box.center[1] - here.center[1]
            ahead = across * x + down * y * 2
            aside = abs(across * y) + abs(down * x) * 2
            if ahead > 0:
                near[memory_id] = int(ahead + 2 * aside)
        if near:
            self.cursor = min(near, key=lambda each: (near[each], each))

    def action_open(self) -> None:
        if self.cursor:
            self.post_message(self.Opened(self.cursor))

    def action_center(self) -> None:
        if self.cursor:
            self.post_message(self.Centered(self.cursor))

    def action_zoom(self, by: int) -> None:
        zoom = min(max(self._zoom + by, 0), len(_TITLE_WIDTHS) - 1)
        if zoom != self._zoom:
            self._zoom = zoom
            self._lay_out(self.cursor or self._shown.focus)

    def _bring_into_view(self) -> None:
        box = self._drawing.boxes.get(self.cursor)
        if box is not None:
            self.scroll_to_region(box, spacing=Spacing(1, 2, 1, 2), animate=False, force=True)

    def _label(self, memory: Memory, width: int) -> str:
        # The arrow says that it was rejected, and by which decision.
        title = title_words(memory).removeprefix("rejected ")
        if memory.kind == Kind.ALTERNATIVE:
            title = title.partition(" · ")[0]
        sign = sign_of(memory).mark
        # Options of one decision often begin alike: a second line tells them apart.
        lines = textwrap.wrap(title, width, max_lines=2, placeholder="…") or [title]
        label = f"{sign} " + "\n  ".join(lines)
        if self._zoom == len(_TITLE_WIDTHS) - 1:
            label += f"\n  {kind_words(memory.kind)} · {age(self.now - memory.created_at)}"
        return label

    def _word(self, relation: str, target: str) -> str:
        rejected = self._memories[target].kind == Kind.ALTERNATIVE
        if rejected and relation == RelationType.CONTRADICTS:
            return "rejected"
        return relation_words(relation, forward=True)
