"""The decision browser: a graph, a tree and a timeline, with the chosen memory beside them.

It changes nothing itself: what a person wants done goes out as a command line.
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
from textual.widgets import ContentSwitcher, Input, Static, Tree

from featherchat.commands.neighborhood import Neighborhood
from featherchat.commands.signs import sign_of, title_words
from featherchat.commands.wording import counted, kind_words, moment_words
from featherchat.errors import FeatherchatError
from featherchat.memory import MAY_CAUSE, Memory
from featherchat.recall.context import short_id
from featherchat_tui.decisions_pane import DecisionTree, counts, fits_all
from featherchat_tui.graph_view import GraphView
from featherchat_tui.long_table import Column, LongTable
from featherchat_tui.markdown import SafeMarkdown
from featherchat_tui.steady_screen import SteadyScreen, titled
from featherchat_tui.strip_rows import fit
from featherchat_tui.values import DecisionCard

_TIMELINE = (
    Column("when", "when", 24, tone="muted"),
    Column("sign", "", 1),
    Column("title", "decision", 0),
    Column("status", "status", 12, min_table=70),
)
_HINTS = {
    "graph": "arrows walk  ␣ focus  t tree  l timeline",
    "tree": "↑↓ walk  ← → fold  g graph  l timeline",
    "timeline": "↑↓ walk  g graph  t tree",
}
_WIDE_HINTS = "  r reject  s supersede  k link"
_WIDE_GRAPH_HINTS = "  1 2 3 hops  + - zoom"


@dataclass(frozen=True, slots=True)
class DecisionDoors:
    """What the browser asks of the project."""

    load: Callable[[], Awaitable[Sequence[DecisionCard]]]
    around: Callable[[str, int], Awaitable[Neighborhood]]
    """The graph within some hops of a memory."""

    told: Callable[[str], Awaitable[str]]
    """A memory whole, as Markdown."""


CLOSED = "closed"
"""What the browser is left with by the key that opened it: the pane goes, too."""


class DecisionsScreen(SteadyScreen[str | None]):
    """Dismissed with a command line to be run, with CLOSED, or None."""

    DEFAULT_CSS = """
    DecisionsScreen {
        background: $background; padding: 0 1;
        & > #head { height: 1; margin: 0 0 1 0; }
        & #title { width: auto; text-style: bold; margin: 0 2 0 0; }
        & #focus { width: auto; max-width: 60; margin: 0 0 0 2; color: $foreground-muted; }
        & Input { width: 1fr; height: 1; border: none; padding: 0; background: $surface; }
        & > #body { height: 1fr; }
        & ContentSwitcher { width: 1fr; height: 1fr; }
        & #detail {
            width: 2fr; max-width: 72; height: 1fr; padding: 0 1; border-left: solid $panel;
            scrollbar-size-vertical: 1;
            &:focus { border-left: solid $accent; }
        }
        & ContentSwitcher { width: 3fr; }
        & > #foot, & > #hints { height: 1; color: $foreground-muted; }
        &.-narrow > #body { layout: vertical; }
        &.-narrow #detail {
            width: 100%; max-width: 100%; height: 2fr; border-left: none; border-top: solid $panel;
        }
        &.-narrow ContentSwitcher { width: 100%; height: 3fr; }
        &.-narrow #focus { display: none; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False),
        Binding("f3", "close", "Close", show=False, id="decisions"),
        Binding("g", "view('graph')", "Graph", show=False),
        Binding("t", "view('tree')", "Tree", show=False),
        Binding("l", "view('timeline')", "Timeline", show=False),
        Binding("slash", "filter", "Filter", show=False),
        Binding("1", "hops(1)", show=False),
        Binding("2", "hops(2)", show=False),
        Binding("3", "hops(3)", show=False),
        Binding("a", "ask('adr accept')", "Accept", show=False),
        Binding("r", "ask('adr reject')", "Reject", show=False),
        Binding("s", "ask('adr supersede')", "Supersede", show=False),
        Binding("k", "ask('adr link')", "Link", show=False),
        Binding("n", "new", "New", show=False),
        Binding("o", "read", "Read in the conversation", show=False),
    ]

    switcher = query_one(ContentSwitcher)
    typed = query_one(Input)
    tree_view = query_one(DecisionTree)
    table = query_one(LongTable)

    def __init__(
        self, doors: DecisionDoors, now: float, memory_id: str = "", as_of: str = ""
    ) -> None:
        """Keep what is asked and where to begin.

        Args:
            doors: The way to the project.
            now: Seconds UTC, which ages count from.
            memory_id: What is chosen at first; empty for the one with most links.
            as_of: The time that is looked back to, in words; empty for now.
        """
        super().__init__()
        self._as_of = as_of
        self._doors = doors
        self._now = now
        self._chosen = memory_id
        self._hops = 2
        self._cards: Sequence[DecisionCard] = ()
        self._shown: Sequence[DecisionCard] = ()
        self._ordered: Sequence[DecisionCard] = ()

    def compose(self) -> ComposeResult:
        with Horizontal(id="head"):
            yield Static(titled("Decisions", self._as_of), id="title")
            yield Input(placeholder="Filter by words, kind, status or path", compact=True)
            yield Static(id="focus", markup=False)
        with Horizontal(id="body"):
            with ContentSwitcher(initial="graph"):
                with Vertical(id="graph"):
                    yield GraphView(self._now)
                with Vertical(id="tree"):
                    yield DecisionTree()
                with Vertical(id="timeline"):
                    yield LongTable(_TIMELINE)
            with VerticalScroll(id="detail"):
                yield SafeMarkdown("")
        yield Static("Reading…", id="foot", markup=False)
        yield Static(id="hints", markup=False)

    def on_mount(self) -> None:
        self._load()
        self.action_view("graph")

    def on_resize(self) -> None:
        self.set_class(self.size.width < 100, "-narrow")
        self._hint()

    def _hint(self) -> None:
        name = self.switcher.current or "graph"
        more = ""
        if self.size.width >= 120:
            more = _WIDE_HINTS + (_WIDE_GRAPH_HINTS if name == "graph" else "")
        line = f"{_HINTS[name]}  a accept  n new  / filter  esc{more}"
        self.query_one("#hints", Static).update(Content(line))

    @work(group="load", exclusive=True, exit_on_error=False)
    async def _load(self) -> None:
        self._cards = await self._doors.load()
        self._refill()
        if not self._chosen and self._shown:
            self._chosen = max(self._shown, key=_certain_links).memory.id
        if self._chosen:
            # The words need not wait for the picture.
            self._tell(self._chosen)
            self._draw(self._chosen)
        else:
            none = "No decision is recorded yet. Record one with /adr new."
            self.query_one("#foot", Static).update(Content(none))

    @work(group="graph", exclusive=True, exit_on_error=False)
    async def _draw(self, memory_id: str) -> None:
        found = await self._doors.around(memory_id, self._hops)
        self.query_one(GraphView).show(found)
        focus = next((title_words(each) for each in found.memories), "")
        beyond = f" · {found.beyond} more beyond" if found.beyond else ""
        words = f"{fit(focus, 30).rstrip()} · {counted(self._hops, 'hop')}{beyond}"
        self.query_one("#focus", Static).update(Content(words))

    @work(group="tell", exclusive=True, exit_on_error=False)
    async def _tell(self, memory_id: str) -> None:
        try:
            said = await self._doors.told(memory_id)
        except FeatherchatError as error:
            said = str(error)
        await self.query_one(SafeMarkdown).update(said)
        self.query_one("#detail", VerticalScroll).scroll_home(animate=False)

    def _refill(self) -> None:
        typed = self.typed.value
        self._shown = [card for card in self._cards if fits_all(card, typed)]
        self.tree_view.fill(self._shown, self._now)
        ordered = sorted(self._shown, key=lambda card: -card.memory.created_at)
        self.table.fill(len(ordered), lambda place: _timeline_cells(ordered[place].memory))
        self._ordered = ordered
        head = counted(len(self._shown), "decision")
        if len(self._shown) < len(self._cards):
            head = f"{len(self._shown)} of {counted(len(self._cards), 'decision')}"
        line = " · ".join(part for part in (head, counts(self._shown)) if part)
        self.query_one("#foot", Static).update(Content(line))

    def _choose(self, memory_id: str) -> None:
        if memory_id != self._chosen:
            self._chosen = memory_id
            self._tell(memory_id)

    def _find_chosen(self) -> None:
        """Let the cursor of tree and timeline stand where one comes from."""
        self.tree_view.choose(self._chosen)
        ids = [card.memory.id for card in self._ordered]
        if self._chosen in ids:
            self.table.cursor = ids.index(self._chosen)

    @on(GraphView.Chosen)
    def _walked(self, event: GraphView.Chosen) -> None:
        event.stop()
        self._choose(event.memory_id)

    @on(GraphView.Centered)
    def _centered(self, event: GraphView.Centered) -> None:
        event.stop()
        self._draw(event.memory_id)

    @on(GraphView.Opened)
    def _opened(self, event: GraphView.Opened) -> None:
        event.stop()
        self.dismiss(f"/show {event.memory_id}")

    @on(Tree.NodeHighlighted)
    def _highlighted(self, event: Tree.NodeHighlighted[object]) -> None:
        event.stop()
        memory = self.tree_view.chosen
        if memory is not None and self.switcher.current == "tree":
            self._choose(memory.id)

    @on(LongTable.Moved)
    def _moved(self, event: LongTable.Moved) -> None:
        event.stop()
        if self.switcher.current == "timeline":
            self._choose(self._ordered[event.place].memory.id)

    @on(Tree.NodeSelected)
    @on(LongTable.Opened)
    def _read(self, event: Tree.NodeSelected[object] | LongTable.Opened) -> None:
        event.stop()
        self.action_read()

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        event.stop()
        self._refill()

    @on(Input.Submitted)
    def _end_filter(self, event: Input.Submitted) -> None:
        event.stop()
        if self._shown and self._chosen not in {card.memory.id for card in self._shown}:
            # At once: a key that decides must not mean what stood there before the picture comes.
            self._choose(self._shown[0].memory.id)
            self._find_chosen()
            self._draw(self._chosen)
        self._focus_view()

    def action_view(self, name: str) -> None:
        """Show the graph, the tree or the timeline."""
        self._find_chosen()
        self.switcher.current = name
        self._hint()
        if name == "graph" and self._chosen:
            self._draw(self._chosen)
        self._focus_view()

    def action_filter(self) -> None:
        self.typed.focus()

    def action_hops(self, hops: int) -> None:
        self._hops = hops
        if self._chosen:
            self._draw(self._chosen)

    def action_ask(self, command: str) -> None:
        """Leave with a command about the chosen decision; what it lacks is typed there."""
        if self._chosen:
            self.dismiss(f"/{command} m:{short_id(self._chosen)}")

    def action_new(self) -> None:
        self.dismiss("/adr new")

    def action_read(self) -> None:
        if self._chosen:
            self.dismiss(f"/show {self._chosen}")

    def action_close(self) -> None:
        self.dismiss(CLOSED)

    def action_leave(self) -> None:
        if self.typed.has_focus or self.typed.value:
            self.typed.value = ""
            self._focus_view()
        else:
            self.dismiss(None)

    def _focus_view(self) -> None:
        self.query_one(f"#{self.switcher.current}").children[0].focus()


def _certain_links(card: DecisionCard) -> int:
    return sum(link.relation != MAY_CAUSE for link in card.links)


def _timeline_cells(memory: Memory) -> tuple[str, ...]:
    sign = sign_of(memory)
    status = sign.word or memory.adr_status or kind_words(memory.kind)
    return (moment_words(memory.created_at), sign.mark, title_words(memory), status)
