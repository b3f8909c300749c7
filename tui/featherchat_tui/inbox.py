"""The inbox: what waits for a person's word, with what a decision needs, key by key.

One candidate has the cursor and is shown whole; several may be chosen and decided at once.
"""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

from featherchat.commands.inbox import InboxItem, Verb
from featherchat.commands.signs import alike_words, sign_of, source_words, title_words
from featherchat.commands.wording import age, counted, kind_words, shown, shown_line
from featherchat.errors import FeatherchatError
from featherchat.memory import Memory
from featherchat.recall.context import short_id
from featherchat_tui.asking import ChooseOne
from featherchat_tui.desk import Desk
from featherchat_tui.form import Field, Form
from featherchat_tui.strip_rows import fit

MUTED = "$foreground-muted"
_EMPTY = "Nothing waits for your word."
_KEYS = "a accept  b both  e edit  r reject  m merge  n never  ␣ choose  u undo  esc"
_OTHER = "Another memory, by its id"


class Inbox(ModalScreen[None]):
    """Candidates and contradictions, oldest first, and the one under the cursor whole."""

    DEFAULT_CSS = """
    Inbox {
        align: center middle;
        background: $background;
        & > #card { width: 100%; max-width: 120; height: 100%; padding: 0 2; }
        & #title { text-style: bold; color: $accent; height: 1; margin: 0 0 1 0; }
        & OptionList, & OptionList:focus {
            height: auto; max-height: 40%; border: none; padding: 0; background: $background;
            scrollbar-size-vertical: 1;
        }
        & OptionList > .option-list--option-highlighted,
        & OptionList:focus > .option-list--option-highlighted {
            background: $panel; color: $foreground; text-style: bold;
        }
        & #whole { height: 1fr; margin: 1 0; padding: 0 0 0 2; border-left: solid $panel;
            scrollbar-size-vertical: 1; }
        & #keys { height: auto; color: $foreground-muted; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Back", show=False),
        Binding("space", "choose", "Choose or let go", show=False),
        Binding("a", "decide('accept')", "Accept", show=False),
        Binding("b", "decide('both')", "Accept; what it contradicts holds, too", show=False),
        Binding("r", "decide('reject')", "Reject", show=False),
        Binding("n", "decide('never')", "Never learn this", show=False),
        Binding("e", "edit", "Edit and accept", show=False),
        Binding("m", "merge", "Merge into another", show=False),
        Binding("u", "undo", "Undo", show=False),
        Binding("j", "move('down')", show=False),
        Binding("k", "move('up')", show=False),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._items: tuple[InboxItem, ...] = ()
        self._chosen: set[str] = set()
        self._drafts: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        with VerticalGroup(id="card"):
            yield Static("Inbox", id="title", markup=False)
            yield OptionList()
            with VerticalScroll(id="whole", can_focus=False):
                yield Static(id="detail")
            yield Static(_KEYS, id="keys", markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        self._run(self._nothing)

    def on_resize(self) -> None:
        self._draw()

    async def _nothing(self) -> str:
        return ""

    @work(group="inbox", exit_on_error=False)
    async def _run(self, act: Callable[[], Awaitable[str]]) -> None:
        """Do something, say what was done, and show what is left."""
        try:
            said = await act()
        except FeatherchatError as error:
            self.notify(f"{error}\n{error.hint}", severity="error", markup=False)
            return
        if said:
            self.notify(said, markup=False)
        self._items = await self._desk.items()
        self._chosen &= {item.memory.id for item in self._items}
        self._draw()

    def _draw(self) -> None:
        options = self.query_one(OptionList)
        place = options.highlighted or 0
        width = max(options.size.width, 20)
        lines = [_line(item, self._chosen, self._desk.now, width) for item in self._items]
        options.set_options(lines)
        if lines:
            options.highlighted = min(place, len(lines) - 1)
        waits = counted(len(self._items), "memory waits", "memories wait")
        chosen = f" · {len(self._chosen)} chosen" if self._chosen else ""
        self.query_one("#title", Static).update(f"Inbox · {waits} for your word{chosen}")
        self._show_whole()

    @on(OptionList.OptionHighlighted)
    def _show_whole(self) -> None:
        item = self._current()
        detail = _whole(item) if item is not None else Content(_EMPTY)
        self.query_one("#detail", Static).update(detail)

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_edit()

    def _current(self) -> InboxItem | None:
        place = self.query_one(OptionList).highlighted
        return self._items[place] if place is not None and place < len(self._items) else None

    def _meant(self) -> list[str]:
        """What is chosen, or else what the cursor is on."""
        item = self._current()
        return sorted(self._chosen) or ([item.memory.id] if item is not None else [])

    def action_move(self, way: str) -> None:
        options = self.query_one(OptionList)
        (options.action_cursor_down if way == "down" else options.action_cursor_up)()

    def action_choose(self) -> None:
        item = self._current()
        if item is not None:
            self._chosen ^= {item.memory.id}
            self._draw()
            self.query_one(OptionList).action_cursor_down()

    def action_decide(self, verb: str) -> None:
        ids = self._meant()
        if ids:
            self._run(lambda: self._desk.decide(ids, Verb(verb)))

    def action_edit(self) -> None:
        item = self._current()
        if item is not None:
            self._run(lambda: self._edit(item.memory))

    def action_merge(self) -> None:
        item = self._current()
        if item is not None:
            self._run(lambda: self._merge(item))

    def action_undo(self) -> None:
        self._run(self._desk.undo)

    def action_leave(self) -> None:
        self.dismiss(None)

    async def _edit(self, memory: Memory) -> str:
        text = self._drafts.get(memory.id, memory.text)
        field = Field("Text", lines=6, text=text)
        form = Form("In your own words; with them it is accepted", [field], save="Accept")
        filled = await self.app.push_screen_wait(form)
        self._drafts[memory.id] = filled.texts[0]
        return await self._desk.edit(memory.id, filled.texts[0]) if filled.saved else ""

    async def _merge(self, item: InboxItem) -> str:
        others = [*item.contradicts, *(near.memory for near in item.similar)]
        answers = [f"{title_words(each)} · m:{short_id(each.id)}" for each in others]
        said = [item.memory.text, "The other one keeps its words, and gets this one's source."]
        question = ChooseOne("Merge into which memory?", said, [*answers, _OTHER])
        place = await self.app.push_screen_wait(question)
        if place < 0:
            return ""
        if place < len(others):
            return await self._desk.merge(item.memory.id, others[place].id)
        form = Form("Merge into which memory?", [Field("Id", "m:4f2a1c or ADR-12")], save="Merge")
        filled = await self.app.push_screen_wait(form)
        return await self._desk.merge(item.memory.id, filled.texts[0]) if filled.saved else ""


def _line(item: InboxItem, chosen: set[str], now: float, width: int) -> Content:
    memory = item.memory
    mark = "■ " if memory.id in chosen else "  "
    against = " contradicts" if item.contradicts else ""
    old = f" {age(now - memory.created_at):>4}"
    kind = fit(kind_words(memory.kind), 12)
    room = width - 2 - 2 - 12 - 1 - len(against) - len(old) - 1
    return Content.assemble(
        (mark, "$accent"),
        (sign_of(memory).mark + " ", "$accent"),
        (kind + " ", MUTED),
        fit(title_words(memory), room),
        (against, "$warning"),
        (old, MUTED),
    )


def _whole(item: InboxItem) -> Content:
    """The text, the words it rests on, what it contradicts and what is like it."""
    memory = item.memory
    parts: list[tuple[str, str]] = [(shown(memory.text), "")]
    quote = memory.source.quote
    said = f"“{shown_line(quote)}” · " if quote and quote != memory.text else ""
    parts.append((f"\n\n{said}{source_words(memory.source)} · m:{short_id(memory.id)}", MUTED))
    for old, why in zip(item.contradicts, item.reasons, strict=True):
        parts.append((f"\n\ncontradicts m:{short_id(old.id)}: {shown_line(why)}\n", "$warning"))
        parts.append((shown(old.text), ""))
    parts += [(f"\n\n{alike_words(near)}", MUTED) for near in item.similar[:3]]
    return Content.assemble(*parts)
