"""The conversation: a page of questions and answers that scrolls under the reader's hand.

It follows the answer while the reader stands at its end, and stays where the
reader has gone. Only the newest turns are on the screen; the others are values
until they are asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.widgets import Static

from featherchat.messages import Learned, MemoriesRecalled, ToolCall, ToolResult
from featherchat_tui.blocks import AnswerBlock, Block, Note, PromptBlock
from featherchat_tui.markdown import StreamedMarkdown
from featherchat_tui.values import PastTurn

TURNS_AT_ONCE = 25
"""Turns that are mounted when a session is shown again: 50 blocks take about 0.6 s."""

MOST_TURNS = 75
"""Mounted turns from which on the oldest become values again; each makes the layout slower."""


class Pill(Static):
    """``↓ new``: text has come below what is shown."""

    DEFAULT_CSS = """
    Pill {
        layer: above; dock: bottom; width: auto; height: 1; padding: 0 1;
        background: $accent; color: $background; display: none;
        &.-shown { display: block; }
    }
    """

    class Pressed(Message):
        """A person wants to see the end."""

    def __init__(self) -> None:
        super().__init__("↓ new", markup=False)

    def on_click(self, event: Click) -> None:
        event.stop()
        self.post_message(self.Pressed())


class LoadEarlier(Static, can_focus=True):
    """The line above the oldest shown turn, when there are older ones."""

    DEFAULT_CSS = """
    LoadEarlier {
        width: 1fr; height: 1; margin: 0 0 1 0; padding: 0 0 0 2; color: $foreground-muted;
        &:focus { color: $accent; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "press", "Load earlier turns", show=False)
    ]

    class Pressed(Message):
        """A person wants to see older turns."""

    def on_click(self, event: Click) -> None:
        event.stop()
        self.action_press()

    def action_press(self) -> None:
        self.post_message(self.Pressed())


