"""The lines of a block of code: drawing costs what is on the screen, adding what is new.

A label would wrap a block anew at every word that is added to it: 130 ms at a
thousand lines. Here a line is made ready when it is drawn, and lines do not wrap. What
was drawn is kept: Textual throws away a widget's lines whenever its size changes.
"""

from collections.abc import Iterable
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.content import Content
from textual.geometry import Region, Size
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

MOST_KEPT = 400
"""Drawn lines that are kept, about 3 kB each: some screens full."""

CUT = "›"
"""Stands in the last column of a line that is longer than the page is wide."""


class CodeLines(Widget):
    """Code, one line a row; blank lines at the end are not shown."""

    DEFAULT_CSS = """
    CodeLines { width: auto; min-width: 100%; height: auto; padding: 0 2; }
    """

    ALLOW_SELECT: ClassVar[bool] = True

    def __init__(self, content: Content, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines = [Content("")]
        self._rows = 0
        self._widest = 0
        self._look: object = None
        """What the drawn lines depend on beside the code."""

        self._drawn: dict[int, Strip] = {}
        self._take(content.split("\n", allow_blank=True))

    def show(self, content: Content) -> None:
        """Show another text in place of this one."""
        self._lines, self._widest = [Content("")], 0
        self._drawn.clear()
        self._take(content.split("\n", allow_blank=True))
        self.refresh(layout=True)

    def extend(self, lines: Iterable[str]) -> None:
        """Put the first of these lines in the place of the last one, the others below it."""
        last, rows, widest = len(self._lines) - 1, self._rows, self._widest
        self._take([Content(line) for line in lines])
        if (rows, widest) != (self._rows, self._widest):
            self.refresh(layout=True)
        self.refresh(Region(0, last, self.size.width, len(self._lines) - last))

    def _take(self, lines: list[Content]) -> None:
        self._drawn.pop(len(self._lines) - 1, None)
        self._lines[-1:] = lines or [Content("")]
        self._widest = max([self._widest, *(line.cell_length for line in lines)])
        rows = len(self._lines)
        while rows and not self._lines[rows - 1].plain.strip():
            rows -= 1
        self._rows = rows

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return self._widest

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self._rows

    def notify_style_update(self) -> None:
        self._drawn.clear()
        super().notify_style_update()

    def render_lines(self, crop: Region) -> list[Strip]:
        if not self.is_attached:
            # It was removed, and still lies in the layout of the moment before.
            return [Strip.blank(crop.width)] * crop.height
        filters = self.get_line_filters()
        look = (self.outer_size.width, self.visual_style, self.text_selection, *filters)
        if look != self._look or len(self._drawn) > MOST_KEPT:
            self._look = look
            self._drawn.clear()
        strips = []
        for y in crop.line_range:
            strip = self._drawn.get(y)
            if strip is None:
                strip = self.render_line(y)
                for line_filter in filters:
                    strip = strip.apply_filter(line_filter, self.background_colors[1])
                self._drawn[y] = strip
            strips.append(strip)
        return [self._cut(y, strip, crop) for y, strip in zip(crop.line_range, strips, strict=True)]

    def _cut(self, y: int, strip: Strip, crop: Region) -> Strip:
        """What is seen of a line, with a sign in the last column if it goes on beyond."""
        seen = strip.crop(*crop.column_span)
        length = self._lines[y].cell_length if y < self._rows else 0
        if self.styles.padding.left + length <= crop.right or crop.width < 2:
            return seen
        last = seen.crop(crop.width - 1)
        # In the look of what stood there: the filters of the screen have seen that already.
        sign = Strip([Segment(CUT, segment.style) for segment in last][:1], 1)
        return Strip.join([seen.crop(0, crop.width - 1), sign])

    def render_line(self, y: int) -> Strip:
        width, style = self.outer_size.width, self.visual_style.rich_style
        if y >= self._rows:
            return Strip.blank(width, style)
        line = self._lines[y]
        selection = self.text_selection
        span = selection.get_span(y) if selection is not None else None
        if span is not None:
            end = span[1] if span[1] >= 0 else len(line)
            line = line.stylize(self._selection_style(), span[0], end)
        code = Strip(line.render_segments(self.visual_style), cell_len(line.plain))
        margin = self.styles.padding.left
        strip = Strip.join([Strip.blank(margin, style), code.apply_offsets(0, y)])
        return strip.adjust_cell_length(width, style)

    def _selection_style(self) -> Style:
        return Style.from_styles(self.screen.get_component_styles("screen--selection"))

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        text = "\n".join(line.plain for line in self._lines[: self._rows])
        return selection.extract(text), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()
