"""A text box in which a long paste is one word that is moved over and deleted as a whole."""

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.document._document import EditResult, Location, Selection
from textual.document._edit import Edit
from textual.widgets import TextArea

from featherchat_tui.pasting import Pastes


class ChipArea(TextArea):
    """A text box with long pastes folded into words."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"chip-area--chip"}

    DEFAULT_CSS = """
    ChipArea .chip-area--chip { color: $accent; text-style: italic; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "unfold", "Unfold what was pasted", show=False, id="unfold")
    ]

    def __init__(self, *, placeholder: str) -> None:
        self._pastes = Pastes()
        super().__init__(placeholder=placeholder, soft_wrap=True, tab_behavior="focus")

    @property
    def whole_text(self) -> str:
        """The text with everything that was pasted."""
        return self._pastes.unfold(self.text)

    def get_line(self, line_index: int) -> Text:
        line = super().get_line(line_index)
        for start, end in self._pastes.spans(line.plain):
            line.stylize(self.get_component_rich_style("chip-area--chip", partial=True), start, end)
        return line

    def edit(self, edit: Edit) -> EditResult:
        """Edit a range; a word that is touched goes as a whole."""
        top, bottom = self._edge(edit.top, -1), self._edge(edit.bottom, 1)
        if (top, bottom) != (edit.top, edit.bottom):
            edit = Edit(edit.text, top, bottom, edit.maintain_selection_offset)
        return super().edit(edit)

    def validate_selection(self, selection: Selection) -> Selection:
        """The cursor never stands inside a word."""
        step = 1 if selection.end > self.selection.end else -1
        return Selection(self._edge(selection.start, step), self._edge(selection.end, step))

    def _edge(self, place: Location, step: int) -> Location:
        """The place itself, or the edge of the word around it on that side."""
        row, column = place
        if row < self.document.line_count:
            for start, end in self._pastes.spans(self.document.get_line(row)):
                if start < column < end:
                    return (row, end if step > 0 else start)
        return place

    def action_unfold(self) -> None:
        if self._pastes.spans(self.text.replace("\n", " ")):
            self.replace(self.whole_text, (0, 0), self.document.end)
            self.move_cursor(self.document.end)
