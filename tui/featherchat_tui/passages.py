"""Text that no longer grows, drawn by one widget: paragraphs, headings and lists of words.

Textual makes a widget of every paragraph and four of every point of a list, and each
frame of an answer walks them all. Here a run of such blocks is one passage, which looks as
they do to the letter. Code, tables and quotations stay widgets of their own.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar

from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from rich.cells import cell_len
from rich.segment import Segment
from textual.content import Content
from textual.css.styles import RulesMap
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual
from textual.widget import Widget
from textual.widgets import Markdown
from textual.widgets.markdown import MarkdownBlock

PASSAGE = "passage"
"""The type of the token that stands for a run of blocks."""

_WORDS = {"inline", "paragraph_open", "paragraph_close"}
_HEADINGS = {"inline", "heading_open", "heading_close"}
_LISTS = {
    f"{name}_{end}"
    for name in ("bullet_list", "ordered_list", "list_item")
    for end in ("open", "close")
}
_SETS = {
    "paragraph_open": _WORDS,
    "heading_open": _HEADINGS,
    "bullet_list_open": _WORDS | _LISTS,
    "ordered_list_open": _WORDS | _LISTS,
}
"""The tokens that a block of words may consist of, by the one it begins with."""

MOST_LINES = 16
"""Lines of blocks that do not change any more from which on the next block begins a passage."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a passage before it is wrapped."""

    text: Content
    lead: str = ""
    """What stands before its first row, such as a bullet; the other rows are set below it."""


