"""A scroll of blocks of which only a window is mounted; the rest are values.

It follows its end while the reader stands there, and stays where the reader has
gone. Reaching an edge of what is mounted mounts the next page.
"""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.events import Resize
from textual.geometry import Region, Size
from textual.strip import Strip

from featherchat_tui.bare import bare_lines
from featherchat_tui.blocks import AnswerBlock, Block, Note, PromptBlock
from featherchat_tui.edges import More, Pill
from featherchat_tui.markdown import StreamedMarkdown
from featherchat_tui.values import PastNote, PastTurn
from featherchat_tui.window import Step, Window

PAGE = 8
"""Turns that are mounted together: 48 lines if they are as short as turns can be."""

MOST = 16
"""Turns that are mounted at once: each adds 0.3 ms to every frame of an answer."""

NEAR = 2
"""Rows from the top at which older turns are mounted."""

Entry = PastTurn | PastNote


class Pages(VerticalScroll):
    """Turns and notes, oldest first, of any number."""

    DEFAULT_CSS = """
    Pages {
        layers: below above;
        padding: 1 0 0 0;
        scrollbar-size-vertical: 1;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("home", "to_beginning", "Beginning", show=False),
        Binding("end", "to_end", "End", show=False),
    ]

    def __init__(self, window: Window | None = None) -> None:
        super().__init__()
        self._entries: list[Entry] = []
        self._window = window or Window(PAGE, MOST)
        self._live: AnswerBlock | None = None
        """The answer that is coming: it stays mounted."""

        self._pill = Pill()
        self._earlier = More(earlier=True)
        self._later = More(earlier=False)
        self._reading_back = False
        self._loading = False

    def compose(self) -> ComposeResult:
        yield self._pill
        yield self._earlier
        yield self._later

    def render_lines(self, crop: Region) -> list[Strip]:
        return bare_lines(self, crop)

    def watch_virtual_size(self, size: Size) -> None:
        self._follow_if_long()

    def on_resize(self, event: Resize) -> None:
        self._follow_if_long()
        self.call_after_refresh(self._fill_if_short)
        if self._pill.has_class("-shown"):
            self._place_pill()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        at_bottom = self.is_vertical_scroll_end
        if at_bottom and self._window.at_end:
            self._stand_at_end()
        elif at_bottom and new_value > old_value:
            self._load(earlier=False)
        if new_value < old_value and new_value <= NEAR:
            self._load(earlier=True)

    def release_anchor(self) -> None:
        """Stay where the reader is; Textual calls this when a person scrolls."""
        super().release_anchor()
        self._reading_back = True

    async def to_end(self) -> None:
        """Show the newest turn, and follow what comes."""
        if not self._window.at_end:
            await self._change(self._window.reset(len(self._entries)))
        self._stand_at_end()
        self.scroll_end(animate=False)

    async def to_beginning(self) -> None:
        """Show the oldest turn."""
        self.release_anchor()
        if self._window.first and self._live is None:
            await self._change(self._window.around(0))
        self.scroll_home(animate=False)

    async def _show_place(self, place: int) -> Block | None:
        """The first block of an entry, mounted and in sight."""
        self.release_anchor()
        if place not in self._window:
            if self._live is not None:
                return None
            await self._change(self._window.around(place))
        return next((block for block in self.blocks() if block.place == place), None)

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands on the page."""
        return not self._entries

    def blocks(self) -> list[Block]:
        """What is mounted, oldest first."""
        return list(self.query_children(Block))

    async def _add(self, entry: Entry, *blocks: Block) -> None:
        """One entry more, below the others."""
        if not self._window.at_end:
            await self.to_end()
        for block in blocks:
            block.place = len(self._entries)
        self._entries.append(entry)
        await self._change(self._window.append(), blocks)

    async def _replace(self, entries: Sequence[Entry]) -> None:
        """Other entries in place of all."""
        self._live = None
        await self.query_children(Block).remove()
        self._entries = list(entries)
        await self._change(self._window.reset(len(entries)))
        self._stand_at_end()
        self.scroll_end(animate=False)
        self.call_after_refresh(self._fill_if_short)

    async def _change(self, step: Step, blocks: Sequence[Block] = ()) -> None:
        dropped = [block for block in self.blocks() if block.place in step.dropped]
        for block in dropped:
            if isinstance(block, AnswerBlock):
                self._entries[block.place] = block.turn
        added = blocks or [block for place in step.added for block in self._blocks_of(place)]
        with self.app.batch_update():
            await self.remove_children(dropped)
            above = [block for block in self.blocks() if block.place >= step.added.stop]
            await self.mount_all(added, before=above[0] if above else self._later)
            window = self._window
            self._earlier.count(_turns(self._entries[: window.first]))
            self._later.count(_turns(self._entries[window.end :]))

    def _blocks_of(self, place: int) -> Sequence[Block]:
        entry = self._entries[place]
        if isinstance(entry, PastNote):
            blocks: list[Block] = [Note(entry.text, plain=entry.plain)]
        else:
            asked = PromptBlock(entry.prompt, entry.asked_at, self._turn_before(place))
            blocks = [asked, AnswerBlock(entry)]
        for block in blocks:
            block.place = place
        return blocks

    def _turn_before(self, place: int) -> float | None:
        """When the turn before a place was asked."""
        before = reversed(self._entries[:place])
        return next((entry.asked_at for entry in before if isinstance(entry, PastTurn)), None)

    @on(More.Pressed)
    def _load_more(self, event: More.Pressed) -> None:
        event.stop()
        self._load(earlier=event.earlier)

    def _load(self, *, earlier: bool) -> None:
        more = self._window.first > 0 if earlier else not self._window.at_end
        if more and not self._loading:
            self._loading = True
            self.release_anchor()
            self.run_worker(self._load_page(earlier), group="pages")

    async def _load_page(self, earlier: bool) -> None:
        blocks = self.blocks()
        read = blocks[0] if earlier else blocks[-1]
        row = read.virtual_region.y - self.scroll_y
        live = self._live.place if self._live is not None else None
        await self._change(self._window.earlier(live) if earlier else self._window.later())

        def hold() -> None:
            # What was read stays where it was on the screen.
            self.scroll_to(y=read.virtual_region.y - row, animate=False, immediate=True)
            self._loading = False
            self._fill_if_short()

        self.call_after_refresh(hold)

    def _follow_if_long(self) -> None:
        # Textual sets an anchored page that is shorter than its window at the bottom.
        height = self.container_size.height
        overflows = 0 < height < self.virtual_size.height
        if overflows != self.is_anchored:
            self.anchor(overflows)
            if not overflows:
                self.scroll_home(animate=False, immediate=True)

    def _fill_if_short(self) -> None:
        """Mount older turns where a page of them is shorter than a tall terminal."""
        short = self.virtual_size.height <= self.container_size.height
        if short and self._window.has_room and self.blocks():
            self._load(earlier=True)

    @on(Pill.Pressed)
    async def _scroll_to_end(self, event: Pill.Pressed) -> None:
        event.stop()
        await self.to_end()

    @on(StreamedMarkdown.Grown)
    def _offer_the_end(self, event: StreamedMarkdown.Grown) -> None:
        event.stop()
        self.call_after_refresh(self._show_pill)

    def _show_pill(self) -> None:
        # The end alone does not tell: it runs ahead of a page that follows it.
        offered = self._reading_back and not self.is_vertical_scroll_end
        if offered:
            self._place_pill()
        self._pill.set_class(offered, "-shown")

    def _place_pill(self) -> None:
        self._pill.styles.offset = (max(self.size.width - 12, 0), 0)

    def _stand_at_end(self) -> None:
        self._reading_back = False
        self._pill.remove_class("-shown")

    async def action_to_end(self) -> None:
        await self.to_end()

    async def action_to_beginning(self) -> None:
        await self.to_beginning()


def _turns(entries: Sequence[Entry]) -> int:
    return sum(isinstance(entry, PastTurn) for entry in entries)
