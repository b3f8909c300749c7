"""F4: every memory with its strength, how it fades, and what can be done about it.

The sliders rank anew in the view alone; only keep, let go and verify write.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Input, Static

from featherchat.commands.decay import Glance
from featherchat.commands.wording import counted
from featherchat.errors import FeatherchatError
from featherchat.ranking import DecayPolicy
from featherchat_tui.decay_rows import COLUMNS, SORTS, DecayRows, curve
from featherchat_tui.long_table import LongTable
from featherchat_tui.slider import Slider
from featherchat_tui.steady_screen import SteadyScreen, titled

CURVE_HEIGHT = 5
_HALF_LIVES = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
_TIME_WEIGHTS = tuple(step / 20 for step in range(21))


@dataclass(frozen=True, slots=True)
class DecayDoors:
    """What the screen asks of the project."""

    load: Callable[[], Awaitable[Glance]]
    rank: Callable[[str], Awaitable[Mapping[str, float]]]
    """How well memories answer a question, by id."""

    keep: Callable[[str], Awaitable[str]]
    """Pin a memory, or unpin it; what was done, in words."""

    let_go: Callable[[str], Awaitable[str]]
    verify: Callable[[str], Awaitable[str]]
    now: Callable[[], float]
    """Seconds UTC."""


class DecayScreen(SteadyScreen[str | None]):
    """A table of every memory; dismissed with the id of the one to be read whole."""

    DEFAULT_CSS = """
    DecayScreen {
        background: $background; padding: 0 1;
        & > #head { height: 1; margin: 0 0 1 0; }
        & #title { width: auto; text-style: bold; margin: 0 2 0 0; }
        & Input { width: 1fr; height: 1; border: none; padding: 0; background: $surface; }
        & #sliders { width: auto; height: 1; }
        & Slider { margin: 0 0 0 2; }
        & > LongTable { height: 1fr; }
        & > #curve { height: 7; border-top: solid $panel; color: $foreground-muted; }
        & > #foot { height: 1; color: $foreground-muted; }
        & > #hints { height: 1; color: $foreground-muted; }
        &.-low > #curve { display: none; }
        &.-slim > #head { height: 2; layout: grid; grid-size: 2; grid-columns: 8 1fr; }
        &.-slim.-past > #head { grid-columns: 40 1fr; }
        &.-slim #sliders { column-span: 2; }
        &.-slim Slider { margin: 0 2 0 0; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False),
        Binding("f4", "leave", "Back", show=False, id="decay"),
        Binding("slash", "filter", "Filter", show=False),
        Binding("s", "sort", "Sort", show=False),
        Binding("w", "week", "Fades this week", show=False),
        Binding("c", "curve", "Curve of the kind", show=False),
        Binding("k", "keep", "Keep", show=False),
        Binding("l", "let_go", "Let go", show=False),
        Binding("v", "verify", "Verify", show=False),
    ]

    table = query_one(LongTable)
    typed = query_one(Input)

    def __init__(self, doors: DecayDoors, policy: DecayPolicy, as_of: str = "") -> None:
        """Keep what is asked.

        Args:
            doors: The way to the project.
            policy: How memories fade where the sliders have not been moved.
            as_of: The time that is looked back to, in words; empty for now.
        """
        super().__init__()
        self._as_of = as_of
        self._doors = doors
        self._policy = policy
        self._rows: DecayRows | None = None
        self._of_kind = False

    def compose(self) -> ComposeResult:
        with Horizontal(id="head"):
            yield Static(titled("Memory", self._as_of), id="title")
            yield Input(placeholder="Filter, or ask", compact=True)
            with Horizontal(id="sliders"):
                yield Slider("half-life", _HALF_LIVES, 1.0, "×{:g}", id="half-life")
                weight = self._policy.time_weight
                yield Slider("time weight", _TIME_WEIGHTS, weight, "{:.2f}", id="time-weight")
        yield LongTable(COLUMNS)
        yield Static(id="curve", markup=False)
        yield Static("Reading…", id="foot", markup=False)
        yield Static(
            "↵ open  k keep  l let go  v verify  c kind  s sort  w week  / filter  tab  esc",
            id="hints",
            markup=False,
        )

    def on_mount(self) -> None:
        self.set_class(bool(self._as_of), "-past")
        self.table.focus()
        self._load("")

    def on_resize(self) -> None:
        self.set_class(self.size.height < 20, "-low")
        self.set_class(self.size.width < 100, "-slim")
        if self._rows is not None:
            self._draw_curve()

    @work(group="load", exclusive=True, exit_on_error=False)
    async def _load(self, memory_id: str) -> None:
        glance = await self._doors.load()
        # In a thread: a hundred thousand memories take a tenth of a second.
        rows = await asyncio.to_thread(DecayRows, glance, self._doors.now(), self._policy)
        if self._rows is not None:
            rows.show(replace(self._rows.shown, relevance={}))
        row = min(self.table.cursor, max(len(rows) - 1, 0))
        self._rows = rows
        self._refill(rows.row_of(memory_id) if memory_id else row)

    def _refill(self, cursor: int) -> None:
        rows = self._rows
        if rows is None:
            return
        self.table.empty = self._why_empty(rows)
        self.table.sorted_by = "" if rows.shown.relevance else rows.shown.sort
        self.table.fill(len(rows), rows.cells, cursor)
        self._draw_curve()
        shown = "" if len(rows) == rows.total else f"{len(rows):,} of "
        parts = [
            f"{shown}{counted(rows.total, 'memory', 'memories')}",
            f"{rows.fading_count:,} fade this week"
            if rows.fading_count
            else "none fades this week",
            f"sorted by {'how well they answer' if rows.shown.relevance else rows.shown.sort}",
        ]
        self.query_one("#foot", Static).update(Content(" · ".join(parts)))

    def _why_empty(self, rows: DecayRows) -> str:
        if not rows.total:
            return "Nothing was in memory then." if self._as_of else "Nothing is in memory yet."
        if rows.shown.typed:
            return "No memory has these words; esc shows all."
        return "None fades this week; w shows all."

    def _draw_curve(self) -> None:
        rows, panel = self._rows, self.query_one("#curve", Static)
        if rows is None or not len(rows):
            panel.update(Content(""))
            return
        row = self.table.cursor
        each = rows.typical(row) if self._of_kind else rows.outline(row)
        width = max(self.size.width - 4, 20)
        now = self._doors.now()
        lines = curve(each, now, rows.policy, width, CURVE_HEIGHT)
        title = (rows.kind_line(row) if self._of_kind else rows.title(row))[: width - 2]
        for place, line in enumerate(lines):
            if not line[: len(title)].strip():
                lines[place] = title + line[len(title) :]
                break
        panel.update(Content("\n".join(lines)))

    @on(LongTable.Moved)
    def _moved(self, event: LongTable.Moved) -> None:
        event.stop()
        self._draw_curve()

    @on(LongTable.Opened)
    def _open(self, event: LongTable.Opened) -> None:
        event.stop()
        if self._rows is not None:
            self.dismiss(self._rows.outline(event.place).id)

    @on(Input.Changed)
    def _type(self, event: Input.Changed) -> None:
        event.stop()
        if self._rows is not None:
            self._rows.show(replace(self._rows.shown, typed=event.value, relevance={}))
            self._refill(0)

    @on(Input.Submitted)
    @work(group="rank", exclusive=True, exit_on_error=False)
    async def _ask(self, event: Input.Submitted) -> None:
        event.stop()
        # At once: what is typed while memory answers is meant for the table.
        self.table.focus()
        rows = self._rows
        if rows is not None and event.value.strip():
            rows.show(replace(rows.shown, relevance=await self._doors.rank(event.value)))
            self._refill(0)

    @on(Slider.Changed)
    def _slide(self, event: Slider.Changed) -> None:
        event.stop()
        rows = self._rows
        if rows is None or not len(rows):
            return
        chosen = rows.outline(self.table.cursor).id
        if event.slider.id == "half-life":
            rows.show(replace(rows.shown, half_life_factor=event.value))
        else:
            rows.show(replace(rows.shown, time_weight=event.value))
        self._refill(rows.row_of(chosen))

    def action_filter(self) -> None:
        self.typed.focus()

    def action_sort(self) -> None:
        rows = self._rows
        if rows is not None:
            following = SORTS[(SORTS.index(rows.shown.sort) + 1) % len(SORTS)]
            rows.show(replace(rows.shown, sort=following, relevance={}))
            self._refill(0)

    def action_week(self) -> None:
        rows = self._rows
        if rows is not None:
            rows.show(replace(rows.shown, only_fading=not rows.shown.only_fading))
            self._refill(0)

    def action_curve(self) -> None:
        """Draw how the chosen memory fades, or how its kind does."""
        self._of_kind = not self._of_kind
        self._draw_curve()

    def action_keep(self) -> None:
        self._act(self._doors.keep)

    def action_let_go(self) -> None:
        self._act(self._doors.let_go)

    def action_verify(self) -> None:
        self._act(self._doors.verify)

    @work(group="act", exit_on_error=False)
    async def _act(self, verb: Callable[[str], Awaitable[str]]) -> None:
        rows = self._rows
        if rows is None or not len(rows):
            return
        memory_id = rows.outline(self.table.cursor).id
        try:
            said = await verb(memory_id)
        except FeatherchatError as error:
            self.notify(f"{error}\n{error.hint}", severity="error", markup=False)
            return
        self.notify(said, markup=False)
        self._load(memory_id)

    def action_leave(self) -> None:
        rows = self._rows
        if self.focused is not self.table:
            self.table.focus()
        elif rows is not None and (rows.shown.typed or rows.shown.relevance):
            self.typed.value = ""
            rows.show(replace(rows.shown, typed="", relevance={}))
            self._refill(0)
        else:
            self.dismiss(None)
