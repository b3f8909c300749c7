"""From the text of a decision record to a ``Decision``. No text makes it fail."""

import re
from collections.abc import Iterator

from featherchat.decisions.facts import (
    Relations,
    decision_date,
    first_of,
    governed,
    named_symbols,
    people,
    relations,
    without_links,
)
from featherchat.decisions.header import Key
from featherchat.decisions.layout import Layout, lay_out
from featherchat.decisions.markdown import blocks, read
from featherchat.decisions.naming import FileName, file_name
from featherchat.decisions.outcome import read_decided
from featherchat.decisions.statuses import agreed, note_of, statuses_of
from featherchat.decisions.value import Decision, Section, Style
from featherchat.decisions.vocabulary import Part
from featherchat.memory import AdrStatus

STATUS_NOTES = "Status notes"
"""The section that keeps what a status says beyond the status."""

UNTITLED = "Untitled decision"

_SERIES = r"(?:ADR|DR|(?:architectur\w+ )?decision(?: record)?)"
_NUMBERED_TITLE = re.compile(
    rf"\[?(?:{_SERIES}[-_ #]*(?P<series>\d{{1,7}})\]?|(?P<plain>\d{{1,6}})(?=\s*[.):—–-]))"
    r"\s*[.):—–-]*\s+(?P<numbered>\S.*)"
    rf"|{_SERIES}\s*[:—–-]+\s+(?P<bare>\S.*)",
    re.IGNORECASE,
)
_MADR_SECTION = re.compile(
    r"context and problem statement|decision outcome|considered options"
    r"|pros and cons of the options",
    re.IGNORECASE,
)
_SIDE = re.compile(r"(?:positive|negative|neutral)\b", re.IGNORECASE)


def parse(text: str, path: str = "") -> Decision:
    """The decision that a whole file describes; its name gives number, slug and date.

    A text of another form still gives a title (its first heading, else the file's
    name) and an outcome (the section most like a decision, else the first paragraph).
    Line ends become ``\\n``, comments go, and headings inside a text are pushed to
    level 4 or below; with that, what was parsed can be rendered without loss.
    """
    layout = lay_out(read(text))
    name = file_name(path)
    title, number = _title(layout, name)
    related = relations(layout)
    decided = read_decided(layout)
    return Decision(
        title=title,
        number=number,
        slug=name.slug,
        status=_status(layout, related),
        date=decision_date(layout) or name.date,
        deciders=people(layout, Key.DECIDERS),
        consulted=people(layout, Key.CONSULTED),
        informed=people(layout, Key.INFORMED),
        context=decided.context,
        drivers=tuple(_drivers(layout)),
        options=decided.options,
        outcome=decided.outcome,
        because=decided.because,
        consequences="\n\n".join(_consequences(layout)),
        confirmation="\n\n".join(layout.texts(Part.CONFIRMATION)),
        more_information=without_links(layout),
        supersedes=related.supersedes,
        superseded_by=related.superseded_by,
        links=related.links,
        governs=governed(layout),
        symbols=named_symbols(layout),
        sections=(*decided.sections, *_status_notes(layout)),
        featherchat_id=first_of(layout, Key.ID),
        style=_style(layout),
    )


def bare_title(heading: str, number: int | None = None) -> tuple[str, int | None]:
    """A heading without its number and "ADR", and that number.

    "29 Kubernetes" loses its 29 only if that is ``number``, the file's own.
    """
    match = _NUMBERED_TITLE.fullmatch(heading)
    if match is not None:
        digits = match["series"] or match["plain"]
        return match["numbered"] or match["bare"], int(digits) if digits else None
    first, _, rest = heading.partition(" ")
    if number is not None and first.isdecimal() and int(first) == number and rest.strip():
        return rest.strip(), number
    return heading, None


def _title(layout: Layout, name: FileName) -> tuple[str, int | None]:
    heading = layout.title.text if layout.title is not None else first_of(layout, Key.TITLE)
    if not heading:
        words = " ".join(name.slug.replace("-", " ").replace("_", " ").split())
        return words[:1].upper() + words[1:] or UNTITLED, name.number
    title, stated = bare_title(heading, name.number)
    return title, stated if name.form is None else name.number


def _status(layout: Layout, related: Relations) -> AdrStatus | None:
    replaced = any(not reference.partial for reference in related.superseded_by)
    return AdrStatus.SUPERSEDED if replaced else agreed(statuses_of(layout))


def _drivers(layout: Layout) -> Iterator[str]:
    for text in layout.texts(Part.DRIVERS):
        for block in blocks(text):
            if block.text and (block.item or not block.text.endswith(":")):
                yield block.text


def _consequences(layout: Layout) -> Iterator[str]:
    for piece in layout.pieces:
        if piece.part is Part.CONSEQUENCES and piece.text:
            named = _SIDE.match(piece.title) is not None
            yield f"#### {piece.title}\n\n{piece.text}" if named else piece.text


def _status_notes(layout: Layout) -> Iterator[Section]:
    notes = filter(None, (note_of(stated) for stated in statuses_of(layout)))
    text = "\n\n".join(notes)
    if text:
        yield Section(STATUS_NOTES, text)


def _style(layout: Layout) -> Style:
    in_front = any(
        field.line < layout.document.body and field.key in (Key.STATUS, Key.DECIDERS)
        for field in layout.fields
    )
    if in_front or any(_MADR_SECTION.fullmatch(piece.title) for piece in layout.pieces):
        return Style.MADR
    decided = layout.has(Part.OUTCOME) and layout.has(Part.CONTEXT, Part.STATUS)
    return Style.NYGARD if decided else Style.FREE
