"""Changing the status of a record in place, with every other byte kept."""

import re
from collections.abc import Sequence

from featherchat.decisions.layout import Layout, lay_out
from featherchat.decisions.markdown import line_starts, read, split_lines
from featherchat.decisions.statuses import Stated, statuses_of
from featherchat.decisions.value import Reference
from featherchat.decisions.vocabulary import STATUS_WORD
from featherchat.memory import AdrStatus

_NAME = r"(?:\[[^\[\]\n]*\]\([^()\s]*\)|(?:ADR[-_ #]*)?#?[\w./-]*[\d-][\w./-]*(?<!\.))"
_CLAUSE = re.compile(rf"\s+by\s+{_NAME}(?:(?:,|\s+and)\s+{_NAME})*", re.IGNORECASE)
_NEXT_WORD = re.compile(r"\s*[,/]\s*|\s+and\s+|\.\s+(?=(?:super[sc]ed|replaced))", re.IGNORECASE)
_LONGEST_SYMBOL = 12
_SYMBOL = re.compile(r"[^\w\s\[\](){}<>*_\"'`|:.,;#+-]+\s*$")


def with_status(text: str, status: AdrStatus, *successors: Reference) -> str:
    """The text with another status, in its own form and line ends; nothing else changes.

    Every place that states a status is changed, so that they still agree. A text that
    states none gets a line ``Status: …`` below its title, or in its front matter.

    Args:
        text: The whole file.
        status: The new status.
        successors: What it is superseded by; named after the status if that is superseded.
    """
    if text.startswith("\ufeff"):
        return "\ufeff" + with_status(text[1:], status, *successors)
    layout = lay_out(read(text))
    raw, starts = split_lines(text), line_starts(text)
    places = statuses_of(layout)
    if not places:
        return _inserted(text, layout, status, successors)
    for place in reversed(places):
        number, begin, end = _span(raw, place)
        old = STATUS_WORD.search(raw[number][begin:end])
        in_front = number < layout.document.body
        like = old[0] if old is not None else "Accepted"
        new = _words(status, successors, in_front, like=like)
        text = text[: starts[number] + begin] + new + text[starts[number] + end :]
    return text


def _span(raw: list[str], place: Stated) -> tuple[int, int, int]:
    """The line, and from which to which column the status is stated in it."""
    columns = {place.line: place.column}
    lines = range(place.line, min(place.line + len(place.lines) + 1, len(raw)))
    if place.word is not None:
        first, match = place.word
        for number in lines[first:]:
            begin = raw[number].find(match[0], columns.get(number, 0))
            if begin >= 0:
                end = _end(raw[number], begin + len(match[0]))
                return number, _with_symbol(raw[number], columns.get(number, 0), begin), end
    number = next((n for n in lines if raw[n][columns.get(n, 0) :].strip()), place.line)
    column = columns.get(number, 0)
    value = re.split(r"<!--|[ \t]#|\|[ \t]*$", raw[number][column:], maxsplit=1)[0]
    return number, column, column + len(value.rstrip())


def _with_symbol(line: str, column: int, begin: int) -> int:
    """Where the symbol before a status begins: a "✅" must not stay before "Rejected"."""
    start = max(column, begin - _LONGEST_SYMBOL)
    symbol = _SYMBOL.search(line[start:begin])
    return begin if symbol is None else start + symbol.start()


def _end(line: str, place: int) -> int:
    """Where the status ends whose first word ends at ``place``: "Accepted, Implemented"."""
    while True:
        clause = _CLAUSE.match(line, place)
        place = clause.end() if clause is not None else place
        following = _NEXT_WORD.match(line, place)
        word = STATUS_WORD.match(line, following.end()) if following is not None else None
        if word is None:
            return place
        place = word.end()


def _words(status: AdrStatus, successors: Sequence[Reference], in_front: bool, *, like: str) -> str:
    """The status in the case of the old word, with the successors."""
    word = status.value
    if like.isupper():
        word = word.upper()
    elif like[:1].isupper():
        word = word.capitalize()
    if status is not AdrStatus.SUPERSEDED or not successors:
        return word
    return f"{word} by {', '.join(each.plain if in_front else str(each) for each in successors)}"


def _inserted(text: str, layout: Layout, status: AdrStatus, successors: Sequence[Reference]) -> str:
    document = layout.document
    starts = [*line_starts(text), len(text)]
    end = "\r\n" if "\r\n" in text else "\n"
    if document.body:
        line = f"status: {_words(status, successors, True, like='accepted')}{end}"
        place = starts[document.body - 1]
    elif layout.title is None:
        line = f"Status: {_words(status, successors, False, like='Accepted')}{end}{end}"
        place = 0
    else:
        line = f"{end}Status: {_words(status, successors, False, like='Accepted')}{end}"
        last = layout.title.end == len(document.lines)
        line = end + line if last else line
        followed = not last and bool(document.lines[layout.title.end].strip())
        line = line + end if followed else line
        place = starts[layout.title.end]
    return text[:place] + line + text[place:]