class Conversation(VerticalScroll):
    """Questions and answers, oldest first, with what memory had to do with each."""

    DEFAULT_CSS = """
    Conversation {
        layers: below above;
        padding: 1 0 0 0;
        scrollbar-size-vertical: 1;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "choose(1)", "Next block", show=False),
        Binding("k", "choose(-1)", "Previous block", show=False),
        Binding("c", "copy", "Copy the block, or the last answer", show=False),
        Binding("m", "toggle_strip", "What memory did", show=False),
    ]

    @dataclass
    class Copied(Message):
        """A person wants this text on the clipboard."""

        text: str

    def __init__(self) -> None:
        super().__init__()
        self._earlier: list[PastTurn] = []
        self._answer: AnswerBlock | None = None
        self._chosen: Block | None = None
        self._pill = Pill()
        self._reading_back = False

    def compose(self) -> ComposeResult:
        yield self._pill

    def watch_virtual_size(self, size: Size) -> None:
        self._follow_if_long()

    def on_resize(self, event: Resize) -> None:
        self._follow_if_long()
        self._pill.styles.offset = (max(event.size.width - 12, 0), 0)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if self.is_vertical_scroll_end:
            self._stand_at_end()

    def release_anchor(self) -> None:
        """Stay where the reader is; Textual calls this when a person scrolls."""
        super().release_anchor()
        self._reading_back = True

    @property
    def answer(self) -> AnswerBlock | None:
        """The newest answer, or None before the first."""
        return self._answer

    async def begin_turn(self, prompt: str, at: float, *, speaker: str = "Assistant") -> None:
        """Show a question, and the place where its answer will stand.

        Args:
            prompt: What was asked.
            at: When, in seconds UTC.
            speaker: Who answers, until the answer's model is known.
        """
        await self._fold_oldest()
        turn = PastTurn(prompt, at)
        self._answer = AnswerBlock(turn, speaker=speaker, live=True)
        await self.mount_all([PromptBlock(prompt, at), self._answer])
        self._stand_at_end()
        self.scroll_end(animate=False)

    async def append(self, text: str) -> None:
        """Show the next piece of the answer."""
        await self._current().append(text)

    def activity(self, words: str) -> None:
        """Say what the answer waits for, such as a retry; an empty text ends that."""
        self._current().activity(words)

    async def tool_called(self, call: ToolCall) -> None:
        """Show that a tool runs."""
        await self._current().tool_called(call)

    def tool_finished(self, result: ToolResult) -> None:
        """Show that a tool has come back; its result is folded."""
        self._current().tool_finished(result)

    async def finish(
        self, model: str, seconds: float, cost: float | None = None, notice: str = ""
    ) -> None:
        """The answer is complete."""
        await self._current().finish(model, seconds, cost, notice)

    async def fail(self, message: str, hint: str) -> None:
        """The answer ends early: say why, and what to do next."""
        await self._current().fail(message, hint)

    async def show_recalled(self, recalled: MemoriesRecalled) -> None:
        """Show what memory gave to the current question."""
        await self._current().show_recalled(recalled)

    async def show_learned(self, learned: Learned) -> None:
        """Show what was learnt from a turn, under that turn; one that is gone is passed over."""
        for block in self.query(AnswerBlock):
            if block.turn.recalled is not None and block.turn.recalled.turn_id == learned.turn_id:
                await block.show_learned(learned)
                return

    async def show_note(self, text: str, *, plain: bool = False) -> None:
        """Show what a command has to say, as Markdown or as it is."""
        await self.mount(Note(text, plain=plain))
        self.scroll_end(animate=False)

    async def load(self, turns: Sequence[PastTurn]) -> None:
        """Show an earlier session, oldest turn first; its newest turns are mounted."""
        await self.clear()
        self._earlier = list(turns[:-TURNS_AT_ONCE])
        with self.app.batch_update():
            await self.mount_all(_blocks_of(turns[-TURNS_AT_ONCE:]))
            await self._show_load_earlier()
        answers = self.query(AnswerBlock)
        self._answer = answers.last() if answers else None
        self.scroll_end(animate=False)

    async def clear(self) -> None:
        """An empty page."""
        self._earlier, self._answer, self._chosen = [], None, None
        await self.query_children("Block, LoadEarlier").remove()

    def last_answer(self) -> str:
        """The text of the newest answer, as the model wrote it; empty before the first."""
        return self._answer.text if self._answer is not None else ""

    def chosen_text(self) -> str:
        """The text of the chosen block, or of the newest answer when none is chosen."""
        return self._chosen.text if self._chosen is not None else self.last_answer()

    def show_beginning(self) -> None:
        """Scroll to where the newest answer begins: it came whole, so nobody has read it yet."""
        answer = self._answer
        if answer is not None:
            self.release_anchor()
            self.call_after_refresh(self.scroll_to_widget, answer, animate=False, top=True)

    def toggle_strip(self) -> None:
        """Open or close the strip of the chosen or newest answer, and give it the focus."""
        block = self._chosen if isinstance(self._chosen, AnswerBlock) else self._answer
        if block is not None and block.strip is not None:
            strip = block.strip
            strip.opened = not strip.opened
            strip.focus(scroll_visible=False)
            if strip.opened:
                self.release_anchor()

    def _follow_if_long(self) -> None:
        # Textual sets an anchored page that is shorter than its window at the bottom.
        height = self.container_size.height
        overflows = 0 < height < self.virtual_size.height
        if overflows != self.is_anchored:
            self.anchor(overflows)
            if not overflows:
                self.scroll_home(animate=False, immediate=True)

    def _current(self) -> AnswerBlock:
        assert self._answer is not None, "begin_turn comes first"
        return self._answer

    async def _fold_oldest(self) -> None:
        answers = list(self.query(AnswerBlock))
        if len(answers) < MOST_TURNS:
            return
        kept = answers[-TURNS_AT_ONCE]
        self._earlier += [block.turn for block in answers[:-TURNS_AT_ONCE]]
        blocks = list(self.query_children(Block))
        # The kept answer's question stands right before it.
        await self.remove_children(blocks[: blocks.index(kept) - 1])
        self._chosen = None
        await self._show_load_earlier()

    async def _show_load_earlier(self) -> None:
        await self.query_children(LoadEarlier).remove()
        if self._earlier:
            words = f"↑ Load earlier: {len(self._earlier)} more turns"
            first = self.query_children(Block).first()
            await self.mount(LoadEarlier(words, markup=False), before=first)

    @on(LoadEarlier.Pressed)
    async def _load_earlier(self, event: LoadEarlier.Pressed) -> None:
        event.stop()
        turns = self._earlier[-TURNS_AT_ONCE:]
        del self._earlier[-TURNS_AT_ONCE:]
        first = self.query_children(Block).first()
        with self.app.batch_update():
            await self.mount_all(_blocks_of(turns), before=first)
            await self._show_load_earlier()
        # What was read stays where it was; the older turns are above it.
        self.call_after_refresh(self.scroll_to_widget, first, animate=False, top=True)

    @on(Pill.Pressed)
    def _scroll_to_end(self, event: Pill.Pressed) -> None:
        event.stop()
        self._stand_at_end()
        self.scroll_end(animate=False)

    @on(StreamedMarkdown.Grown)
    def _offer_the_end(self, event: StreamedMarkdown.Grown) -> None:
        event.stop()
        self.call_after_refresh(self._show_pill)

    def _show_pill(self) -> None:
        # The end alone does not tell: it runs ahead of a page that follows it.
        offered = self._reading_back and not self.is_vertical_scroll_end
        self._pill.set_class(offered, "-shown")

    def _stand_at_end(self) -> None:
        self._reading_back = False
        self._pill.remove_class("-shown")

    def action_choose(self, step: int) -> None:
        blocks = list(self.query_children(Block))
        if not blocks:
            return
        if self._chosen in blocks:
            place = max(0, min(blocks.index(self._chosen) + step, len(blocks) - 1))
            self._chosen.remove_class("-chosen")
        else:
            place = len(blocks) - 1
        self._chosen = blocks[place].add_class("-chosen")
        self.release_anchor()
        self._chosen.scroll_visible(animate=False)

    def action_copy(self) -> None:
        self.post_message(self.Copied(self.chosen_text()))

    def action_toggle_strip(self) -> None:
        self.toggle_strip()


def _blocks_of(turns: Sequence[PastTurn]) -> list[Block]:
    return [
        block
        for turn in turns
        for block in (PromptBlock(turn.prompt, turn.asked_at), AnswerBlock(turn))
    ]
