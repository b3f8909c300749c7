"""Markdown as an answer needs it: it streams, it is safe, and code stays cheap.

Nothing in an answer is trusted: HTML and images stay as they were written, only
http and https links work and their host is shown, and every piece of text passes
the gate of ``privacy`` after the parser has decoded entities as well as before.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic, thread_time
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widgets import Markdown, Static

# The table's classes are not among the names that textual.widgets.markdown exports.
from textual.widgets._markdown import MarkdownTable, MarkdownTableContent
from textual.widgets.markdown import MarkdownBlock

from featherchat.commands.wording import shown, shown_line
from featherchat_tui.bare import bare_lines
from featherchat_tui.fences import TAB, Fence
from featherchat_tui.passages import PASSAGE, PassageBlock, divided, gather, last_begin, runs

logger = logging.getLogger(__name__)

SHORTEST_PAUSE = 0.033
"""Seconds between two appends, at least: thirty a second is what an eye follows."""

PAUSE_FACTOR = 3.0
"""How many times what the last append and its frame took the next one waits."""


def parser() -> MarkdownIt:
    """The parser of answers: GitHub's Markdown without HTML, images and guessed links."""
    made = MarkdownIt("gfm-like", {"html": False}).disable("image")
    # A guessed link turns pool.py into http://pool.py: .py is a country.
    if made.linkify is not None:
        made.linkify.set({"fuzzy_link": False, "fuzzy_email": False})
    made.validateLink = host_of  # type: ignore[method-assign, assignment]
    made.core.ruler.push("featherchat", _make_safe)
    return made


def gathering_parser() -> MarkdownIt:
    """The parser of answers, for which a run of paragraphs, headings and lists is one block."""
    made = parser()
    made.core.ruler.push("passages", gather)
    return made


def code_in(text: str) -> list[str]:
    """The blocks of code of a Markdown text, in order."""
    return [token.content for token in parser().parse(text) if token.type == "fence"]


def host_of(url: str) -> str:
    """The host of an http or https address; empty for any other address."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "") if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _make_safe(state: StateCore) -> None:
    for token in state.tokens:
        if token.children is not None:
            token.children = _with_hosts(token.children)
        elif token.content:
            # Colors are laid on by place: a tab that is widened later would shift them.
            token.content = shown(token.content).expandtabs(TAB)


def _with_hosts(tokens: list[Token]) -> list[Token]:
    """The tokens of a line, cleaned, with each link's host behind a text that hides it."""
    done: list[Token] = []
    words, host = "", ""
    for token in tokens:
        # An entity such as &#x202E; becomes a character only here.
        token.content = shown(token.content)
        done.append(token)
        if token.type == "link_open":
            words, host = "", shown_line(host_of(str(token.attrs.get("href", ""))))
        elif token.type == "link_close":
            if host not in words:
                done.append(Token("text", "", 0, content=f" ({host})"))
        else:
            words += token.content
    return done


class TableContent(MarkdownTableContent):
    """A table's cells without tooltips: Textual would read a cell's text as markup there."""

    def compose(self) -> ComposeResult:
        for cell in super().compose():
            cell.tooltip = None
            yield cell


class Table(MarkdownTable):
    """A table whose cells have no tooltips."""

    def compose(self) -> ComposeResult:
        for content in super().compose():
            assert isinstance(content, MarkdownTableContent)
            yield TableContent(content.headers, content.rows)


_BLOCKS: dict[str, type[MarkdownBlock]] = {
    "fence": Fence,
    "code_block": Fence,
    "table_open": Table,
}


class SafeMarkdown(Markdown):
    """Markdown that was written by others: nothing in it acts, and links say where they lead."""

    DEFAULT_CSS = """
    SafeMarkdown {
        padding: 0; layout: stream;
        MarkdownHeader { margin: 0 0 1 0; content-align: left middle; text-style: bold; color: $foreground; }
        MarkdownBlock:dark > .code_inline { color: $accent; background: transparent; }
        MarkdownBlock:light > .code_inline { color: $accent; background: transparent; }
        MarkdownFence { margin: 0 0 1 0; color: $foreground; background: $surface; }
        MarkdownFence:light { background: $surface; }
        MarkdownBlockQuote {
            border-left: outer $panel; padding: 0 0 0 1; background: transparent;
            color: $foreground-muted;
        }
        MarkdownBlockQuote:light { border-left: outer $panel; }
        MarkdownTable:light { background: transparent; }
        MarkdownTableContent > .header { color: $foreground; text-style: bold; }
    }
    """

    @dataclass
    class LinkChosen(Message):
        """A person clicked a link; nothing was opened."""

        url: str

    def __init__(
        self,
        markdown: str | None = None,
        *,
        parser_factory: Callable[[], MarkdownIt] = parser,
    ) -> None:
        super().__init__(
            None if markdown is None else shown(markdown),
            parser_factory=parser_factory,
            open_links=False,
        )

    def get_block_class(self, block_name: str) -> type[MarkdownBlock]:
        """The widget for a block: ours for code and tables."""
        return _BLOCKS.get(block_name) or super().get_block_class(block_name)

    def unhandled_token(self, token: Token) -> MarkdownBlock | None:
        """The widget for a run of blocks, which Textual does not know."""
        return PassageBlock(self, token) if token.type == PASSAGE else None

    def render_lines(self, crop: Region) -> list[Strip]:
        return bare_lines(self, crop)

    @on(Markdown.LinkClicked)
    def _choose_link(self, event: Markdown.LinkClicked) -> None:
        event.stop()
        if host_of(event.href):
            self.post_message(self.LinkChosen(event.href))


