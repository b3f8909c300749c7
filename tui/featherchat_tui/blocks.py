"""What a conversation is made of: questions, answers, tool calls, notes.

An answer is a row of parts in the order in which they came: Markdown, a tool's
line, Markdown again. Each block can give its text, for copying.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.geometry import Region
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from featherchat.commands.wording import (
    counted,
    day_of,
    dollars,
    moment_words,
    shown,
    shown_line,
    time_of_day,
)
from featherchat.messages import Learned, MemoriesRecalled, ToolCall, ToolResult
from featherchat_tui.bare import Bare
from featherchat_tui.markdown import StillMarkdown, StreamedMarkdown
from featherchat_tui.strip import MemoryStrip
from featherchat_tui.values import PastTool, PastTurn

MAX_PROMPT_LINES = 20
"""Lines from which on a question is folded."""

MAX_TOOL_LINES = 200
"""Lines of a tool's result that are shown when it is unfolded."""


class Block(Bare):
    """One piece of a conversation that can be chosen and copied."""

    DEFAULT_CSS = """
    Block {
        height: auto;
        margin: 0 0 1 0;
        padding: 0 2 0 1;
        border-left: blank;
        &.-chosen { border-left: outer $accent; }
        & > .head { color: $foreground-muted; text-wrap: nowrap; text-overflow: ellipsis; }
        & > .body { padding: 0 0 0 2; height: auto; max-width: 100; }
        & > .more { color: $foreground-muted; padding: 0 0 0 2; height: 1; }
        &.-folded > .body, &.-folded > .said { max-height: 3; overflow: hidden; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.place = 0
        """Which entry of the conversation it shows, or a part of it."""

    def render_lines(self, crop: Region) -> list[Strip]:
        # Only the chosen block has a border to draw.
        chosen = self.has_class("-chosen")
        return super(Bare, self).render_lines(crop) if chosen else super().render_lines(crop)

    @property
    def text(self) -> str:
        """What copying the block gives, as it was written."""
        return ""

    @property
    def folded(self) -> bool:
        """Whether only its first lines are shown."""
        return self.has_class("-folded")

    def fold(self, folded: bool) -> None:
        """Show its first lines only, or all of it."""
        if folded == self.folded:
            return
        self.set_class(folded, "-folded")
        if folded:
            lines = counted(self.text.count("\n") + 1, "line")
            more = Static(Content(f"… {lines} · z unfolds"), classes="more")
            self.mount(more, after=self.query_children(".body, .said").first())
        else:
            self.query_children(".more").remove()


class PromptBlock(Block):
    """A question of the person's."""

    DEFAULT_CSS = """
    PromptBlock > .said { padding: 0 0 0 2; color: $foreground; text-style: bold; }
    """

    def __init__(self, prompt: str, at: float, before: float | None = None) -> None:
        """Args:
        prompt: What was asked.
        at: When, in seconds UTC.
        before: When the turn before was asked: the head of another day names it.
        """
        super().__init__()
        self._prompt = prompt
        self._at = at
        self._before = before

    def compose(self) -> ComposeResult:
        same_day = self._before is None or day_of(self._before) == day_of(self._at)
        when = time_of_day(self._at) if same_day else moment_words(self._at)
        yield Static(Content(f"You · {when}"), classes="head")
        yield Static(Content(shown(self._prompt)), classes="said")

    def on_mount(self) -> None:
        self.fold(self._prompt.count("\n") >= MAX_PROMPT_LINES)

    @property
    def text(self) -> str:
        return self._prompt


