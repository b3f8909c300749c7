"""How a decision record is laid out: title, facts, and what stands under which heading."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from featherchat.decisions.header import Field, consumed, read_fields
from featherchat.decisions.markdown import Document, Heading, fit
from featherchat.decisions.vocabulary import Part, part_of

OPTION_LISTS = (Part.OPTIONS, Part.ALTERNATIVES, Part.PROS_AND_CONS)

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
    pieces = [
        piece
        for heading, inner, end in (_divided(document, starts, level) if starts else ())
        for piece in _pieces(document, heading, inner, end)
    ]
    return Layout(document, title, fields, preamble, tuple(pieces))


def _divided(
    document: Document, starts: Sequence[Heading], level: int
) -> Iterator[tuple[Heading, list[Heading], int]]:
    """Each section's heading, the headings one level below it, and its end."""
    ends = (*(heading.line for heading in starts[1:]), len(document.lines))
    rest = iter([h for h in document.headings if h.level > level and h.line > starts[0].line])
    below = next(rest, None)
    for start, end in zip(starts, ends, strict=True):
        inner: list[Heading] = []
        while below is not None and below.line < end:
            inner += [below] if below.level == start.level + 1 else []
            below = next(rest, None)
        yield start, inner, end


def _title(document: Document) -> Heading | None:
    """The first heading, unless it is the name of one section among others."""
    first = document.headings[0] if document.headings else None
    if first is None or part_of(first.text) is None:
        return first
    lone = first.level == 1 and all(heading.level > 1 for heading in document.headings[1:])
    return first if lone else None


def _section_level(document: Document, title: Heading | None) -> int:
    others = [heading for heading in document.headings if heading is not title]
    known = [heading.level for heading in others if part_of(heading.text) is not None]
    if known:
        return known[0]
    return min((heading.level for heading in others), default=1)


def _pieces(
    document: Document, heading: Heading, inner: list[Heading], end: int
) -> Iterator[Piece]:
    part = part_of(heading.text)
    allowed = _WITHIN.get(part, ()) if part is not None else ()
    stops = [h.line for h in inner[1:]] + [end]
    kept = [document.text(heading.end, inner[0].line if inner else end)]
    taken: list[Piece] = []
    for sub, stop in zip(inner, stops, strict=False):
        sub_part = part_of(sub.text)
        if sub_part in allowed:
            text = _fitted(sub_part, document.text(sub.end, stop))
            taken.append(Piece(sub_part, sub.text, text, sub.end, stop))
        else:
            kept.append(document.text(sub.line, stop))
    text = _fitted(part, "\n\n".join(filter(None, kept)))
    yield Piece(part, heading.text, text, heading.end, end)
    yield from taken


def _fitted(part: Part | None, text: str) -> str:
    # The headings of a list of options divide it; they keep their level.
    return fit(text, above=0) if part in OPTION_LISTS else fit(text)
