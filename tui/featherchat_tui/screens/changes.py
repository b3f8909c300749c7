"""F7: what memory learnt and lost, change by change, with what it takes to take it back."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from featherchat.commands.wording import age, counted, moment_words, shown_line
from featherchat.errors import FeatherchatError
from featherchat_tui.asking import ChooseOne, diff_content
from featherchat_tui.long_table import Column, LongTable
from featherchat_tui.searched_screen import SearchedScreen

if TYPE_CHECKING:
    # The store is loaded after the first paint.
    from featherchat.store.operations import Operation

_COLUMNS = (
    Column("age", "when", 5, numeric=True),
    Column("did", "did", 16),
    Column("reason", "what for", 0),
    Column("actor", "by", 10, min_table=70, tone="muted"),
    Column("standing", "", 10, min_table=50, tone="muted"),
)


@dataclass(frozen=True, slots=True)
class ChangeDoors:
    """What the screen asks of the project."""

    load: "Callable[[str], Awaitable[Sequence[Operation]]]"
    """The changes since a period ago, a date or a commit; all for an empty text."""

    told: Callable[[str], Awaitable[Sequence[str]]]
    """What an operation did, as lines of a diff."""

    undo: "Callable[[Sequence[Operation]], Awaitable[str]]"
    now: Callable[[], float]
    """Seconds UTC."""


class ChangesScreen(SearchedScreen[None]):
    """Changes, newest first, and the one under the cursor as a diff."""

    DEFAULT_CSS = """
    ChangesScreen {
        & > LongTable { height: 1fr; }
        & > #diff {
            height: 1fr; border-top: solid $panel; scrollbar-size-vertical: 1;
            &:focus { border-top: solid $accent; }
        }
        & #diff > Static { height: auto; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False),
        Binding("f7", "leave", "Back", show=False, id="changes"),
        Binding("slash", "since", "Since when", show=False),
        Binding("u", "undo", "Take it back", show=False),
        Binding("U", "undo_all", "Take all of them back", show=False),
    ]

    def __init__(self, doors: ChangeDoors) -> None:
        super().__init__()
        self._doors = doors
        self._changes: Sequence[Operation] = ()

    def compose(self) -> ComposeResult:
        with Horizontal(id="head"):
            yield Static("Changes of memory", id="title", markup=False)
            yield Input(placeholder="Since: 3d, 2w, 2026-03-04, or a commit", compact=True)
        yield LongTable(_COLUMNS)
        with VerticalScroll(id="diff"):
            yield Static(id="lines")
        yield Static("Reading…", id="foot", markup=False)
        yield Static(
            "↑↓ walk  u undo it  U undo all since then  / since  tab diff  esc",
            id="hints",
            markup=False,
        )

    def on_mount(self) -> None:
        self.table.focus()
        self._load()

    @work(group="load", exclusive=True, exit_on_error=False)
    async def _load(self) -> None:
        try:
            self._changes = await self._doors.load(self.typed.value.strip())
        except FeatherchatError as error:
            self.show_error(error)
            return
        self.table.fill(len(self._changes), self._cells, self.table.cursor)
        since = self.typed.value.strip()
        foot = counted(len(self._changes), "change") + (f" since {since}" if since else "")
        self.query_one("#foot", Static).update(Content(shown_line(foot)))
        self._tell()

    def _cells(self, place: int) -> tuple[str, ...]:
        each = self._changes[place]
        numbers = ((each.added, "+"), (each.changed, "~"), (each.links, "↔"))
        did = " ".join(f"{sign}{number:,}" for number, sign in numbers if number)
        return (
            age(self._doors.now() - each.at),
            did,
            shown_line(each.reason),
            shown_line(each.actor),
            "undo" if each.is_undo else "" if each.stands else "taken back",
        )

    @work(group="tell", exclusive=True, exit_on_error=False)
    async def _tell(self) -> None:
        page, chosen = self.query_one("#lines", Static), self._chosen
        if chosen is None:
            page.update(Content("Nothing was changed in this time."))
            return
        lines = await self._doors.told(chosen.id)
        said = "\n".join(lines) or "Only what stands behind memories was changed."
        page.update(diff_content(said))
        self.query_one("#diff", VerticalScroll).scroll_home(animate=False)

    @property
    def _chosen(self) -> "Operation | None":
        place = self.table.cursor
        return self._changes[place] if place < len(self._changes) else None

    @on(LongTable.Moved)
    def _moved(self, event: LongTable.Moved) -> None:
        event.stop()
        self._tell()

    @on(LongTable.Opened)
    def _open(self, event: LongTable.Opened) -> None:
        event.stop()
        self.query_one("#diff").focus()

    @on(Input.Submitted)
    def _ask(self, event: Input.Submitted) -> None:
        event.stop()
        self._load()
        self.table.focus()

    def action_since(self) -> None:
        self.typed.focus()

    def action_undo(self) -> None:
        if self._chosen is not None:
            self._take_back([self._chosen])

    @work(group="act", exit_on_error=False)
    async def action_undo_all(self) -> None:
        standing = [each for each in self._changes if each.stands and not each.is_undo]
        if not standing:
            return
        since = self.typed.value.strip() or "the beginning"
        title = f"Take back {counted(len(standing), 'change')} since {since}?"
        oldest = standing[-1]
        said = [
            # A period is easily meant otherwise: 2m are two months.
            f"The oldest is of {moment_words(oldest.at)}: {shown_line(oldest.reason)}",
            "The newest goes first. Each stays in the log and can be put back by itself.",
        ]
        if await self.app.push_screen_wait(ChooseOne(title, said, ["Keep them", "Take back"])) == 1:
            self._take_back(standing)

    @work(group="undo", exit_on_error=False)
    async def _take_back(self, chosen: "Sequence[Operation]") -> None:
        try:
            self.notify(await self._doors.undo(chosen), markup=False)
        except FeatherchatError as error:
            self.show_error(error)
        self._load()

    def action_leave(self) -> None:
        if self.focused is not self.table:
            self.table.focus()
        else:
            self.dismiss(None)