class ToolLine(Static, can_focus=True):
    """A tool call on one line; its result unfolds below it."""

    DEFAULT_CSS = """
    ToolLine {
        color: $foreground-muted; height: auto; margin: 0 0 1 0;
        &:focus { color: $accent; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "unfold", "Unfold", show=False)]

    unfolded: reactive[bool] = reactive(False)
    """Whether the result is shown."""

    def __init__(
        self, call: ToolCall, result: ToolResult | None = None, *, runs: bool = False
    ) -> None:
        super().__init__(markup=False)
        self.call = call
        self._result = result
        self._runs = runs

    def on_mount(self) -> None:
        self._draw()

    def finish(self, result: ToolResult) -> None:
        """Show that the tool has come back."""
        self._result = result
        self._draw()

    def stop(self) -> None:
        """Show that the tool never comes back: the turn has ended before it."""
        self._runs = False
        self._draw()

    def watch_unfolded(self) -> None:
        self._draw()

    def on_click(self, event: Click) -> None:
        event.stop()
        self.action_unfold()

    def action_unfold(self) -> None:
        self.unfolded = self._result is not None and not self.unfolded

    def _draw(self) -> None:
        words = f"{self.call.name.replace('_', ' ')} {_main_argument(self.call)}".rstrip()
        if self._result is None:
            state = "…" if self._runs else "· ✕ stopped"
            self.update(Content(f"▸ {shown_line(words)} {state}"))
            return
        lines = shown(self._result.text).splitlines()
        sign = "▾" if self.unfolded else "▸"
        state = self._result.summary or counted(len(lines), "line")
        if self._result.is_error:
            state = f"✕ {self._result.summary or 'failed'}"
        head = f"{sign} {shown_line(words)} · {state}"
        if self.unfolded and len(lines) > MAX_TOOL_LINES:
            lines = [*lines[:MAX_TOOL_LINES], f"… {len(lines) - MAX_TOOL_LINES} more lines"]
        body = ["", *(f"  {line}" for line in lines)] if self.unfolded else []
        self.update(Content("\n".join([head, *body])))


def _main_argument(call: ToolCall) -> str:
    """The argument that says what the call is about: a path before any other text."""
    arguments = call.arguments
    for name in ("path", "query", "id", "title"):
        if isinstance(arguments.get(name), str):
            return str(arguments[name])
    return next((value for value in arguments.values() if isinstance(value, str)), "")


class AnswerBlock(Block):
    """An answer, from the first word to what was learnt from it."""

    DEFAULT_CSS = """
    AnswerBlock {
        & .notice { color: $warning; margin: 0 0 1 0; height: auto; }
        & .failure { border-left: outer $error; padding: 0 0 0 1; margin: 0 0 1 0; height: auto; }
        & > MemoryStrip { margin: 0 0 0 2; }
    }
    """

    def __init__(self, turn: PastTurn, *, speaker: str = "Assistant", live: bool = False) -> None:
        super().__init__()
        self.turn = turn
        """The question and the answer so far."""

        self._speaker = speaker
        self._activity = "…" if live else ""
        self._head = Static(markup=False, classes="head")
        self._body = Bare(classes="body")
        self._part: StreamedMarkdown | None = None
        self._tools: dict[str, ToolLine] = {}
        self.strip: MemoryStrip | None = None
        """What memory gave and learnt, once that is known."""

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._body

    async def on_mount(self) -> None:
        turn = self.turn
        self._draw_head()
        await self._body.mount_all(_parts(turn))
        if turn.notice:
            await self._body.mount(Static(Content(shown(turn.notice)), classes="notice"))
        if turn.recalled is not None:
            await (await self._strip()).show_recalled(turn.recalled)
        if turn.learned is not None:
            await (await self._strip()).show_learned(turn.learned)

    @property
    def text(self) -> str:
        return self.turn.answer

    def activity(self, words: str) -> None:
        """Say in the head what is being waited for."""
        self._activity = words
        self._draw_head()

    async def append(self, text: str) -> None:
        """Show the next piece of the answer."""
        self.turn = replace(self.turn, answer=self.turn.answer + text)
        if self._part is None:
            self._part = StreamedMarkdown()
            await self._body.mount(self._part)
        self._part.feed(text)

    async def tool_called(self, call: ToolCall) -> None:
        """Show that a tool runs, below what has been said so far."""
        await self._end_part()
        if self.turn.answer and not self.turn.answer.endswith("\n\n"):
            self.turn = replace(self.turn, answer=self.turn.answer.rstrip("\n") + "\n\n")
        tool = PastTool(call, len(self.turn.answer))
        self.turn = replace(self.turn, tools=(*self.turn.tools, tool))
        line = ToolLine(call, runs=True)
        self._tools[call.id] = line
        await self._body.mount(line)

    def tool_finished(self, result: ToolResult) -> None:
        """Show that a tool has come back."""
        line = self._tools.pop(result.call_id, None)
        if line is not None:
            line.finish(result)
            tools = (
                replace(tool, result=result) if tool.call is line.call else tool
                for tool in self.turn.tools
            )
            self.turn = replace(self.turn, tools=tuple(tools))

    async def finish(self, model: str, seconds: float, cost: float | None, notice: str) -> None:
        """The answer is complete."""
        await self._end_part()
        self.turn = replace(self.turn, model=model, seconds=seconds, cost=cost, notice=notice)
        self.activity("")
        if notice:
            await self._body.mount(Static(Content(shown(notice)), classes="notice"))

    async def fail(self, message: str, hint: str) -> None:
        """The answer ends early; what has come stays."""
        await self._end_part()
        for line in self._tools.values():
            line.stop()
        self.turn = replace(self.turn, notice=message)
        self.activity("")
        words = Content.assemble(
            ("✕ ", "$error"), shown(message), "\n  ", (shown(hint), "$foreground-muted")
        )
        await self._body.mount(Static(words, classes="failure"))

    async def show_recalled(self, recalled: MemoriesRecalled) -> None:
        """Show what memory gave to the question."""
        self.turn = replace(self.turn, recalled=recalled)
        await (await self._strip()).show_recalled(recalled)

    async def show_learned(self, learned: Learned) -> None:
        """Show what was learnt from the turn."""
        self.turn = replace(self.turn, learned=learned)
        await (await self._strip()).show_learned(learned)

    async def _strip(self) -> MemoryStrip:
        if self.strip is None:
            self.strip = MemoryStrip(self.turn.prompt, self.turn.asked_at)
            await self.mount(self.strip)
        return self.strip

    async def _end_part(self) -> None:
        if self._part is not None:
            part, self._part = self._part, None
            await part.finish()

    def _draw_head(self) -> None:
        turn = self.turn
        words = [shown_line(turn.model or self._speaker), time_of_day(turn.asked_at)]
        if turn.seconds is not None:
            words.append(f"{turn.seconds:.1f} s")
        if turn.cost is not None:
            words.append(dollars(turn.cost))
        if self._activity:
            words.append(shown_line(self._activity))
        self._head.update(Content(" · ".join(words)))


def _parts(turn: PastTurn) -> Iterator[Widget]:
    """What an answer says, with a line for each tool where it was called."""
    begin = 0
    for tool in (*turn.tools, None):
        end = len(turn.answer) if tool is None else tool.at
        said = turn.answer[begin:end]
        if said.strip():
            yield StillMarkdown(said)
        if tool is not None:
            yield ToolLine(tool.call, tool.result)
        begin = end


class Note(Block):
    """What a command has to say: no part of the talk with the model."""

    DEFAULT_CSS = """
    Note > .body { color: $foreground-muted; }
    """

    def __init__(self, text: str, *, plain: bool = False) -> None:
        super().__init__()
        self._text = text
        self._plain = plain

    def compose(self) -> ComposeResult:
        if self._plain:
            yield Static(Content(shown(self._text)), classes="body")
        else:
            markdown = StillMarkdown(self._text)
            markdown.add_class("body")
            yield markdown

    @property
    def text(self) -> str:
        return self._text
