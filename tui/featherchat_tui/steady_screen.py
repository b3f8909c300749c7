"""A screen that a click cannot bring down while an answer streams, laid out once and whole.

Textual replaces a Markdown block when a paragraph turns into a table or a list.
Until the next layout the old block is still under the mouse, without a parent,
and pressing the button there reads ``None.region`` (Textual issue 6643).
"""

from itertools import pairwise
from typing import TypeVar

from textual import on
from textual.content import Content
from textual.events import Resize
from textual.geometry import Offset, Size
from textual.messages import Layout
from textual.screen import Screen
from textual.widget import Widget

from featherchat.commands.wording import shown_line

Result = TypeVar("Result")


class SteadyScreen(Screen[Result]):
    """A screen whose text selection starts on attached widgets only."""

    _laid_out: Size | None = None
    """The size that it was last told of."""

    @on(Resize)
    def _lay_out_once(self, event: Resize) -> None:
        # A layout tells the screen its own size again, which would lay out everything twice.
        if event.size == self._laid_out:
            event.prevent_default()
        self._laid_out = event.size

    @on(Layout)
    def _lay_out_each_block(self, event: Layout) -> None:
        # Textual 8.2.8 forgets a widget one of whose own children it has just noted: a block whose
        # lines grew kept its old height for good when another block came in the same frame.
        for widget, parent in pairwise([event.widget, *event.widget.ancestors]):
            if not isinstance(widget, Widget) or not isinstance(parent, Widget):
                break
            self._layout_widgets.setdefault(parent, set()).add(widget)
            if not parent.styles.auto_dimensions:
                break

    def get_widget_and_offset_at(self, x: int, y: int) -> tuple[Widget | None, Offset | None]:
        """The widget under a place, unless it has been removed since the last layout."""
        widget, offset = super().get_widget_and_offset_at(x, y)
        if widget is not None and widget is not self and widget.parent is None:
            return None, None
        return widget, offset


def titled(title: str, as_of: str) -> Content:
    """A screen's title, and above all that it shows another time than now."""
    return Content.assemble(title, (f" as of {shown_line(as_of)}" if as_of else "", "$warning"))
