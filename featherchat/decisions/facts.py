"""What the head and the status of a record state: people, paths, dates, relations."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from featherchat.decisions.dates import date_in
from featherchat.decisions.header import Key
from featherchat.decisions.layout import Layout
from featherchat.decisions.markdown import blocks, fit, read_part
from featherchat.decisions.references import (
    MAX_SCANNED,
    link_of,
    references,
    superseded_by,
    supersedes,
    unique,
)
from featherchat.decisions.statuses import statuses_of
from featherchat.decisions.value import Link, Reference
from featherchat.decisions.vocabulary import STATUS_WORD, Part, status_of
from featherchat.memory import AdrStatus

_PLACEHOLDER = re.compile(r"[<{\[].*[>}\]]|none|n/?a|tbd|[-–—?.]*", re.IGNORECASE | re.DOTALL)
_OF_ITSELF = re.compile(
    r"(?<![\w-])This (?:ADR|decision|(?:decision )?record)\b[^.;\n]{0,40}?\bsuper[sc]ee?des\b",
    re.IGNORECASE,
)
_LATER = re.compile(r"supersed|amend|deprecat|replac|obsolet", re.IGNORECASE)
"""What a status says behind such a word happened after the decision."""

_CODE_SPAN = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True, slots=True)
class Relations:
    """How a record stands to others."""

    supersedes: tuple[Reference, ...]
    superseded_by: tuple[Reference, ...]
    links: tuple[Link, ...]


def first_of(layout: Layout, key: Key) -> str | None:
    """The first value of a fact that is no placeholder."""
    values = (field.value.strip() for field in layout.fields if field.key is key)
    return next((value for value in values if not _PLACEHOLDER.fullmatch(value)), None)


def people(layout: Layout, key: Key) -> tuple[str, ...]:
    """The names of a fact: members of a YAML list, or separated by semicolons, else commas."""
    named: list[str] = []
    for field in layout.fields:
        if field.key is key:
            named += field.parts if field.parts is not None else _split(field.value)
    if key is Key.DECIDERS and not named:
        sections = (block.text for text in layout.texts(Part.DECIDERS) for block in blocks(text))
        named = [name for text in sections for name in _split(text)]
    names = (" ".join(name.split()) for name in named)
    return tuple(name for name in names if not _PLACEHOLDER.fullmatch(name))


def governed(layout: Layout) -> tuple[str, ...]:
    """The paths a record says it governs: a YAML list, code spans, or words that look like paths."""
    found: list[str] = []
    for field in layout.fields:
        if field.key is not Key.GOVERNS:
            continue
        spans = _CODE_SPAN.findall(field.value)
        words = [w for w in re.split(r"[,;\s]+", field.value) if set(w) & set("/*.")]
        found += field.parts if field.parts is not None else spans or words
    return tuple(dict.fromkeys(found))


def named_symbols(layout: Layout) -> tuple[str, ...]:
    """The names in the code that a record says it governs: a YAML list, code spans, or words."""
    found: list[str] = []
    for field in layout.fields:
        if field.key is Key.SYMBOLS:
            spans = _CODE_SPAN.findall(field.value)
            words = [word for word in re.split(r"[,;\s]+", field.value) if word]
            found += field.parts if field.parts is not None else spans or words
    return tuple(dict.fromkeys(name for name in found if not _PLACEHOLDER.fullmatch(name)))


def decision_date(layout: Layout) -> str | None:
    """The first date that the head, a section "Date" or the status states.

    A date behind "superseded" or "amended" is that of what came later.
    """
    stated = (_LATER.split(each.text, maxsplit=1)[0] for each in statuses_of(layout))
    fields = (field.value for field in layout.fields if field.key is Key.DATE)
    texts = (*fields, *layout.texts(Part.DATE), *stated)
    return next((date for text in texts if (date := date_in(text)) is not None), None)


def relations(layout: Layout) -> Relations:
    """The relations that facts, the status and the sections on links state."""
    status = "\n\n".join(s.text for s in statuses_of(layout) if not s.is_placeholder)
    linked = "\n\n".join(layout.texts(Part.LINKS, Part.MORE))
    stated = [line for line in linked.split("\n") if _begins_with_supersession(line)]
    new = [*_in_fields(layout, Key.SUPERSEDES), *supersedes(status)]
    old = [*_in_fields(layout, Key.SUPERSEDED_BY), *superseded_by(status)]
    for line in stated:
        new += supersedes(line)
        old += superseded_by(line)
    for piece in layout.pieces:
        new += _own_words(piece.text)
    if not old:
        old += _successor_in_body(layout, status)
    return Relations(unique(new), unique(old), tuple(dict.fromkeys(_links(layout, status))))


def without_links(layout: Layout) -> str:
    """The texts on further information, without the lines that are nothing but a relation."""
    kept = [*layout.texts(Part.MORE)]
    for text in layout.texts(Part.LINKS):
        code = read_part(text).code
        lines = text.split("\n")
        kept.append("\n".join(x for n, x in enumerate(lines) if code[n] or not link_of(x)))
    return fit("\n\n".join(text.strip() for text in kept if text.strip()))


def _in_fields(layout: Layout, key: Key) -> Iterator[Reference]:
    for field in layout.fields:
        if field.key is key:
            for part in field.parts if field.parts is not None else (field.value,):
                yield from references(part, tokens=True)


def _links(layout: Layout, status: str) -> Iterator[Link]:
    for field in layout.fields:
        if field.key is Key.RELATION:
            for part in field.parts if field.parts is not None else (field.value,):
                for target in references(part):
                    yield Link(_capitalized(field.name), replace(target, partial=False))
    for text in (status, *layout.texts(Part.LINKS)):
        code = read_part(text).code
        for number, line in enumerate(text.split("\n")):
            link = None if code[number] else link_of(line)
            if link is not None and not _begins_with_supersession(line) and not _is_status(link):
                yield link


def _successor_in_body(layout: Layout, status: str) -> Iterator[Reference]:
    """The successor that only the text names, for a record whose status is (partly) superseded."""
    words = list(STATUS_WORD.finditer(status[:1000]))
    partly = any(" superseded" in match[0].lower() for match in words)
    if not partly and not any(status_of(match) is AdrStatus.SUPERSEDED for match in words):
        return
    for piece in layout.pieces:
        for reference in superseded_by(piece.text):
            yield replace(reference, partial=partly or reference.partial)
            return


def _own_words(text: str) -> Iterator[Reference]:
    """What a text says outright of its own record: "This ADR in part supersedes [3](…)"."""
    for match in _OF_ITSELF.finditer(text[:MAX_SCANNED]):
        end = text.find("\n\n", match.start())
        yield from supersedes(text[match.start() : end if end >= 0 else len(text)])


def _begins_with_supersession(line: str) -> bool:
    bare = line.lstrip(" \t-*+_").lower()
    return bare.startswith(("supersede", "supercede", "replaces ", "replaced by", "obsolete"))


def _is_status(link: Link) -> bool:
    return STATUS_WORD.match(link.relation) is not None


def _capitalized(name: str) -> str:
    return name[:1].upper() + name[1:].replace("-", " ").replace("_", " ")


def _split(value: str) -> list[str]:
    """The parts between separators that stand outside brackets."""
    separator = ";" if ";" in value else ","
    parts, depth, start = [], 0, 0
    for place, character in enumerate(value):
        depth = max(0, depth + (character in "([") - (character in ")]"))
        if depth == 0 and character in (separator, "\n"):
            parts.append(value[start:place])
            start = place + 1
    return [part.strip() for part in (*parts, value[start:]) if part.strip()]
