"""Blocks of code as an answer needs them: cheap while they grow, colored once they are closed.

While a block is open, what comes is put straight below it: the parser reads the
whole block at every append, and has nothing to say until a line could close it.
"""

import asyncio
import re

from markdown_it.token import Token
from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Markdown
from textual.widgets.markdown import MarkdownBlock, MarkdownFence

from featherchat_tui.bare import bare_lines
from featherchat_tui.code_lines import CodeLines

MAX_COLORED_LINES = 2_000
"""Longer code stays plain: highlighting takes about 0.1 ms a line."""

TAB = 4
"""Columns of a tab in code."""

_OPENING = re.compile(r"(`{3,}|~{3,})[^\n`]*\n")
"""A first line that is whole; one that is indented changes the lines below it."""


class Fence(MarkdownFence):
    """A block of code that is plain while it grows, and colored once it is closed.

    Highlighting at every append of a long block takes 60 to 300 ms.
    """

    def __init__(self, markdown: Markdown, token: Token, code: str) -> None:
        super().__init__(markdown, token, code)
        self.closed = _is_closed(token)
        """Whether its last line has come."""

        self._last_line = token.content.rpartition("\n")[2]
        self._has_code = bool(token.content)
        self._marker: str | None = None

        self.colored: str | None = None
        """The code that is shown in colors, or soon will be."""

        self._is_dark = self.app.current_theme.dark

    @classmethod
    def highlight(
        cls,
        code: str,
        language: str,
        ansi: bool = False,
        dark: bool = False,
    ) -> Content:
        """Plain text: Textual asks for this at every append; ``color`` does the rest."""
        return Content(code)

    def on_mount(self) -> None:
        if self.closed:
            self.color()

    def notify_style_update(self) -> None:
        """Color again when the theme turns from dark to light, not at every change of style."""
        Widget.notify_style_update(self)
        dark = self.app.current_theme.dark
        if self.colored is not None and dark != self._is_dark:
            self._is_dark, self.colored = dark, None
            self.color()

    async def _update_from_block(self, block: MarkdownBlock) -> None:
        # Textual's own hook by which the last block takes over a newer parse.
        if isinstance(block, Fence):
            self.closed, self._has_code = block.closed, block._has_code
            self._last_line, self._marker = block._last_line, None
            if block.code == self.colored:
                return
        await super()._update_from_block(block)
        if self.is_attached and self.closed:
            self.color()

    def compose(self) -> ComposeResult:
        yield CodeLines(self._highlighted_code, id="code-content")

    def render_lines(self, crop: Region) -> list[Strip]:
        return bare_lines(self, crop)

    def set_content(self, content: Content) -> None:
        """Show this code, plain or in colors."""
        self._content = content
        for lines in self.query(CodeLines):  # none, if the block goes while it is colored
            lines.show(content)

    def takes(self, text: str) -> bool:
        """Whether a text that comes now is nothing but more code."""
        if self.closed or not self._has_code:
            return False
        if self._marker is None:
            opening = _OPENING.match(self.source or "")
            self._marker = opening.group(1)[0] if opening else ""
        lines = (self._last_line + text).split("\n")
        marker = self._marker
        return bool(marker) and not any(line.lstrip().startswith(marker) for line in lines)

    def extend(self, text: str) -> None:
        """Put more code below, if ``takes`` says so; the parser hears of it later."""
        lines = [line.expandtabs(TAB) for line in (self._last_line + text).split("\n")]
        self._last_line = lines[-1]
        self.query_one(CodeLines).extend(lines)

    def color(self) -> None:
        """Highlight the code, unless that is done, under way or too much."""
        plain = not self.lexer or self.code.count("\n") >= MAX_COLORED_LINES
        if not plain and self.colored != self.code:
            self.colored = self.code
            self._highlight_in_thread(self.code)

    @work
    async def _highlight_in_thread(self, code: str) -> None:
        app = self.app
        content = await asyncio.to_thread(
            MarkdownFence.highlight,
            code,
            self.lexer,
            ansi=app.native_ansi_color,
            dark=app.current_theme.dark,
        )
        if code == self.code:
            self.set_content(content)


def _is_closed(token: Token) -> bool:
    """Whether a fence's closing line was seen: its range has a line that its code has not."""
    if token.type != "fence" or token.map is None:
        return True
    start, end = token.map
    ends_in_a_line = not token.content or token.content.endswith("\n")
    return ends_in_a_line and end - start == token.content.count("\n") + 2
