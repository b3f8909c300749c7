"""The decisions of the project at the side of the talk: what holds, and what it hangs on.

A line-virtualized tree: its cost does not grow with the number of decisions.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import MouseDown, MouseMove
from textual.getters import query_one
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input, Static, Tree
from textual.widgets.tree import TreeNode

from featherchat.commands.signs import relation_words, sign_of, title_words
from featherchat.commands.wording import age, shown_line
from featherchat.memory import Kind, Memory, RelationType
from featherchat_tui.keymap import keymap_of
from featherchat_tui.strip_rows import fit
from featherchat_tui.values import DecisionCard, Link

_RELATION_WIDTH = 13
_AGE_WIDTH = 5
_COUNT_ORDER = ("accepted", "proposed", "unconfirmed", "superseded", "rejected", "deprecated")


MOST_UNFOLDED = 4
"""Links that are shown at once; a decision with more is folded."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A decision, or with a relation a memory linked to one."""

    memory: Memory
    relation: str = ""


class DecisionTree(Tree[_Line]):
    """Decisions, each with its linked memories below it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"decisions--muted", "decisions--sign"}

    DEFAULT_CSS = """
    DecisionTree {
        background: $background; padding: 0; overflow-x: hidden; scrollbar-size-vertical: 1;
        &:focus { background-tint: transparent; }
        & .decisions--muted { color: $foreground-muted; }
        & .decisions--sign { color: $accent; }
        & > .tree--cursor, &:focus > .tree--cursor { background: $surface; color: $foreground; }
        &:focus > .tree--cursor { background: $panel; text-style: bold; }
        & > .tree--highlight-line { background: $surface; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "expand", "Show links", show=False),
        Binding("left", "collapse", "Hide links", show=False),
        Binding("j", "cursor_down", "Down", show=False),
        Binding("k", "cursor_up", "Up", show=False),
    ]

    def __init__(self) -> None:
        super().__init__("Decisions")
        self.show_root = False
        self.show_guides = False
        self.guide_depth = 2
        self.auto_expand = False
        self.now = 0.0

    def fill(self, cards: Sequence[DecisionCard], now: float) -> None:
        """Show these decisions; ages count from ``now``, in seconds UTC."""
        self.now = now
        self.clear()
        for card in cards:
            line = _Line(card.memory)
            if not card.links:
                self.root.add_leaf("", line)
                continue
            node = self.root.add("", line, expand=len(card.links) <= MOST_UNFOLDED)
            for link in card.links:
                words = _relation(link)
                node.add_leaf("", _Line(link.memory, words))

    def choose(self, memory_id: str) -> None:
        """Put the cursor on a decision, if it is there."""
        for node in self.root.children:
            if node.data is not None and node.data.memory.id == memory_id:
                self.move_cursor(node)

    def render_label(self, node: TreeNode[_Line], base_style: Style, style: Style) -> Text:
        # Drawn from the value each time, so that it always fits the pane's width.
        line = node.data
        if line is None:
            return Text()
        muted = self.get_component_rich_style("decisions--muted", partial=True)
        signed = self.get_component_rich_style("decisions--sign", partial=True)
        memory, sign = line.memory, sign_of(line.memory)
        indent = self.guide_depth if line.relation else 0
        room = self.scrollable_content_region.width - indent - _AGE_WIDTH
        old = f" {age(self.now - memory.created_at):>{_AGE_WIDTH - 1}}"
        title = title_words(memory)
        if not line.relation:
            mark = (sign.mark + " ", signed)
            held = fit(title, room - 2)
            return Text.assemble(mark, (held, style), (old, style + muted))
        relation = fit(line.relation, _RELATION_WIDTH) + " "
        title = title.removeprefix(f"{line.relation} ")
        marked = f"{sign.mark} {title}" if sign.word not in ("", "accepted") else title
        words = fit(marked, room - len(relation))
        return Text.assemble((relation, muted), (words, style), (old, muted))

    def get_label_width(self, node: TreeNode[_Line]) -> int:
        # A label is cut to the pane, so nothing is to be measured.
        return 0

    @property
    def chosen(self) -> Memory | None:
        """The memory under the cursor."""
        node = self.cursor_node
        return None if node is None or node.data is None else node.data.memory

    def action_expand(self) -> None:
        if self.cursor_node is not None:
            self.cursor_node.expand()

    def action_collapse(self) -> None:
        node = self.cursor_node
        if node is None:
            return
        if node.parent is not None and not node.parent.is_root:
            self.move_cursor(node.parent)
        else:
            node.collapse()


