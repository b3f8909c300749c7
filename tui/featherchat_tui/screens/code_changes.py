"""F5: what was changed in the code, and which decisions it carries out.

Links that were inferred are suggestions until a person has confirmed them; the pane shows
how each was found and how sure it is. It follows memory while it is open.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Input, Static

from featherchat.commands.links import LinkedChange, is_suggested
from featherchat.commands.memories import Linked
from featherchat.commands.signs import title_words
from featherchat.commands.wording import counted, shown
from featherchat.errors import FeatherchatError
from featherchat_tui.code_change_rows import (
    CHANGE_COLUMNS,
    PART_COLUMNS,
    SHOWN,
    Part,
    about,
    change_cells,
    fits,
    is_linked,
    part_cells,
    part_line,
    parts_of,
    unwrapped,
)
from featherchat_tui.long_table import LongTable
from featherchat_tui.searched_screen import SearchedScreen
from featherchat_tui.steady_screen import titled

FIRST = 300
"""Changes that are read before the others, so that the page is there at once."""

LOOKS = 2.0
"""Seconds between two looks at whether memory has changed."""

_NOTHING = "No commit is in memory yet: they are recorded while the app is open."
_NOTHING_THEN = "No commit was in memory then."
_HINTS = (
    "esc",
    "↵ read",
    "→ parts",
    "/ filter",
    "w why",
    "s suggested",
    "c confirm",
    "r reject",
    "x unlink",
    "o in the conversation",
)
"""From what is always said to what a narrow screen leaves out."""


@dataclass(frozen=True, slots=True)
class CodeChangeDoors:
    """What the screen asks of the project. What changes something says what it did."""

    load: Callable[[int | None], Awaitable[Sequence[LinkedChange]]]
    """The newest changes, at most so many; None for as many as are shown at all."""

    revision: Callable[[], Awaitable[int]]
    """A number that rises with every write to memory, whoever writes."""

    confirm: Callable[[Linked], Awaitable[str]]
    """Say that a suggestion holds."""

    turn_down: Callable[[Linked], Awaitable[str]]
    """Say that a suggestion, or a link, does not hold; it is not made again."""

    now: Callable[[], float]
    """Seconds UTC."""


@dataclass(frozen=True, slots=True)
class Jump:
    """What the screen was left for."""

    change_id: str
    """The change that was chosen."""

    line: str = ""
    """A command line to be run."""

    decision_id: str = ""
    """Or a decision to be looked at."""


class CodeChangesScreen(SearchedScreen[Jump | None]):
    """The changes, and of the chosen one the words, the decisions and the files."""

    DEFAULT_CSS = """
    CodeChangesScreen {
        & > #body { height: 1fr; }
        & #changes { width: 3fr; height: 1fr; }
        & #side { width: 2fr; min-width: 50; height: 1fr; padding: 0 1; border-left: solid $panel; }
        & #words { height: 1fr; scrollbar-size-vertical: 1; margin: 0 0 1 0; }
        & #words > Static { height: auto; }
        & #parts { height: 1fr; }
        & > #part { height: 1; color: $accent; text-wrap: nowrap; text-overflow: ellipsis; }
        &.-narrow > #body { layout: vertical; }
        &.-narrow #changes { width: 100%; height: 3fr; }
        &.-narrow #side {
            width: 100%; height: 2fr; padding: 0; border-left: none; border-top: solid $panel;
        }
        &.-narrow #words { display: none; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False),
        Binding("f5", "leave", "Back", show=False, id="code"),
        Binding("slash", "filter", "Filter", show=False),
        Binding("s", "show", "All, linked, suggested", show=False),
        Binding("right", "parts", "Decisions and files", show=False),
        Binding("left", "changes", "Changes", show=False),
        Binding("w", "why", "Why is the file as it is", show=False),
        Binding("o", "read", "Read it in the conversation", show=False),
        Binding("c", "confirm", "Confirm the suggestion", show=False),
        Binding("r", "turn_down(True)", "Reject the suggestion", show=False),
        Binding("x", "turn_down(False)", "Unlink", show=False),
    ]

    table = query_one("#changes", LongTable)
    beside = query_one("#parts", LongTable)

    def __init__(self, doors: CodeChangeDoors, chosen: str = "", as_of: str = "") -> None:
        """Keep what is asked and where to begin.

        Args:
            doors: The way to the project.
            chosen: The id of the change that is chosen at first; empty for the newest.
            as_of: The time that is looked back to, in words; empty for now.
        """
        super().__init__()
        self._doors = doors
        self._as_of = as_of
        self._begin = chosen
        self._revision = -1
        self._shown = SHOWN[0]
        self._changes: Sequence[LinkedChange] = ()
        self._rows: Sequence[LinkedChange] = ()
        self._told: LinkedChange | None = None
        self._parts: Sequence[Part] = ()

    def compose(self) -> ComposeResult:
        with Horizontal(id="head"):
            yield Static(titled("Code changes", self._as_of), id="title")
            yield Input(placeholder="Filter by words, path, symbol, branch, decision", compact=True)
        with Horizontal(id="body"):
            yield LongTable(CHANGE_COLUMNS, id="changes")
            with Vertical(id="side"):
                with VerticalScroll(id="words", can_focus=False):
                    yield Static(markup=False)
                yield LongTable(PART_COLUMNS, id="parts")
        yield Static(id="part", markup=False)
        yield Static("Reading…", id="foot", markup=False)
        yield Static(id="hints", markup=False)

    def on_mount(self) -> None:
        self.table.focus()
        self._load(first=True)
        self.set_interval(LOOKS, self._look)

    def on_resize(self) -> None:
        self.set_class(self.size.width < 110, "-narrow")
        self.query_one("#hints", Static).update(Content(_hints(self.size.width - 2)))

    @work(group="look", exclusive=True, exit_on_error=False)
    async def _look(self) -> None:
        if await self._doors.revision() != self._revision:
            self._load()

    @work(group="load", exclusive=True, exit_on_error=False)
    async def _load(self, *, first: bool = False) -> None:
        self._revision = await self._doors.revision()
        if first:
            self._changes = await self._doors.load(FIRST)
            self._refill()
        if not first or len(self._changes) >= FIRST:
            self._changes = await self._doors.load(None)
            self._refill()

    def _refill(self) -> None:
        """Show what the filter admits; what was chosen stays chosen while it is there."""
        chosen = self._chosen.change.id if self._chosen is not None else self._begin
        part = self.beside.cursor
        self._rows = [each for each in self._changes if self._admits(each)]
        ids = [each.change.id for each in self._rows]
        cursor = ids.index(chosen) if chosen in ids else 0
        self.table.empty = self._why_empty()
        self.table.fill(len(self._rows), self._cells, cursor)
        self._tell(part if chosen in ids else 0)
        self.query_one("#foot", Static).update(Content(self._counts()))

    def _why_empty(self) -> str:
        if not self._changes:
            return _NOTHING_THEN if self._as_of else _NOTHING
        if self.typed.value:
            return "No change has these words; esc shows all."
        return f"No change is {self._shown}; s shows others."

    def _counts(self) -> str:
        if not self._changes:
            return "No change"
        shown = f"{len(self._rows):,} of " if len(self._rows) < len(self._changes) else ""
        waiting = sum(len(each.likely) for each in self._changes)
        linked = sum(is_linked(each) for each in self._changes)
        only = f" (only {self._shown})" if self._shown != SHOWN[0] else ""
        parts = [f"{shown}{counted(len(self._changes), 'change')}{only}", f"{linked:,} linked"]
        parts += [f"{counted(waiting, 'suggestion')} to judge"] if waiting else []
        return " · ".join(parts)

    def _admits(self, change: LinkedChange) -> bool:
        wanted = {"all": True, "linked": is_linked(change), "suggested": bool(change.likely)}
        return wanted[self._shown] and fits(change, self.typed.value)

    def _cells(self, place: int) -> tuple[str, ...]:
        return change_cells(self._rows[place], self._doors.now())

    @property
    def _chosen(self) -> LinkedChange | None:
        place = self.table.cursor
        return self._rows[place] if place < len(self._rows) else None

    @property
    def _part(self) -> Part | None:
        place = self.beside.cursor
        return self._parts[place] if place < len(self._parts) else None

    def _tell(self, part: int = 0) -> None:
        """Show what is known of the chosen change."""
        change, page = self._chosen, self.query_one("#words", VerticalScroll)
        self._told = change
        self._parts = parts_of(change) if change is not None else ()
        self.beside.fill(len(self._parts), self._part_cells, part)
        page.query_one(Static).update(_words(change))
        page.scroll_home(animate=False)
        self._tell_part()

    def _part_cells(self, place: int) -> tuple[str, ...]:
        return part_cells(self._parts[place])

    def _tell_part(self) -> None:
        part = self._part
        self.query_one("#part", Static).update(Content(part_line(part) if part else ""))

    @on(LongTable.Moved)
    def _moved(self, event: LongTable.Moved) -> None:
        event.stop()
        if self._chosen is not self._told:
            self._tell()
        else:
            self._tell_part()

    @on(LongTable.Opened)
    def _opened(self, event: LongTable.Opened) -> None:
        event.stop()
        if not self.beside.has_focus:
            self.action_read()
        elif self._part is not None and self._part.link is not None:
            self._leave_for(decision_id=self._part.link.memory.id)
        else:
            self.action_why()

    @on(Input.Changed)
    def _type(self, event: Input.Changed) -> None:
        event.stop()
        self._refill()

    def action_show(self) -> None:
        self._shown = SHOWN[(SHOWN.index(self._shown) + 1) % len(SHOWN)]
        self._refill()

    def action_parts(self) -> None:
        self.beside.focus()

    def action_changes(self) -> None:
        self.table.focus()

    def action_read(self) -> None:
        if self._chosen is not None:
            self._leave_for(f"/show {self._chosen.change.id}")

    def action_why(self) -> None:
        """Ask why the chosen file, or the first one, is as it is."""
        paths = [self._part] if self._part and self._part.path else []
        paths += [part for part in self._parts if part.path]
        if paths:
            self._leave_for(f"/why {paths[0].path}")

    def _leave_for(self, line: str = "", decision_id: str = "") -> None:
        if self._chosen is not None:
            self.dismiss(Jump(self._chosen.change.id, line, decision_id))

    def action_confirm(self) -> None:
        self._judge(self._doors.confirm, suggested=True)

    def action_turn_down(self, suggested: bool) -> None:
        self._judge(self._doors.turn_down, suggested=suggested)

    @work(group="act", exit_on_error=False)
    async def _judge(self, verb: Callable[[Linked], Awaitable[str]], *, suggested: bool) -> None:
        """Do something to the link under the cursor, or to the first one it can be done to."""
        parts = [self._part] if self._part and self.beside.has_focus else self._parts
        links = [part.link for part in parts if part.link]
        fitting = [link for link in links if is_suggested(link.edge) is suggested]
        if not fitting:
            what = "suggestion" if suggested else "link"
            self.notify(f"There is no {what} here: choose one with → and ↑ ↓.", markup=False)
            return
        try:
            self.notify(await verb(fitting[0]), markup=False)
        except FeatherchatError as error:
            self.show_error(error)
        self._load()


def _words(change: LinkedChange | None) -> Content:
    if change is None:
        return Content("")
    memory = change.change
    said = memory.text.removeprefix(memory.title).rsplit("\n\nCommitted ", 1)[0]
    return Content.assemble(
        (title_words(memory), "bold"),
        ("\n" + about(change), "$foreground-muted"),
        shown(unwrapped(said)),
    )


def _hints(width: int) -> str:
    """As many hints as fit."""
    last, *others = _HINTS
    line = ""
    for each in others:
        if len(line) + len(each) + 2 + len(last) <= width:
            line += f"{each}  "
    return line + last