class StillMarkdown(SafeMarkdown):
    """Markdown that is complete: it looks the same, with a fifth of the widgets."""

    def __init__(self, markdown: str) -> None:
        super().__init__(markdown, parser_factory=gathering_parser)


class StreamedMarkdown(SafeMarkdown):
    """Markdown that arrives in pieces.

    Pieces are appended together, with a pause that grows with what an append costs. Only the
    last block is read again, and the words of a paragraph that begins join the passage above.
    Textual's ``MarkdownStream`` is not used: one append that raises ends its task
    unseen. Here the text is then shown as it is, and nothing of it is lost.
    """

    def __init__(
        self,
        *,
        parser_factory: Callable[[], MarkdownIt] = gathering_parser,
    ) -> None:
        super().__init__(parser_factory=parser_factory)
        self._parser = parser_factory()
        self._shown = ""
        """What is read as Markdown so far."""

        self._last_begin = 0
        """The line of it on which the last block begins."""

        self._pending: list[str] = []
        self._received: list[str] = []
        self._next_append = 0.0
        self._timer: Timer | None = None
        self._append_lock = asyncio.Lock()
        self._plain: Static | None = None
        self._unparsed: list[str] = []
        """What an open block of code has taken since the parser last read it."""

    @dataclass
    class Grown(Message):
        """New text is on the screen."""

    @property
    def text(self) -> str:
        """Everything that was fed, as it came."""
        return "".join(self._received)

    @property
    def source(self) -> str:
        """Everything that is shown."""
        return self._shown + "".join(self._unparsed)

    def feed(self, text: str) -> None:
        """Show more text, soon."""
        self._received.append(text)
        self._pending.append(shown(text))
        if self._timer is None:
            # Not 0: Textual's timer divides by its interval.
            pause = max(self._next_append - monotonic(), 0.001)
            self._timer = self.set_timer(pause, self.flush)

    async def finish(self) -> None:
        """Show what is still waiting, and color a block of code that was never closed."""
        await self.flush()
        await self._parse_the_rest()
        for fence in self.query(Fence):
            fence.color()
        async with self._append_lock:
            await self._join()

    async def flush(self) -> None:
        """Show what is waiting now, without the pause between two appends."""
        if self._timer is not None:
            self._timer.stop()
        # The lock: append() reads where the last block starts before it waits for its turn.
        async with self._append_lock:
            self._timer = None
            text = "".join(self._pending)
            self._pending.clear()
            if not text or not self.is_attached:
                return
            started = thread_time()
            await self._append_safely(text)
            # The frame that follows costs more than the append: it counts, waiting does not.
            self._next_append = monotonic() + SHORTEST_PAUSE
            self.call_after_refresh(self._rest, started)
            self.post_message(self.Grown())

    def _rest(self, started: float) -> None:
        """Leave the screen to the keys for a while, the longer the more an append costs."""
        pause = max(SHORTEST_PAUSE, PAUSE_FACTOR * (thread_time() - started))
        self._next_append = monotonic() + pause

    async def _parse_the_rest(self) -> None:
        async with self._append_lock:
            if self._unparsed and self.is_attached:
                await self._append_safely("", parse=True)

    async def _append_safely(self, text: str, *, parse: bool = False) -> None:
        if self._plain is None:
            last = self.children[-1] if self.children else None
            if isinstance(last, Fence) and not parse and last.takes(text):
                last.extend(text)
                self._unparsed.append(text)
                return
            unparsed = "".join(self._unparsed)
            self._unparsed.clear()
            try:
                await self._read_on(unparsed + text)
                return
            except Exception:  # a fault in a parser must not cost the answer
                logger.exception("An answer could not be read as Markdown; it is shown as it is.")
                await self.query_children().remove()
                self._plain = Static(markup=False)
                await self.mount(self._plain)
        self._plain.update(Content(shown(self.text)))

    async def _read_on(self, text: str) -> None:
        """Read the last block again with what follows it."""
        self._shown += text
        begin = self._last_begin
        tokens = self._parser.parse("".join(self._shown.splitlines(keepends=True)[begin:]))
        self._last_begin += last_begin(tokens)
        last = self.children[-1] if self.children else None
        with self.app.batch_update():
            if isinstance(last, PassageBlock) and tokens:
                tokens = await self._grown(last, tokens)
            blocks = list(self._parse_markdown(tokens))
            for block in blocks:
                first, end = block.source_range
                block.source_range = (begin + first, begin + end)
            if isinstance(last, MarkdownBlock) and not isinstance(last, PassageBlock) and blocks:
                last.source_range = blocks[0].source_range
                await last._update_from_block(blocks.pop(0))
            await self.mount_all(blocks)

    async def _grown(self, last: PassageBlock, tokens: list[Token]) -> list[Token]:
        """Let the last passage end with what its last block has become; returns what is left."""
        if tokens[0].type == PASSAGE:
            parts = divided(tokens[0]) if last.is_full else tokens[:1]
            last.grow(parts[0].children or [])
            return [*parts[1:], *tokens[1:]]
        if last.is_one_block:
            await last.remove()
        else:
            last.grow([])
        return tokens

    async def _join(self) -> None:
        """Make one passage of those that stand next to each other."""
        if any(marked in self.screen.selections for marked in self.query()):
            return  # what a person is marking stays what it is
        for first, *others in list(runs(self.children)):
            with self.app.batch_update():
                first.join(others)
                await self.remove_children(others)
