"""F2: every setting with its value and where it comes from; a change goes into one's own file."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from featherchat.commands.wording import counted, shown_line
from featherchat.errors import FeatherchatError
from featherchat_tui.form import Field, Form
from featherchat_tui.long_table import Column, LongTable
from featherchat_tui.searched_screen import SearchedScreen

if TYPE_CHECKING:
    # The settings are read when the screen opens.
    from featherchat.commands.settings import Setting

_COLUMNS = (
    Column("name", "setting", 28),
    Column("value", "value", 0),
    Column("origin", "from", 18, min_table=56, tone="muted"),
)


@dataclass(frozen=True, slots=True)
class SettingDoors:
    """What the screen asks of the project."""

    load: "Callable[[], Awaitable[Sequence[Setting]]]"
    written: Callable[[object], str]
    """A value as the file has it."""

    change: Callable[[str, str], Awaitable[str]]
    """Puts a setting into the person's file; what was done, in words."""

    file: str
    """Where that file lies."""


class SettingsScreen(SearchedScreen[None]):
    """Settings, filtered as one types."""

    DEFAULT_CSS = """
    SettingsScreen {
        & > LongTable { height: 1fr; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False),
        Binding("f2", "leave", "Back", show=False, id="settings"),
        Binding("slash", "filter", "Filter", show=False),
    ]

    def __init__(self, doors: SettingDoors) -> None:
        super().__init__()
        self._doors = doors
        self._all: Sequence[Setting] = ()
        self._shown: Sequence[Setting] = ()

    def compose(self) -> ComposeResult:
        with Horizontal(id="head"):
            yield Static("Settings", id="title", markup=False)
            yield Input(placeholder="Filter", compact=True)
        yield LongTable(_COLUMNS)
        yield Static(id="foot")
        yield Static("↵ change  / filter  esc", id="hints", markup=False)

    def on_mount(self) -> None:
        self.table.focus()
        self._load()

    @work(group="load", exclusive=True, exit_on_error=False)
    async def _load(self) -> None:
        self._all = await self._doors.load()
        self._refill()

    def _refill(self) -> None:
        words = self.typed.value.casefold().split()
        self._shown = [
            each
            for each in self._all
            if all(word in f"{each.name} {each.origin}".casefold() for word in words)
        ]
        self.table.fill(len(self._shown), self._cells, self.table.cursor)
        foot = f"{counted(len(self._shown), 'setting')} · kept in {self._doors.file}"
        self.query_one("#foot", Static).update(Content(shown_line(foot)))

    def _cells(self, place: int) -> tuple[str, ...]:
        each = self._shown[place]
        return (each.name, shown_line(self._doors.written(each.value)) or "–", each.origin)

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        event.stop()
        self._refill()

    @on(LongTable.Moved)
    def _moved(self, event: LongTable.Moved) -> None:
        event.stop()

    @on(LongTable.Opened)
    @work(group="change", exit_on_error=False)
    async def _change(self, event: LongTable.Opened) -> None:
        event.stop()
        setting = self._shown[event.place]
        text = self._doors.written(setting.value)
        while True:
            field = Field("Value", "Nothing gives the default back", text=text)
            filled = await self.app.push_screen_wait(Form(setting.name, [field], save="Set"))
            if not filled.saved:
                return
            text = filled.texts[0]
            try:
                self.notify(await self._doors.change(setting.name, text), markup=False)
            except FeatherchatError as error:
                self.show_error(error)
                continue
            self._load()
            return
