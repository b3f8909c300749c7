"""F6: the conversations of this developer, searched as one types, with what was said beside.

Nothing is deleted but by hand and after a question.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from featherchat.commands.wording import age, counted, shown_line
from featherchat.errors import FeatherchatError
from featherchat_tui.asking import ChooseOne
from featherchat_tui.form import Field, Form
from featherchat_tui.long_table import Column, LongTable
from featherchat_tui.markdown import SafeMarkdown
from featherchat_tui.searched_screen import SearchedScreen

if TYPE_CHECKING:
    # The store is loaded after the first paint.
    from featherchat.store.sessions import SessionLine

_COLUMNS = (
    Column("title", "conversation", 0),
    Column("turns", "turns", 5, numeric=True),
    Column("learned", "learned", 7, numeric=True, min_table=60),
    Column("age", "last", 5, numeric=True),
)
_HINTS = "↵ resume  f fork  r rename  e Markdown  j JSON  d delete  / search  esc"


@dataclass(frozen=True, slots=True)
class SessionDoors:
    """What the screen asks of the project. What changes something says what it did."""

    search: "Callable[[str], Awaitable[Sequence[SessionLine]]]"
    """Every conversation, or those that have every word."""

    told: Callable[[str], Awaitable[str]]
    """A conversation as Markdown."""

    rename: Callable[[str, str], Awaitable[str]]
    fork: Callable[[str], Awaitable[str]]
    """Copies a conversation; the id of the copy."""

    export: Callable[[str, bool], Awaitable[str]]
    delete: Callable[[str], Awaitable[str]]
    now: Callable[[], float]
    """Seconds UTC."""


class SessionsScreen(SearchedScreen[str | None]):
    """Dismissed with the id of the conversation to go on with, or None."""

    DEFAULT_CSS = """
    SessionsScreen {
        & > #body { height: 1fr; }
        & LongTable { width: 1fr; height: 1fr; }
        & #said {
            width: 1fr; height: 1fr; padding: 0 1; border-left: solid $panel;
            scrollbar-size-vertical: 1;
            &:focus { border-left: solid $accent; }
        }
        &.-narrow > #body { layout: vertical; }
        &.-narrow #said { width: 100%; border-left: none; border-top: solid $panel; }
        &.-narrow LongTable { width: 100%; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False),
        Binding("f6", "leave", "Back", show=False, id="sessions"),
        Binding("slash", "filter", "Search", show=False),
        Binding("f", "fork", "Fork", show=False),
        Binding("r", "rename", "Rename", show=False),
        Binding("e", "export(False)", "Export as Markdown", show=False),
        Binding("j", "export(True)", "Export as JSON", show=False),
        Binding("d", "delete", "Delete", show=False),
    ]

    def __init__(self, doors: SessionDoors, current: str | None) -> None:
        """Keep what is asked and where one is.

        Args:
            doors: The way to the project.
            current: The id of the running conversation; it cannot be deleted.
        """
        super().__init__()
        self._doors = doors
        self._current = current
        self._lines: Sequence[SessionLine] = ()
        self._total = 0

    def compose(self) -> ComposeResult:
        with Horizontal(id="head"):
            yield Static("Sessions", id="title", markup=False)
            yield Input(placeholder="Search everything that was said", compact=True)
        with Horizontal(id="body"):
            yield LongTable(_COLUMNS)
            with VerticalScroll(id="said"):
                yield SafeMarkdown("")
        yield Static("Reading…", id="foot", markup=False)
        yield Static(_HINTS, id="hints", markup=False)

    def on_mount(self) -> None:
        self.table.focus()
        self._load("")

    def on_resize(self) -> None:
        self.set_class(self.size.width < 110, "-narrow")

    @work(group="load", exclusive=True, exit_on_error=False)
    async def _load(self, chosen: str) -> None:
        # exclusive: a newer keystroke cancels the search it has overtaken.
        words = self.typed.value
        lines = await self._doors.search(words)
        self._total = self._total if words else len(lines)
        self._lines = lines
        ids = [line.session.id for line in lines]
        self.table.fill(len(lines), self._cells, ids.index(chosen) if chosen in ids else 0)
        shown = f"{len(lines)} of " if words else ""
        total = counted(self._total, "conversation")
        self.query_one("#foot", Static).update(Content(f"{shown}{total}, yours alone"))
        self._tell()

    def _cells(self, place: int) -> tuple[str, ...]:
        line = self._lines[place]
        mark = "▸ " if line.session.id == self._current else ""
        return (
            f"{mark}{shown_line(line.session.title)}",
            str(line.turns),
            str(line.learned),
            age(self._doors.now() - line.session.updated_at),
        )

    @work(group="tell", exclusive=True, exit_on_error=False)
    async def _tell(self) -> None:
        page, line = self.query_one(SafeMarkdown), self._chosen
        if line is None:
            await page.update(
                "No conversation has these words." if self.typed.value else "Nothing was said yet."
            )
            return
        said = await self._doors.told(line.session.id)
        around = f"> {shown_line(line.found)}\n\n" if line.found else ""
        await page.update(around + said)
        self.query_one("#said", VerticalScroll).scroll_home(animate=False)

    @property
    def _chosen(self) -> "SessionLine | None":
        place = self.table.cursor
        return self._lines[place] if place < len(self._lines) else None

    @on(LongTable.Moved)
    def _moved(self, event: LongTable.Moved) -> None:
        event.stop()
        self._tell()

    @on(LongTable.Opened)
    def _open(self, event: LongTable.Opened) -> None:
        event.stop()
        self.dismiss(self._lines[event.place].session.id)

    @on(Input.Changed)
    def _type(self, event: Input.Changed) -> None:
        event.stop()
        self._load("")

    def action_fork(self) -> None:
        self._with_chosen(self._fork)

    def action_rename(self) -> None:
        self._with_chosen(self._rename)

    def action_export(self, as_json: bool) -> None:
        self._with_chosen(lambda line: self._doors.export(line.session.id, as_json))

    def action_delete(self) -> None:
        self._with_chosen(self._delete)

    @work(group="act", exit_on_error=False)
    async def _with_chosen(self, act: "Callable[[SessionLine], Awaitable[str]]") -> None:
        line = self._chosen
        if line is None:
            return
        try:
            said = await act(line)
        except FeatherchatError as error:
            self.show_error(error)
            return
        if said:
            self.notify(said, markup=False)
            self._load(line.session.id)

    async def _fork(self, line: "SessionLine") -> str:
        self.dismiss(await self._doors.fork(line.session.id))
        return ""

    async def _rename(self, line: "SessionLine") -> str:
        field = Field("Title", text=line.session.title)
        filled = await self.app.push_screen_wait(Form("What is it called?", [field], save="Rename"))
        return await self._doors.rename(line.session.id, filled.texts[0]) if filled.saved else ""

    async def _delete(self, line: "SessionLine") -> str:
        if line.session.id == self._current:
            return "This conversation is running: begin another with /clear first."
        said = [
            line.session.title,
            f"{counted(line.turns, 'turn')} will be gone for good."
            " What was learnt from it stays; forget removes that.",
        ]
        question = ChooseOne("Delete this conversation?", said, ["Keep it", "Delete it"])
        if await self.app.push_screen_wait(question) != 1:
            return ""
        return await self._doors.delete(line.session.id)
