"""What is said and asked before anything is read: whether to trust, whether to learn.

Both questions answer with a value and do nothing themselves. Escape is the answer
that reads nothing.
"""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, VerticalGroup, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from featherchat.commands.wording import bar, counted, shown, shown_line
from featherchat_tui.values import FirstAnswer, Learning, Offer

_QUESTION_CSS = """
    align: center middle;
    background: $background;
    & > VerticalScroll {
        width: 100%; max-width: 96; height: auto; max-height: 100%; padding: 1 3;
        scrollbar-size-vertical: 1; scrollbar-gutter: stable;
    }
    & .title { text-style: bold; color: $accent; margin: 0 0 1 0; }
    & .said { margin: 0 0 1 0; }
    & #answers { margin: 0 0 1 0; }
    & Button.-style-default {
        margin: 0 2 0 0; min-width: 0; background: $background; color: $foreground;
        text-style: none;
        &:hover { background: $panel; color: $foreground; }
        &:focus { background: $accent; color: $background; text-style: bold; }
    }
    & .fact { color: $foreground-muted; height: auto; }
    & .fact > .name { width: 12; }
    & .fact > .words { width: 1fr; color: $foreground; }
"""


class Fact(HorizontalGroup):
    """A label and what is to be known about it."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(classes="fact")
        self._label = name
        self._words = words

    def compose(self) -> ComposeResult:
        yield Static(self._label, classes="name", markup=False)
        yield Static(Content(shown(self._words)), classes="words")


def _button(words: str, name: str) -> Button:
    return Button(Content(f"[ {words} ]"), id=name, compact=True)


class FirstStart(ModalScreen[FirstAnswer]):
    """What was found here, what learning it means, and three answers."""

    DEFAULT_CSS = f"FirstStart {{ {_QUESTION_CSS} }}"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "answer('LEARN')", "Learn", show=False),
        Binding("s", "answer('SHOW')", "Show me first", show=False),
        Binding("n,escape", "answer('NOT_NOW')", "Not now", show=False),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(self, offer: Offer) -> None:
        super().__init__()
        self.offer = offer

    def compose(self) -> ComposeResult:
        offer = self.offer
        with VerticalScroll(can_focus=False):
            yield Static("featherchat remembers why.", classes="title", markup=False)
            said = f"{offer.found}\nShall I learn them? {offer.effort}"
            yield Static(Content(shown(said)), classes="said")
            with HorizontalGroup(id="answers"):
                for answer in FirstAnswer:
                    yield _button(answer.value, answer.name.lower())
            with VerticalGroup():
                yield Fact("reads", offer.reads)
                yield Fact("stored in", offer.stored_in)
                yield Fact("sends", offer.sends)
                yield Fact("learning", offer.learning)
                if offer.model:
                    yield Fact("a model", offer.model)

    @on(Button.Pressed)
    def _press(self, event: Button.Pressed) -> None:
        event.stop()
        assert event.button.id is not None
        self.action_answer(event.button.id.upper())

    def action_answer(self, name: str) -> None:
        self.dismiss(FirstAnswer[name])


class TrustQuestion(ModalScreen[bool]):
    """Whether the files of a folder may be read; "no" has the focus."""

    DEFAULT_CSS = f"TrustQuestion {{ {_QUESTION_CSS} }}"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", show=False),
        Binding("n,escape", "answer(False)", "No", show=False),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    AUTO_FOCUS = "#no"

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.folder = folder

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            yield Static("featherchat remembers why.", classes="title", markup=False)
            question = Content(f"Do you trust the files in {shown_line(self.folder)}?")
            yield Static(question, classes="said")
            yield Static(
                "Until you say yes, nothing in this folder is read and none of its settings "
                "are used. The answer is remembered for this folder.",
                classes="said",
                markup=False,
            )
            with HorizontalGroup(id="answers"):
                yield _button("Yes, read it", "yes")
                yield _button("No", "no")

    @on(Button.Pressed)
    def _press(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(event.button.id == "yes")

    def action_answer(self, trusted: bool) -> None:
        self.dismiss(trusted)


class LearningRow(Static):
    """One line that says how far the learning has come; hidden when there is none."""

    DEFAULT_CSS = """
    LearningRow {
        height: 1; display: none; color: $foreground-muted; padding: 0 2;
        text-wrap: nowrap; text-overflow: ellipsis;
        &.-shown { display: block; }
    }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    def show(self, learning: Learning | None) -> None:
        """Say how far it is; None or a finished learning hides the row."""
        done = learning is None or (learning.documents.finished and learning.pieces.finished)
        self.set_class(not done, "-shown")
        if learning is not None:
            self.update(learning_line(learning))


def learning_line(learning: Learning) -> Content:
    """``Learning 14 documents … ▇▇▇ 320 of 890 pieces have meaning``."""
    documents, pieces = learning.documents, learning.pieces
    words = f"Learning {counted(documents.total, 'document')}"
    if not documents.finished:
        words += f" … {documents.done} of {documents.total} read"
        return Content(words)
    share = f"{bar(pieces.share, 10):·<10}"
    return Content.assemble(
        words + " … ",
        (share, "$accent"),
        f" {pieces.done:,} of {pieces.total:,} pieces have meaning",
    )
