"""The conversation: questions and answers, and what memory had to do with each.

The screen tells it what happens in a turn; it keeps every turn as a value, and the
page beneath it mounts those that are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets.markdown import MarkdownBlock

from featherchat.messages import Learned, MemoriesRecalled, ToolCall, ToolResult
from featherchat_tui.blocks import AnswerBlock, Block, Note, PromptBlock
from featherchat_tui.finding import spots
from featherchat_tui.markdown import code_in
from featherchat_tui.pages import Entry, Pages
from featherchat_tui.passages import PassageBlock
from featherchat_tui.values import PastNote, PastTurn
from featherchat_tui.window import Window


class Conversation(Pages):
    """Questions and answers, oldest first, with what memory had to do with each."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "choose(1)", "Next block", show=False),
        Binding("k", "choose(-1)", "Previous block", show=False),
        Binding("c", "copy", "Copy the block, or the last answer", show=False),
        Binding("y", "copy_code", "Copy the block's code", show=False),
        Binding("z", "fold", "Fold or unfold", show=False),
        Binding("e", "edit", "Open in the editor", show=False),
        Binding("v", "page", "Open in the pager", show=False),
        Binding("m", "toggle_strip", "What memory did", show=False),
    ]

    @dataclass
    class Copied(Message):
        """A person wants this text on the clipboard."""

        text: str

    @dataclass
    class OpenedOutside(Message):
        """A person wants to read this text in another program."""

        text: str
        editor: bool
        """The editor; else the pager."""

    def __init__(self, window: Window | None = None) -> None:
        super().__init__(window)
        self._copied = ("", 0)
        """Whose code was copied, and how many blocks of it from the end."""

        self._looked = ("", 0)
        """What was looked for, and which place of it is shown."""
        self._answer: AnswerBlock | None = None
        self._chosen: Block | None = None

    @property
    def answer(self) -> AnswerBlock | None:
        """The newest answer on the page, or None before the first."""
        answers = [block for block in self.blocks() if isinstance(block, AnswerBlock)]
        return answers[-1] if answers else None

    async def begin_turn(self, prompt: str, at: float, *, speaker: str = "Assistant") -> None:
        """Show a question, and the place where its answer will stand.

        Args:
            prompt: What was asked.
            at: When, in seconds UTC.
            speaker: Who answers, until the answer's model is known.
        """
        turn = PastTurn(prompt, at)
        self._live = None
        live = AnswerBlock(turn, speaker=speaker, live=True)
        before = self._turn_before(len(self._entries))
        await self._add(turn, PromptBlock(prompt, at, before), live)
        self._live = self._answer = live
        await self.to_end()

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
        self._settle()

    async def fail(self, message: str, hint: str) -> None:
        """The answer ends early: say why, and what to do next."""
        await self._current().fail(message, hint)
        self._settle()

    async def show_recalled(self, recalled: MemoriesRecalled) -> None:
        """Show what memory gave to the current question."""
        await self._current().show_recalled(recalled)

    async def show_learned(self, learned: Learned) -> None:
        """Show what was learnt from a turn, under that turn, mounted or not."""
        for block in self.blocks():
            if isinstance(block, AnswerBlock) and _is_of(block.turn, learned):
                await block.show_learned(learned)
                return
        for place, entry in enumerate(self._entries):
            if isinstance(entry, PastTurn) and _is_of(entry, learned):
                self._entries[place] = replace(entry, learned=learned)

    async def show_note(self, text: str, *, plain: bool = False) -> None:
        """Show what a command has to say, as Markdown or as it is."""
        await self._add(PastNote(text, plain), Note(text, plain=plain))
        self.scroll_end(animate=False)

    async def load(self, turns: Sequence[PastTurn]) -> None:
        """Show an earlier session, oldest turn first; its newest turns are mounted."""
        self._chosen = self._answer = None
        await self._replace(turns)

    async def clear(self) -> None:
        """An empty page."""
        await self.load(())

    def last_answer(self) -> str:
        """The text of the newest answer, as the model wrote it; empty before the first."""
        answer = self.answer
        if answer is not None and self._window.at_end:
            return answer.text
        turns = (entry for entry in reversed(self._entries) if isinstance(entry, PastTurn))
        return next((turn.answer for turn in turns), "")

    def chosen_text(self) -> str:
        """The text of the chosen block, or of the newest answer when none is chosen."""
        chosen = self._chosen
        return chosen.text if chosen is not None and chosen.is_attached else self.last_answer()

    async def find(self, words: str, step: int = 0) -> tuple[int, int]:
        """Show a block with these words, the newest first.

        Args:
            words: What is looked for, in any case.
            step: -1 for the one above the one shown, 1 for the one below.

        Returns:
            Which place is shown, counted from the end, and how many there are.
        """
        found = spots(self._settled(), words)
        if not found:
            return 0, 0
        before = self._looked[1] if self._looked[0] == words else -1
        number = (before - step) % len(found) if before >= 0 else 0
        self._looked = (words, number)
        spot = found[-1 - number]
        block = await self._show_place(spot.place)
        if block is not None and spot.part:
            blocks = self.blocks()
            block = blocks[blocks.index(block) + 1]
        if block is not None:
            self._choose(block)
            self.call_after_refresh(_scroll_to_words, self, block, words.casefold())
        return number + 1, len(found)

    def _settled(self) -> list[Entry]:
        """Every entry with what its block knows by now."""
        for block in self.blocks():
            if isinstance(block, AnswerBlock):
                self._entries[block.place] = block.turn
        return self._entries

    def show_beginning(self) -> None:
        """Scroll to where the newest answer begins: it came whole, so nobody has read it yet."""
        answer = self.answer
        if answer is not None:
            self.release_anchor()
            self.call_after_refresh(self.scroll_to_widget, answer, animate=False, top=True)

    def toggle_strip(self) -> None:
        """Open or close the strip of the chosen or newest answer, and give it the focus."""
        block = self._chosen if isinstance(self._chosen, AnswerBlock) else self.answer
        if block is not None and block.strip is not None:
            strip = block.strip
            strip.opened = not strip.opened
            strip.focus(scroll_visible=False)
            if strip.opened:
                self.release_anchor()

    def _current(self) -> AnswerBlock:
        assert self._answer is not None, "begin_turn comes first"
        return self._answer

    def _settle(self) -> None:
        """From now on the answer can be taken off the page: its value stays."""
        answer, self._live = self._current(), None
        self._entries[answer.place] = answer.turn

    def action_choose(self, step: int) -> None:
        blocks = self.blocks()
        if not blocks:
            return
        place = len(blocks) - 1
        if self._chosen in blocks:
            place = max(0, min(blocks.index(self._chosen) + step, place))
        self._choose(blocks[place])
        blocks[place].scroll_visible(animate=False)

    def _choose(self, block: Block) -> None:
        if self._chosen is not None:
            self._chosen.remove_class("-chosen")
        self._chosen = block.add_class("-chosen")
        self.release_anchor()

    def action_copy(self) -> None:
        self.post_message(self.Copied(self.chosen_text()))

    def action_copy_code(self) -> None:
        text = self.chosen_text()
        code = code_in(text)
        if code:
            # Again: the block of code before the one that was copied.
            times = self._copied[1] + 1 if self._copied[0] == text else 0
            self._copied = (text, times)
            self.post_message(self.Copied(code[-1 - times % len(code)]))

    def action_fold(self) -> None:
        block = self._chosen if self._chosen in self.blocks() else self.answer
        if block is not None:
            block.fold(not block.folded)

    def action_edit(self) -> None:
        self.post_message(self.OpenedOutside(self.chosen_text(), editor=True))

    def action_page(self) -> None:
        self.post_message(self.OpenedOutside(self.chosen_text(), editor=False))

    def action_toggle_strip(self) -> None:
        self.toggle_strip()


def _is_of(turn: PastTurn, learned: Learned) -> bool:
    return turn.recalled is not None and turn.recalled.turn_id == learned.turn_id


def _scroll_to_words(page: Conversation, block: Block, wanted: str) -> None:
    """Scroll to the line of a block that has the words, else to the block."""
    block.fold(False)
    parts = [
        part for part in block.query(MarkdownBlock) if wanted in (part.source or "").casefold()
    ]
    part = parts[0] if parts else block
    page.scroll_to_widget(part, animate=False, top=True, immediate=True)
    if isinstance(part, PassageBlock):
        page.scroll_relative(y=part.row_of(wanted), animate=False, immediate=True)
