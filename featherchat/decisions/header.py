"""The facts at the head of a decision record: front matter, ``Key: value`` lines, tables."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from featherchat.decisions.markdown import Document

MAX_YAML = 20_000
"""Characters of front matter that are given to the YAML library; it needs 6 µs for each."""


class Key(Enum):
    """The facts that a head may state."""

    TITLE = "title"
    STATUS = "status"
    DATE = "date"
    DECIDERS = "deciders"
    CONSULTED = "consulted"
    INFORMED = "informed"
    SUPERSEDES = "supersedes"
    SUPERSEDED_BY = "superseded by"
    GOVERNS = "governs"
    SYMBOLS = "symbols"
    ID = "featherchat id"
    RELATION = "relation"


_NAMES = {
    Key.TITLE: ("title",),
    Key.STATUS: ("status", "state", "decision status"),
    Key.DATE: ("date", "decision date", "decided on", "date decided", "last updated"),
    Key.DECIDERS: ("deciders", "decider", "decision makers", "decision maker", "decided by"),
    Key.CONSULTED: ("consulted",),
    Key.INFORMED: ("informed",),
    Key.SUPERSEDES: ("supersedes", "supercedes", "replaces", "obsoletes"),
    Key.SUPERSEDED_BY: ("superseded by", "superceded by", "replaced by", "obsoleted by"),
    Key.GOVERNS: ("governs", "context area", "affected paths", "paths"),
    Key.SYMBOLS: ("symbols", "governs symbols", "affected symbols"),
    Key.ID: ("featherchat id",),
    Key.RELATION: (
        *("related", "related to", "relates to", "related adrs", "related decisions", "links"),
        *("amends", "amended by", "refines", "refined by", "clarifies", "clarified by"),
        *("extends", "extended by", "depends on", "required by", "builds on", "see also"),
    ),
}
_KEYS = {name: key for key, names in _NAMES.items() for name in names}
_FIELD = re.compile(
    r"(?:[-*+>][ \t]+)?(?P<bold>\*\*|__|\*|_)?(?P<name>[A-Za-z][A-Za-z -]{1,30}?)[ \t]*"
    r"(?(bold)(?::(?P=bold)|(?P=bold)[ \t]*:)|:)[ \t]*(?P<value>.*)$"
)
_BULLET = re.compile(r"[ \t]*(?:[-*+>|#]|\d+[.)][ \t])")


@dataclass(frozen=True, slots=True)
class Field:
    """One stated fact."""

    key: Key
    name: str
    """The key in the words of the text, such as ``Amended by``."""

    value: str
    """Line by line, as the text has it."""

    line: int
    """Where it is stated, from 0."""

    column: int
    """Where the value begins in that line."""

    last: int
    """The last line of the value."""

    parts: tuple[str, ...] | None = None
    """The members, if the value is a list of YAML."""


def key_of(name: str) -> Key | None:
    """The fact that a key names; ``decision-makers`` and ``Decision Makers`` are one."""
    return _KEYS.get(" ".join(name.lower().replace("-", " ").replace("_", " ").split()))


def read_fields(document: Document, end: int, skip: int | None) -> tuple[Field, ...]:
    """The facts before line ``end``, where the first section begins.

    Args:
        document: The whole text.
        end: The line of the first section's heading.
        skip: The line of the title, which is never a fact.
    """
    front = tuple(_front_matter(document))
    return (*front, *_lines(document, document.body, end, skip), *_table(document, end))


def _front_matter(document: Document) -> Iterator[Field]:
    if not document.body:
        return
    stated = {f.name: f for f in _lines(document, 1, document.body - 1, None)}
    parsed = _yaml("\n".join(document.lines[1 : document.body - 1]))
    for name, value in parsed or [(f.name, f.value) for f in stated.values()]:
        key, at = key_of(name), stated.get(name)
        if key is None or value is None:
            continue
        parts = tuple(p for p in value if p) if isinstance(value, list) else None
        text = value if isinstance(value, str) else ", ".join(value)
        line = at.line if at is not None else _line_of(document, name)
        column = at.column if at is not None else len(document.lines[line])
        yield Field(key, name, text.strip(), line, column, line, parts)


def _line_of(document: Document, name: str) -> int:
    lines = document.lines[1 : document.body]
    return next((n for n, line in enumerate(lines, start=1) if name in line), 0)


def _yaml(text: str) -> list[tuple[str, str | list[str] | None]] | None:
    """The pairs of a front matter; None if it is not YAML, as ``deciders: @ann`` is not."""
    if not text or len(text) > MAX_YAML:
        return None
    import yaml

    try:
        # BaseLoader makes every scalar a string: no dates that do not exist, no numbers.
        found = yaml.load(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    return [(str(name), _plain(value)) for name, value in found.items()]


def _plain(value: object) -> str | list[str] | None:
    if isinstance(value, list):
        return [member for member in value if isinstance(member, str)]
    return value if isinstance(value, str) else None


def _lines(document: Document, start: int, end: int, skip: int | None) -> Iterator[Field]:
    number = start
    while number < end:
        first = number
        number += 1
        match = _FIELD.match(document.lines[first])
        if match is None or first == skip or document.code[first]:
            continue
        key = key_of(match["name"])
        if key is None:
            continue
        while number < end and _continues(document, number):
            number += 1
        rest = (line.strip() for line in document.lines[first + 1 : number])
        value = "\n".join([match["value"].strip(), *rest]).rstrip()
        yield Field(key, match["name"], value, first, match.start("value"), number - 1)


def _continues(document: Document, number: int) -> bool:
    line = document.lines[number]
    return bool(line.strip()) and not _BULLET.match(line) and not _FIELD.match(line)


def _table(document: Document, end: int) -> Iterator[Field]:
    rows = [
        (number, _cells(document.lines[number]))
        for number in range(document.body, end)
        if document.lines[number].lstrip().startswith("|") and not document.code[number]
    ]
    known = [key_of(name) for name, _ in rows[0][1]] if rows else []
    if len(rows) >= 3 and sum(key is not None for key in known) >= 2:
        names, values = rows[0][1], rows[2]
        for (name, _), (value, column) in zip(names, values[1], strict=False):
            key = key_of(name)
            if key is not None:
                yield Field(key, name, value, values[0], column, values[0])
        return
    for number, cells in rows:
        key = key_of(cells[0][0]) if len(cells) >= 2 else None
        if key is not None:
            yield Field(key, cells[0][0], cells[1][0], number, cells[1][1], number)


def _cells(line: str) -> list[tuple[str, int]]:
    """The cells of a table's row, each with its column."""
    cells: list[tuple[str, int]] = []
    place = line.index("|") + 1
    for cell in line[place:].rstrip().removesuffix("|").split("|"):
        lead = len(cell) - len(cell.lstrip())
        cells.append((cell.strip().strip("*_ "), place + lead))
        place += len(cell) + 1
    return cells


def consumed(document: Document, fields: Sequence[Field], end: int) -> frozenset[int]:
    """The lines before ``end`` that state the facts, with the rows of their table."""
    lines = {n for f in fields for n in range(f.line, f.last + 1)}
    tables = any(document.lines[f.line].lstrip().startswith("|") for f in fields)
    if tables:
        lines |= {
            n for n in range(document.body, end) if document.lines[n].lstrip().startswith("|")
        }
    return frozenset(lines)
