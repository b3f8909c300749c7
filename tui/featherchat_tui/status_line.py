"""The one line that says where one is and what memory is doing.

It never moves by itself: it is drawn again when its value or its width changes.
"""

from dataclasses import dataclass

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from featherchat.commands.wording import counted, dollars, percent, shown_line
from featherchat_tui.values import Status

GAP = 3


@dataclass(frozen=True, slots=True)
class _Piece:
    words: str
    rank: int
    """The lowest rank is left out first when the line is too narrow."""

    style: str = ""
    left: bool = False
    joined: bool = False
    """Whether it belongs to the piece before it, with one space between."""


class StatusLine(Widget):
    """Project and branch at the left; model, context, cost and memories at the right."""

    DEFAULT_CSS = """
    StatusLine { dock: top; height: 1; padding: 0 1; color: $foreground-muted; background: $background; }
    """

    status: reactive[Status] = reactive(Status(""))
    """What the line says; assign to it to redraw."""

    def render(self) -> Content:
        return line(self.status, self.content_size.width)


def line(status: Status, width: int) -> Content:
    """The status in one line of at most ``width`` columns."""
    pieces = _pieces(status)
    while len(pieces) > 1 and _length(pieces) > width:
        pieces.remove(min(pieces, key=lambda piece: piece.rank))
    left = _joined([piece for piece in pieces if piece.left])
    right = _joined([piece for piece in pieces if not piece.left])
    space = max(width - left.cell_length - right.cell_length, 0)
    return Content.assemble(left, " " * space, right).truncate(width, ellipsis=True)


def _pieces(status: Status) -> list[_Piece]:
    pieces = [_Piece(shown_line(status.project), 60, "$foreground bold", left=True)]
    if status.branch:
        pieces.append(_Piece(shown_line(status.branch), 40, left=True))
    if status.notice:
        pieces.append(_Piece(shown_line(status.notice), 70, "$warning"))
    if status.embedding is not None and not status.embedding.finished:
        done = status.embedding
        pieces.append(_Piece(f"meaning {done.done:,}/{done.total:,}", 35))
    if status.commits is not None and not status.commits.finished:
        done = status.commits
        pieces.append(_Piece(f"commits {done.done:,}/{done.total:,}", 34))
    if status.watching:
        pieces.append(_Piece(shown_line(status.watching), 33))
    pieces.append(_Piece(shown_line(status.model or "recall only · no model"), 90, "$foreground"))
    if status.context_share is not None:
        pieces.append(_Piece(f"ctx {percent(status.context_share)}", 80))
        if status.memory_share is not None:
            pieces.append(_Piece(f"(memory {percent(status.memory_share)})", 20, joined=True))
    if status.cost is not None:
        pieces.append(_Piece(dollars(status.cost), 30))
    pieces.append(_Piece(counted(status.memories, "memory", "memories"), 85))
    if status.awaiting_meaning:
        pieces.append(_Piece(f"({status.awaiting_meaning:,} by words only)", 25, joined=True))
    if status.candidates:
        pieces.append(_Piece(f"◐ {status.candidates:,} /inbox", 55, "$accent"))
    if status.learning_share is not None:
        share = status.learning_share
        words = f"learning {percent(share)}" if share < 1 else "learning: budget used up"
        pieces.append(_Piece(words, 15 if share < 1 else 50))
    return [piece for piece in pieces if piece.words]


def _joined(pieces: list[_Piece]) -> Content:
    parts: list[tuple[str, str]] = []
    for place, piece in enumerate(pieces):
        gap = "" if place == 0 else " " if piece.joined else " " * GAP
        parts += [(gap, ""), (piece.words, piece.style)]
    return Content.assemble(*parts)


def _length(pieces: list[_Piece]) -> int:
    gaps = sum(1 if piece.joined else GAP for piece in pieces[1:])
    return sum(Content(piece.words).cell_length for piece in pieces) + gaps