class Passage(Visual):
    """Lines that wrap, each below its own beginning."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = tuple(lines)
        self._rows: tuple[int, list[list[Content]]] = (-1, [])
        """The rows of each line at the width that was asked for last."""

        self._look: object = None
        """What drawn lines depend on beside their words."""

        self._drawn: dict[int, list[Strip]] = {}
        """The lines that were drawn so, without marks."""

    @property
    def plain(self) -> str:
        """What copying it gives."""
        return "\n".join(line.lead + line.text.plain for line in self.lines)

    def changed(self, place: int, lines: Sequence[Line]) -> "Passage":
        """This passage with other lines from a place on; what stays is not drawn again."""
        made = Passage((*self.lines[:place], *lines))
        width, rows = self._rows
        if width > 0:
            made._rows = (width, [*rows[:place], *(_wrapped(line, width) for line in lines)])
        made._look = self._look
        made._drawn = {y: strips for y, strips in self._drawn.items() if y < place}
        return made

    def draw_anew(self) -> None:
        """Forget how lines looked: a theme has changed."""
        self._drawn.clear()

    def row_of(self, place: int, width: int) -> int:
        """The row on which a line begins."""
        return sum(len(rows) for rows in self._at(width)[:place])

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        return max((cell_len(line.lead) + line.text.cell_length for line in self.lines), default=0)

    def get_height(self, rules: RulesMap, width: int) -> int:
        return self.row_of(len(self.lines), width)

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        if self._look != (width, style):
            self._look = (width, style)
            self._drawn.clear()
        strips: list[Strip] = []
        for y, (line, rows) in enumerate(zip(self.lines, self._at(width), strict=True)):
            selected = _selected(line, options.selection, y)
            if selected is not None:
                strips += _drawn(line, rows, y, style, options, selected)
                continue
            if y not in self._drawn:
                self._drawn[y] = list(_drawn(line, rows, y, style, options, None))
            strips += self._drawn[y]
        return strips[:height]

    def _at(self, width: int) -> list[list[Content]]:
        if self._rows[0] != width:
            self._rows = (width, [_wrapped(line, width) for line in self.lines])
        return self._rows[1]


def _wrapped(line: Line, width: int) -> list[Content]:
    return line.text.wrap(max(width - cell_len(line.lead), 1))


def _selected(line: Line, selection: Selection | None, y: int) -> tuple[int, int] | None:
    """The characters of a line that are selected, from and up to."""
    span = selection.get_span(y) if selection is not None else None
    if span is None:
        return None
    return span[0], span[1] if span[1] >= 0 else len(line.lead) + len(line.text)


def _drawn(
    line: Line,
    rows: Sequence[Content],
    y: int,
    style: Style,
    options: RenderOptions,
    selected: tuple[int, int] | None,
) -> Iterator[Strip]:
    """The rows of a line; each character knows its place in the passage."""
    begin = 0
    for number, row in enumerate(rows):
        # Not found is a row whose tabs were widened.
        begin = max(line.text.plain.find(row.plain, begin), begin)
        lead = Content.styled(line.lead, ".bullet")
        text, x = (lead + row, 0) if number == 0 else (row, len(line.lead) + begin)
        if selected is not None and options.selection_style is not None:
            text = text.stylize(
                options.selection_style, max(selected[0] - x, 0), max(selected[1] - x, 0)
            )
        pieces = text.render(style, end="", parse_style=options.get_style)
        strip = Strip([Segment(piece, each.rich_style) for piece, each in pieces])
        strip = strip.apply_offsets(x, y)
        if number and line.lead:
            strip = Strip.join([Strip.blank(cell_len(line.lead), style.rich_style), strip])
        yield strip
        begin += len(row)


class PassageBlock(MarkdownBlock):
    """A passage of an answer."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"bullet", "heading"}

    DEFAULT_CSS = """
    PassageBlock {
        margin: 0 0 1 0;
        & > .bullet { color: $text-primary; }
        &:light > .bullet { color: $text-secondary; }
        & > .heading { text-style: bold; }
    }
    """

    def __init__(self, markdown: Markdown, token: Token) -> None:
        super().__init__(markdown, token)
        self._made: list[Content] = []
        self._tail = 0
        """The place of the first line of the last block."""

        self.passage = Passage(())
        """What it says."""

        self.grow(token.children or [])

    def on_mount(self) -> None:
        self.update(self.passage)

    def notify_style_update(self) -> None:
        self.passage.draw_anew()
        super().notify_style_update()

    def grow(self, tokens: Sequence[Token]) -> None:
        """Show these blocks in the place of the last one."""
        kept, lines = self._tail, list[Line]()
        for block in _blocks(tokens):
            self._tail = kept + len(lines)
            if self._tail:
                lines.append(Line(Content()))
            lines += self._lines(block)
        self._show(self.passage.changed(kept, lines))

    def join(self, others: Sequence["PassageBlock"]) -> None:
        """Show what the passages below this one say, too."""
        lines = [line for each in others for line in (Line(Content()), *each.passage.lines)]
        self._show(self.passage.changed(len(self.passage.lines), lines))

    @property
    def source(self) -> str:
        """Its words, as they are read: those that were parsed are not kept."""
        return self.passage.plain

    @property
    def is_one_block(self) -> bool:
        """Whether there is only one block, which the next piece of text may change."""
        return self._tail == 0

    @property
    def is_full(self) -> bool:
        """Whether the next block begins a passage of its own: a frame draws the whole last one."""
        return self._tail >= MOST_LINES

    def _show(self, passage: Passage) -> None:
        self.passage = passage
        if self.is_mounted:
            self.update(passage)

    def set_content(self, content: Content) -> None:
        """Take what Textual made of the words of a line."""
        self._made.append(content)

    def row_of(self, words: str) -> int:
        """The row on which the line with these words begins; 0 if none has them."""
        wanted = words.casefold()
        places = (
            place
            for place, line in enumerate(self.passage.lines)
            if wanted in line.text.plain.casefold()
        )
        return self.passage.row_of(next(places, 0), self.size.width)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        return selection.extract(self.passage.plain), "\n"

    def _lines(self, block: Sequence[Token]) -> Iterator[Line]:
        if block[0].type in ("bullet_list_open", "ordered_list_open"):
            yield from self._listed(block)
        else:
            heading = block[0].type == "heading_open"
            yield from self._said(block[1], "", ".heading" if heading else "")

    def _listed(self, tokens: Sequence[Token]) -> Iterator[Line]:
        marks = _marks(tokens)
        lead, outer = "", [""]
        for place, token in enumerate(tokens):
            if token.type == "list_item_open":
                outer.append(_blank(lead))
                lead += marks[place]
            elif token.type == "inline":
                yield from self._said(token, lead)
                lead = _blank(lead)
            elif token.type == "list_item_close":
                lead = outer.pop()

    def _said(self, token: Token, lead: str, look: str = "") -> Iterator[Line]:
        self.build_from_token(token)
        for line in self._made.pop().split("\n", allow_blank=True):
            yield Line(line.stylize(look) if look else line, lead)
            lead = _blank(lead)