class DecisionsPane(Vertical):
    """Decisions with their status, their age and what they are linked to."""

    DEFAULT_CSS = """
    DecisionsPane {
        width: 48; height: 1fr; background: $background;
        border-left: solid $panel; padding: 0 1;
        &:focus-within { border-left: solid $accent; }
        & > #title { color: $foreground; height: 1; margin: 0 0 1 0; }
        & > Input {
            display: none; height: 1; border: none; padding: 0; margin: 0 0 1 0;
            background: $surface;
            &.-shown { display: block; }
        }
        & > DecisionTree { height: 1fr; }
        & > #empty { display: none; height: 1fr; color: $foreground-muted; }
        & > .hints, & > #foot { color: $foreground-muted; height: auto; }
        & > .hints { margin: 1 0 0 0; }
        &.-empty > DecisionTree { display: none; }
        &.-empty > #empty { display: block; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", show=False),
        Binding("g", "browse", "Graph", show=False),
        Binding("less_than_sign", "widen(4)", "Wider", show=False),
        Binding("greater_than_sign", "widen(-4)", "Narrower", show=False),
        Binding("escape", "leave", "Back", show=False),
    ]

    cards: reactive[Sequence[DecisionCard]] = reactive[Sequence[DecisionCard]](())
    """What the pane shows, in this order; assign to it to redraw."""

    decision_tree = query_one(DecisionTree)
    filter_box = query_one(Input)

    @dataclass
    class Opened(Message):
        """A person wants to read a memory whole."""

        memory_id: str

    @dataclass
    class Browse(Message):
        """A person wants the whole screen for the decisions."""

        memory_id: str
        """The one under the cursor; empty if there is none."""

    @dataclass
    class Resized(Message):
        """A person wants the pane so wide."""

        columns: int

    class Left(Message):
        """Escape was pressed: the prompt should have the focus again."""

    def __init__(self, *, now: float = 0.0) -> None:
        super().__init__()
        self.now = now
        """The time that ages count from, in seconds UTC; set it before ``cards``."""

    def compose(self) -> ComposeResult:
        key = keymap_of(self.screen).in_words("F3")
        title = Content.assemble(("Decisions", "bold"), (f"  {key}", "$foreground-muted"))
        yield Static(title, id="title")
        yield Input(placeholder="Filter by a word", compact=True)
        yield DecisionTree()
        yield Static(id="empty", markup=False)
        yield Static("↑↓ walk  ↵ open  g graph  / filter  esc", classes="hints", markup=False)
        yield Static(id="foot", markup=False)

    def on_mount(self) -> None:
        self._refill()

    def watch_cards(self) -> None:
        if self.is_mounted:
            self._refill()

    def focus_list(self) -> None:
        """Give the list the focus."""
        if self.decision_tree.cursor_line < 0:
            self.decision_tree.cursor_line = 0
        self.decision_tree.focus()

    def browse(self) -> None:
        """Ask for the whole screen, with what is under the cursor."""
        chosen = self.decision_tree.chosen
        self.post_message(self.Browse(chosen.id if chosen is not None else ""))

    def _refill(self) -> None:
        typed = self.filter_box.value.strip()
        found = [card for card in self.cards if _fits(card, typed)]
        self.decision_tree.fill(found, self.now)
        self.set_class(not found, "-empty")
        self.query_one("#empty", Static).update(Content(_why_empty(len(self.cards), typed)))
        self.query_one("#foot", Static).update(Content(counts(self.cards)))

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        event.stop()
        self._refill()

    @on(Input.Submitted)
    def _end_filter(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_list()

    @on(Tree.NodeSelected)
    def _open(self, event: Tree.NodeSelected[_Line]) -> None:
        event.stop()
        if event.node.data is not None:
            self.post_message(self.Opened(event.node.data.memory.id))

    @on(Tree.NodeHighlighted)
    @on(Tree.NodeExpanded)
    @on(Tree.NodeCollapsed)
    def _keep(self, event: Message) -> None:
        event.stop()

    def action_filter(self) -> None:
        self.filter_box.add_class("-shown").focus()

    def on_mouse_down(self, event: MouseDown) -> None:
        # The left border is what one takes hold of.
        if event.x == 0:
            event.stop()
            self.capture_mouse()

    def on_mouse_up(self) -> None:
        self.release_mouse()

    def on_mouse_move(self, event: MouseMove) -> None:
        if self.app.mouse_captured is self and event.x:
            self.post_message(self.Resized(self.outer_size.width - event.x))

    def action_widen(self, columns: int) -> None:
        self.post_message(self.Resized(self.outer_size.width + columns))

    def action_browse(self) -> None:
        self.browse()

    def action_leave(self) -> None:
        if self.filter_box.has_class("-shown"):
            self.filter_box.value = ""
            self.filter_box.remove_class("-shown")
            self.focus_list()
        else:
            self.post_message(self.Left())


def counts(cards: Sequence[DecisionCard]) -> str:
    """How many decisions there are of each status: ``41 accepted · 3 proposed``."""
    tally = Counter(_status_word(card.memory) for card in cards)
    known = [word for word in _COUNT_ORDER if tally[word]]
    return " · ".join(f"{tally[word]} {word}" for word in known)


def _status_word(memory: Memory) -> str:
    sign = sign_of(memory)
    # A pinned or suspect decision still counts under what was decided.
    return sign.word if sign.word in _COUNT_ORDER else memory.adr_status or "proposed"


def _relation(link: Link) -> str:
    if link.relation == RelationType.CONTRADICTS and link.memory.kind == Kind.ALTERNATIVE:
        return "rejected"
    return relation_words(link.relation, link.forward)


def _fits(card: DecisionCard, typed: str) -> bool:
    words = typed.casefold().split()
    texts = [card.memory.title, *(link.memory.title for link in card.links)]
    haystack = "\n".join(texts).casefold()
    return all(word in haystack for word in words)


def fits_all(card: DecisionCard, typed: str) -> bool:
    """Whether each word is in a title, or is the status, the kind or in the path of a decision."""
    memory = card.memory
    texts = [memory.title, *(link.memory.title for link in card.links)]
    texts += [_status_word(memory), memory.kind, memory.source.path or "", memory.text]
    haystack = "\n".join(texts).casefold()
    return all(word in haystack for word in typed.casefold().split())


def _why_empty(total: int, typed: str) -> str:
    if total and typed:
        return f'None of {total} decisions has "{shown_line(typed)}" in a title.'
    return (
        "No decisions yet.\n\nRecord one with /adr new, or let featherchat learn this repository."
    )
