"""Containers that draw nothing but their background: their children draw all there is to read.

Textual puts a container's own lines together anew whenever its size changes. An answer that
grows stands in five containers, and their empty lines were half of what its frames cost.
"""

from textual.containers import VerticalGroup
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


def bare_lines(widget: Widget, crop: Region) -> list[Strip]:
    """The lines of a widget that has neither border nor text.

    Textual's own ``BLANK`` does this too, but keeps its colors where there are to be none.
    """
    line = Strip.blank(crop.width, widget.visual_style.rich_style)
    _, background = widget.background_colors
    for line_filter in widget.get_line_filters():
        line = line.apply_filter(line_filter, background)
    return [line] * crop.height


class Bare(VerticalGroup):
    """Children, one below the other, on a plain background."""

    def render_lines(self, crop: Region) -> list[Strip]:
        return bare_lines(self, crop)