def _blank(lead: str) -> str:
    return " " * cell_len(lead)


def _marks(tokens: Sequence[Token]) -> dict[int, str]:
    """The bullet or number of each point of a list, by the place of its token."""
    marks: dict[int, str] = {}
    points: list[list[int]] = []
    around: list[bool] = []  # of each point that is open, whether it has a bullet
    for place, token in enumerate(tokens):
        if token.type.endswith("list_open"):
            points.append([])
        elif token.type == "list_item_open":
            points[-1].append(place)
            if not token.info:
                marks[place] = Markdown.BULLETS[sum(around) % len(Markdown.BULLETS)]
            around.append(not token.info)
        elif token.type == "list_item_close":
            around.pop()
        elif token.type == "ordered_list_close":
            marks |= _numbers(tokens, points.pop())
        elif token.type == "bullet_list_close":
            points.pop()
    return marks


def _numbers(tokens: Sequence[Token], points: Sequence[int]) -> dict[int, str]:
    first = int(tokens[points[0]].info)
    numbers = [f"{first + place}. " for place in range(len(points))]
    width = max(map(len, numbers)) + 1
    return {point: number.rjust(width) for point, number in zip(points, numbers, strict=True)}


def runs(blocks: Iterable[Widget]) -> Iterator[list[PassageBlock]]:
    """The passages that stand next to each other, two of them or more."""
    for is_passage, run in groupby(blocks, lambda block: isinstance(block, PassageBlock)):
        passages = [block for block in run if isinstance(block, PassageBlock)]
        if is_passage and len(passages) > 1:
            yield passages


def divided(token: Token) -> list[Token]:
    """The token of a run as two: of its first block, and of the others if there are any."""
    first, *others = _blocks(token.children or [])
    rest = [part for block in others for part in block]
    return [_gathered(part) for part in (first, rest) if part]


def last_begin(tokens: Sequence[Token]) -> int:
    """The line on which the last block begins."""
    maps = (token.map for token in reversed(tokens) if token.level == 0 and token.map is not None)
    last = tokens[-1] if tokens else None
    if last is not None and last.type == PASSAGE:
        *_, block = _blocks(last.children or [])
        maps = (token.map for token in block if token.map is not None)
    return next(maps, [0])[0]


def gather(state: StateCore) -> None:
    """A rule of the parser: put runs of blocks of words together, each in one token."""
    done: list[Token] = []
    for block in _blocks(state.tokens):
        if not all(token.type in _SETS.get(block[0].type, ()) for token in block):
            done += block
        elif done and done[-1].type == PASSAGE and done[-1].children is not None:
            done[-1].children += block
        else:
            done.append(_gathered(block))
    state.tokens[:] = done


def _gathered(block: list[Token]) -> Token:
    return Token(PASSAGE, "", 0, map=block[0].map, children=block)


def _blocks(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The tokens of each outermost block."""
    block: list[Token] = []
    depth = 0
    for token in tokens:
        block.append(token)
        depth += token.nesting
        if depth == 0:
            yield block
            block = []
