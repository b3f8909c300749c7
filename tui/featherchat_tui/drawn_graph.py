"""A graph as lines of text: boxes, and arrows that say what they mean.

Laid out by netext (Sugiyama's layers). Takes some hundredths of a second for each box, so
it is called on a thread; nothing here knows the screen.
"""

import io
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from textual.geometry import Region

_CANVAS = 10_000
"""Columns and lines that no drawing of a few dozen boxes reaches."""


@dataclass(frozen=True, slots=True)
class Box:
    """A memory in the picture."""

    id: str
    label: str
    """Clean for the terminal; a line break makes a second line."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """A relation in the picture."""

    source: str
    target: str
    word: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture, and where its boxes are in it."""

    lines: tuple[str, ...] = ()
    boxes: Mapping[str, Region] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """Columns of the longest line."""
        return max((len(line) for line in self.lines), default=0)


def draw(boxes: Sequence[Box], arrows: Sequence[Arrow], width: int) -> Drawing:
    """Lay a graph out, from above to below, or from left to right if that is narrower.

    Args:
        boxes: What is drawn.
        arrows: Both ends of each are among the boxes.
        width: Columns that it should not exceed, if it can be done.
    """
    if not boxes:
        return Drawing()
    upright = _drawn(boxes, arrows, across=False)
    if upright.width <= width:
        return upright
    across = _drawn(boxes, arrows, across=True)
    return across if across.width < upright.width else upright


def _drawn(boxes: Sequence[Box], arrows: Sequence[Arrow], *, across: bool) -> Drawing:
    # 0.2 s of imports, which only a person who opens the graph pays.
    from netext import ArrowTip, ConsoleGraph, EdgeRoutingMode, EdgeSegmentDrawingMode
    from netext.layout_engines import LayoutDirection, SugiyamaLayout
    from rich.console import Console

    looks = {
        "$edge-routing-mode": EdgeRoutingMode.ORTHOGONAL,
        "$edge-segment-drawing-mode": EdgeSegmentDrawingMode.BOX,
        "$end-arrow-tip": ArrowTip.ARROW,
    }
    labels = {box.id: box.label for box in boxes}
    nodes: dict[Hashable, dict[str, Any]] = {
        box.id: {"$content-renderer": _content(labels)} for box in boxes
    }
    edges = [
        (arrow.source, arrow.target, {"$label": words, **looks}) for arrow, words in _joined(arrows)
    ]
    console = Console(width=_CANVAS, height=_CANVAS, file=io.StringIO(), color_system=None)
    direction = LayoutDirection.LEFT_RIGHT if across else LayoutDirection.TOP_DOWN
    graph = ConsoleGraph(
        nodes=nodes, edges=edges, console=console, layout_engine=SugiyamaLayout(direction)
    )
    rows = ["".join(part.text for part in row) for row in console.render_lines(graph, pad=False)]
    corner = graph.full_viewport
    regions = {
        str(node): Region(
            buffer.region.x - corner.x,
            buffer.region.y - corner.y,
            buffer.region.width,
            buffer.region.height,
        )
        for node, buffer in graph.node_buffers.items()
    }
    return _tightened(Drawing(tuple(row.rstrip() for row in rows), regions))


def _tightened(drawing: Drawing) -> Drawing:
    """Without the lines that only make the lines above them longer: twice as much fits."""
    kept: list[str] = []
    place: list[int] = []
    for line in drawing.lines:
        if not (kept and line == kept[-1] and not set(line) - {" ", "│"}):
            kept.append(line)
        place.append(len(kept) - 1)
    boxes = {
        each: Region(box.x, place[box.y], box.width, place[box.bottom - 1] - place[box.y] + 1)
        for each, box in drawing.boxes.items()
    }
    return Drawing(tuple(kept), boxes)


def _content(labels: Mapping[str, str]) -> Any:
    from rich.text import Text

    def content(node: str, data: Mapping[str, Any], style: Any) -> Text:
        return Text(labels[node], style=style)

    return content


def _joined(arrows: Sequence[Arrow]) -> list[tuple[Arrow, str]]:
    """One arrow between two boxes, with all that it says; none that leads to its own start."""
    words: dict[tuple[str, str], list[str]] = {}
    for arrow in arrows:
        if arrow.source != arrow.target:
            words.setdefault((arrow.source, arrow.target), []).append(arrow.word)
    return [
        (Arrow(source, target, ""), ", ".join(dict.fromkeys(said)))
        for (source, target), said in words.items()
    ]
