"""Where a record states its status, and what those words mean."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from featherchat.decisions.dates import date_in
from featherchat.decisions.header import Key
from featherchat.decisions.layout import Layout
from featherchat.decisions.markdown import fit
from featherchat.decisions.references import link_of
from featherchat.decisions.vocabulary import STATUS_WORD, Part, status_of
from featherchat.memory import AdrStatus

_START = re.compile(
    r"[^\w(\[{<]*(?:\[[xX]\]\s*)?(?:\(?\d{4}-\d\d-\d\d\)?[^\w(\[{<]*)?(?:status\b\W*)?",
    re.IGNORECASE,
)
_UNTICKED = re.compile(r"(?:[-*+][ \t]{1,4})?\[ \]")
_LINK = re.compile(r"\[[^\[\]\n]*\]\([^()\s]*\)")
_SAYS_NO_MORE = re.compile(
    r"\S*\d\S*|\bADR-[a-z][\w-]*|\bby\s+\S+-\S+|\b(?:by|in|part|and|super[sc]edes)\b|[\W_]+",
    re.IGNORECASE,
)
_SEARCHED_LINES = 40
_LONGEST_PLAIN = 500


@dataclass(frozen=True, slots=True)
class Stated:
    """One place that states a status."""

    lines: tuple[str, ...]
    """The words, line by line."""

    line: int
    """The number of the first of these lines, from 0."""

    column: int
    """Where the words begin in it."""

    @property
    def text(self) -> str:
        """All of its words."""
        return "\n".join(self.lines).strip()

    @property
    def word(self) -> tuple[int, re.Match[str]] | None:
        """The line, counted from the first, and the match that decide; None if none is known."""
        return None if self.is_placeholder else _deciding_word(self.lines)

    @property
    def value(self) -> AdrStatus | None:
        """The status it names; None if it names none that is known."""
        return status_of(self.word[1]) if self.word is not None else None

    @property
    def is_placeholder(self) -> bool:
        """Whether it offers several to choose from, as a template does."""
        line = next((line for line in self.lines if line.strip()), "")
        offered = {status_of(match) for match in STATUS_WORD.finditer(line)}
        return len(offered) >= 2 and "|" in line


def statuses_of(layout: Layout) -> tuple[Stated, ...]:
    """Every place that states a status and is not empty, in the order of the text."""
    return tuple(stated for stated in _places(layout) if stated.text)


def agreed(stated: Sequence[Stated]) -> AdrStatus | None:
    """The one status that all places name; None if there is none or they disagree."""
    values = {place.value for place in stated if place.value is not None}
    return values.pop() if len(values) == 1 else None


def note_of(stated: Stated) -> str:
    """What a place says beyond a status, a date and links: the words worth keeping."""
    kept = [line for line in stated.lines if not _is_link(line) and not _is_plain(line)]
    return fit("\n".join(kept))


def _places(layout: Layout) -> Iterator[Stated]:
    lines = layout.document.lines
    for field in layout.fields:
        if field.key is Key.STATUS:
            yield Stated(tuple(field.value.split("\n")), field.line, field.column)
    for piece in layout.pieces:
        if piece.part is Part.STATUS:
            start = piece.start
            while start < piece.end and not lines[start].strip():
                start += 1
            yield Stated(lines[start : piece.end], start, 0)


def _deciding_word(lines: Sequence[str]) -> tuple[int, re.Match[str]] | None:
    searched = [
        (number, line)
        for number, line in enumerate(lines[:_SEARCHED_LINES])
        if line.strip() and not _UNTICKED.match(line.lstrip()) and not _is_link(line)
    ]
    leading = [
        (number, match, date_in(line))
        for number, line in searched
        if (start := _START.match(line)) is not None
        and (match := STATUS_WORD.match(line, start.end())) is not None
    ]
    history = [entry for entry in leading if entry[2] is not None]
    if len(history) >= 2 and len(history) == len(leading):
        # A list of dated changes: the newest counts, wherever it stands.
        latest = max(history, key=lambda entry: entry[2] or "")
        return latest[0], latest[1]
    if leading:
        return leading[0][0], leading[0][1]
    within = ((number, STATUS_WORD.search(line[:1000])) for number, line in searched[:1])
    return next(((number, match) for number, match in within if match is not None), None)


def _is_link(line: str) -> bool:
    link = link_of(line)
    return link is not None and STATUS_WORD.match(link.relation) is None


def _is_plain(line: str) -> bool:
    # A long line says more, and would cost its length squared.
    return len(line) <= _LONGEST_PLAIN and not _SAYS_NO_MORE.sub(
        "", STATUS_WORD.sub("", _LINK.sub("", line))
    )
