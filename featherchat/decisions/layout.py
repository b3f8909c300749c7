"""How a decision record is laid out: title, facts, and what stands under which heading."""

from collections.abc import Iterator
from dataclasses import dataclass

from featherchat.decisions.header import Field, consumed, read_fields
from featherchat.decisions.markdown import Document, Heading, fit
from featherchat.decisions.vocabulary import Part, part_of

_WITHIN = {
    # What MADR and others put one level below another section.
    Part.STATUS: (Part.CONTEXT, Part.OUTCOME, Part.CONSEQUENCES),
    Part.CONTEXT: (
        *(Part.DRIVERS, Part.OPTION, Part.OPTIONS, Part.ALTERNATIVES, Part.PROS_AND_CONS),
    ),
    Part.OUTCOME: (
        *(Part.BECAUSE, Part.CONSEQUENCES, Part.CONFIRMATION, Part.DRIVERS),
        *(Part.OPTIONS, Part.ALTERNATIVES, Part.PROS_AND_CONS),
    ),
    Part.MORE: (Part.LINKS,),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A section without what was taken out of it."""

    part: Part | None
    title: str
    text: str
    start: int
    """The line after its heading."""

    end: int
    """The line of the next heading."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The structure of one record."""

    document: Document
    title: Heading | None
    fields: tuple[Field, ...]
    preamble: str
    """What stands before the first section and is neither title nor fact."""

    pieces: tuple[Piece, ...]

    def texts(self, *parts: Part) -> tuple[str, ...]:
        """The texts of all sections of these parts that have one."""
        return tuple(piece.text for piece in self.pieces if piece.part in parts and piece.text)

    def has(self, *parts: Part) -> bool:
        """Whether there is a section of one of these parts, empty or not."""
        return any(piece.part in parts for piece in self.pieces)


def lay_out(document: Document) -> Layout:
    """Find the title, the facts and the sections of a record."""
    title = _title(document)
    level = _section_level(document, title)
    starts = [h for h in document.headings if h is not title and h.level <= level]
    first = starts[0].line if starts else len(document.lines)
    skip = title.line if title is not None else None
    fields = read_fields(document, first, skip)
    gone = consumed(document, fields, first)
    if title is not None:
        gone |= set(range(title.line, title.end))
    before = (document.lines[n] for n in range(document.body, first) if n not in gone)
    preamble = fit("\n".join(before))
    ends = [*(heading.line for heading in starts[1:]), len(document.lines)]
    pieces = [
        piece
        for heading, end in zip(starts, ends, strict=False)
        for piece in _pieces(
            document, heading, end if title is None else _before(end, heading, title)
        )
    ]
    return Layout(document, title, fields, preamble, tuple(pieces))


def _before(end: int, heading: Heading, title: Heading) -> int:
    return title.line if heading.line < title.line < end else end


def _title(document: Document) -> Heading | None:
    """The first heading of level 1 that no section has as its name, else the very first."""
    tops = [heading for heading in document.headings if heading.level == 1]
    named = [heading for heading in tops if part_of(heading.text) is None]
    if named or len(tops) == 1:
        return named[0] if named else tops[0]
    first = document.headings[0] if document.headings else None
    return first if first is not None and part_of(first.text) is None else None


def _section_level(document: Document, title: Heading | None) -> int:
    others = [heading for heading in document.headings if heading is not title]
    known = [heading.level for heading in others if part_of(heading.text) is not None]
    if known:
        return known[0]
    return min((heading.level for heading in others), default=1)


def _pieces(document: Document, heading: Heading, end: int) -> Iterator[Piece]:
    part = part_of(heading.text)
    allowed = _WITHIN.get(part, ()) if part is not None else ()
    inner = [
        h for h in document.headings if heading.line < h.line < end and h.level == heading.level + 1
    ]
    stops = [h.line for h in inner[1:]] + [end]
    kept = [document.text(heading.end, inner[0].line if inner else end)]
    taken: list[Piece] = []
    for sub, stop in zip(inner, stops, strict=False):
        sub_part = part_of(sub.text)
        if sub_part in allowed:
            text = fit(document.text(sub.end, stop))
            taken.append(Piece(sub_part, sub.text, text, sub.end, stop))
        else:
            kept.append(document.text(sub.line, stop))
    text = fit("\n\n".join(filter(None, kept)))
    yield Piece(part, heading.text, text, heading.end, end)
    yield from taken
