"""Changing the status of a record in place, with every other byte kept."""

import re

from featherchat.decisions.layout import Layout, lay_out
from featherchat.decisions.markdown import line_starts, read
from featherchat.decisions.references import link_of
from featherchat.decisions.statuses import Stated, statuses_of
from featherchat.decisions.value import Reference
from featherchat.decisions.vocabulary import STATUS_WORD
from featherchat.memory import AdrStatus

_LINK = r"\[[^\[\]\n]*\]\([^()\s]*\)"
_NAME = rf"(?:{_LINK}|(?:ADR[-_ #]*)?#?[\w./-]*[\d-][\w./-]*)"
_CLAUSE = re.compile(rf"(?P<by>\s+by\s+{_NAME}(?:(?:,|\s+and)\s+{_NAME})*)?")
_MORE_WORDS = re.compile(rf"(?:\s*[,/]\s*|\s+and\s+|\.\s+)(?={STATUS_WORD.pattern})", re.IGNORECASE)
_SYMBOL = re.compile(r"[^\w\s\[\](){}<>*_\"'`|:.,;#+-]+\s*$")
_COMMENT = re.compile(r"\s*(?:<!--.*|\s#.*)?\s*$")


def with_status(text: str, status: AdrStatus, successor: Reference | None = None) -> str:
    """The text with another status, in its own form and line ends; nothing else changes.

    Every place that states a status is changed, so that they still agree. A text that
    states none gets a line ``Status: …`` below its title, or in its front matter.

    Args:
        text: The whole file.
        status: The new status.
        successor: What it is superseded by; named after the status if that is superseded.
    """
    if text.startswith("\ufeff"):
        return "\ufeff" + with_status(text[1:], status, successor)
    layout = lay_out(read(text))
    places = statuses_of(layout)
    starts = line_starts(text)
    if not places:
        return _inserted(text, layout, starts, status, successor)
    for place in reversed(places):
        text = _patched(text, layout, starts, place, status, successor)
    return text


def _patched(
    text: str,
    layout: Layout,
    starts: list[int],
    place: Stated,
    status: AdrStatus,
    successor: Reference | None,
) -> str:
    number, begin, end = _span(text, layout, starts, place)
    front = number < layout.document.body
    old = text[begin:end]
    word = STATUS_WORD.search(old)
    new = _words(status, successor, front, like=word[0] if word is not None else "Accepted")
    return text[:begin] + new + text[end:]


def _span(text: str, layout: Layout, starts: list[int], place: Stated) -> tuple[int, int, int]:
    """The line, and from where to where in the text the status is stated."""
    word = place.word
    within = word[0] if word is not None else 0
    number = place.line + within
    while word is None and not text[starts[number] :].split("\n", 1)[0].strip():
        number += 1
    column = place.column if number == place.line else 0
    line = layout.document.lines[number]
    raw = text[starts[number] : starts[number] + _length(text, starts, number)]
    if word is None:
        lead = len(raw[column:]) - len(raw[column:].lstrip())
        tail = _COMMENT.search(raw, column + lead)
        stop = tail.start() if tail is not None else len(raw)
        return number, starts[number] + column + lead, starts[number] + stop
    begin = raw.index(word[1][0], column if line[column:].strip() else 0)
    end = _end(raw, begin + len(word[1][0]))
    symbol = _SYMBOL.search(raw[column:begin])
    begin = column + symbol.start() if symbol is not None else begin
    return number, starts[number] + begin, starts[number] + end


def _end(raw: str, place: int) -> int:
    """Where the status ends that has its first word before ``place``."""
    while True:
        clause = _CLAUSE.match(raw, place)
        place = clause.end() if clause is not None else place
        more = _MORE_WORDS.match(raw, place)
        if more is None:
            return place
        word = STATUS_WORD.match(raw, more.end())
        if word is None:
            return place
        place = word.end()


def _length(text: str, starts: list[int], number: int) -> int:
    stop = starts[number + 1] if number + 1 < len(starts) else len(text)
    return len(text[starts[number] : stop].rstrip("\r\n"))


def _words(status: AdrStatus, successor: Reference | None, front: bool, *, like: str) -> str:
    """The status as a text writes it: in the case of the old word."""
    word = status.value
    if like.isupper():
        word = word.upper()
    elif like[:1].isupper():
        word = word.capitalize()
    if status is not AdrStatus.SUPERSEDED or successor is None:
        return word
    # In front matter a link's colon or bracket may not be YAML; MADR 4 names the number only.
    number = successor.number
    name = f"ADR-{number:04d}" if front and number is not None else str(successor)
    return f"{word} by {name}"


def _inserted(
    text: str,
    layout: Layout,
    starts: list[int],
    status: AdrStatus,
    successor: Reference | None,
) -> str:
    document = layout.document
    end = "\r\n" if "\r\n" in text else "\n"
    if document.body:
        place = starts[document.body - 1]
        words = _words(status, successor, front=True, like="accepted")
        return f"{text[:place]}status: {words}{end}{text[place:]}"
    words = _words(status, successor, front=False, like="Accepted")
    if layout.title is None:
        return f"Status: {words}{end}{end}{text}"
    below = layout.title.end
    place = starts[below] if below < len(starts) else len(text)
    line = f"{end}Status: {words}{end}"
    if below >= len(starts):
        return f"{text}{end}{line}"
    gap = "" if document.lines[below : below + 1] == ("",) else end
    return f"{text[:place]}{line}{gap}{text[place:]}"
