"""Adding and removing a relation in the text of a record, with every other byte kept."""

import re
from dataclasses import dataclass

from featherchat.decisions.fact_lists import last_line, named_in, with_name, without_name
from featherchat.decisions.header import Field, Key
from featherchat.decisions.layout import Layout, Piece, lay_out
from featherchat.decisions.markdown import line_starts, read, split_lines
from featherchat.decisions.parsing import parse
from featherchat.decisions.references import link_of
from featherchat.decisions.resolving import same_target
from featherchat.decisions.value import Reference, Style
from featherchat.decisions.vocabulary import Part
from featherchat.errors import InvalidValue

_RELATION = re.compile(r"[A-Za-z][A-Za-z-]*(?: [A-Za-z-]+){0,3}")
_LIST_MARK = re.compile(r"[ \t]*([-*+])[ \t]+")
_PLACES = (Part.STATUS, Part.LINKS, Part.MORE)


def checked_relation(relation: str) -> str:
    """The words of a relation, such as ``Amends``, with plain spaces.

    Raises:
        InvalidValue: If they could not be read back: one to four words of letters.
    """
    words = " ".join(relation.split())
    if not _RELATION.fullmatch(words):
        raise InvalidValue(
            f"{relation!r} cannot name a relation between records.",
            hint="Use one to four words of letters, such as Amends or Related to.",
        )
    return words


def with_link(text: str, relation: str, target: Reference) -> str:
    """The text with a relation to another record; unchanged if it states it already.

    The relation goes where the text keeps its relations: a fact of that name in its head,
    its list of links, or the section on its status (as adr-tools does). A text that has none
    of them gets one more fact below those of its head, or as MADR a list of links at its end.

    Raises:
        InvalidValue: If ``relation`` cannot name one.
    """
    relation = checked_relation(relation)
    if text.startswith("\ufeff"):
        return "\ufeff" + with_link(text[1:], relation, target)
    page = _Page.of(text)
    if page.states(relation, target):
        return text
    field = page.field_of(relation)
    if field is not None:
        in_front = field.line < page.layout.document.body
        return page.with_fact(field, with_name(page.raw, field, target, in_front=in_front))
    line = f"{relation} {target}"
    links, status, more = (page.section(part) for part in (Part.LINKS, Part.STATUS, Part.MORE))
    if links is not None:
        return page.appended(links, f"{page.mark(links)} {line}")
    if status is not None:
        return page.appended(status, line)
    fact = page.last_fact
    if fact is not None and more is None and parse(text).style is Style.NYGARD:
        return page.below(fact, relation, target)
    if more is not None:
        heading = "#" * (page.level(more) + 1)
        return page.appended(more, f"{heading} Links{page.end * 2}* {line}")
    return page.appended(None, f"## Links{page.end * 2}* {line}")


def without_link(text: str, relation: str, target: Reference) -> str:
    """The text without a relation to another record; unchanged if it does not state it.

    The status itself is not touched: "Superseded by" goes with ``with_status``.

    Raises:
        InvalidValue: If ``relation`` cannot name one.
    """
    relation = checked_relation(relation)
    if text.startswith("\ufeff"):
        return "\ufeff" + without_link(text[1:], relation, target)
    page = _Page.of(text)
    field = page.field_of(relation)
    if field is not None and any(same_target(found, target) for found in named_in(field)):
        return page.with_fact(field, without_name(page.raw, field, target))
    for piece in page.places():
        for number in range(piece.start, piece.end):
            if page.links_at(number, relation, target):
                return page.without_line(piece, number)
    return text


@dataclass(frozen=True, slots=True)
class _Page:
    """A text with its structure."""

    text: str
    layout: Layout
    raw: list[str]
    """The lines with their comments, without their ends."""

    starts: list[int]
    """Where each line begins, and after the last one where the text ends."""

    @classmethod
    def of(cls, text: str) -> "_Page":
        return cls(text, lay_out(read(text)), split_lines(text), [*line_starts(text), len(text)])

    @property
    def end(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def section(self, part: Part) -> Piece | None:
        return next((piece for piece in self.layout.pieces if piece.part is part), None)

    def places(self) -> list[Piece]:
        """The sections that state relations, a list of links before what it stands in."""
        found = [piece for piece in self.layout.pieces if piece.part in _PLACES]
        return sorted(found, key=lambda piece: piece.part is not Part.LINKS)

    def field_of(self, relation: str) -> Field | None:
        kinds = (Key.SUPERSEDES, Key.RELATION)
        fields = (field for field in self.layout.fields if field.key in kinds)
        return next((field for field in fields if _bare(field.name) == _bare(relation)), None)

    @property
    def last_fact(self) -> Field | None:
        """The last fact of a head in lines: neither front matter nor a table."""
        found = [
            field
            for field in self.layout.fields
            if field.line >= self.layout.document.body
            and not self.raw[field.line].lstrip().startswith("|")
        ]
        return found[-1] if found else None

    def below(self, field: Field, relation: str, target: Reference) -> str:
        """The text with one more fact, in the form of the one above it."""
        lead = self.raw[field.line][: field.column].replace(field.name, relation, 1)
        place = self.starts[field.last] + len(self.raw[field.last])
        return f"{self.text[:place]}{self.end}{lead}{target}{self.text[place:]}"

    def states(self, relation: str, target: Reference) -> bool:
        field = self.field_of(relation)
        if field is not None and any(same_target(found, target) for found in named_in(field)):
            return True
        return any(
            self.links_at(number, relation, target)
            for piece in self.places()
            for number in range(piece.start, piece.end)
        )

    def links_at(self, number: int, relation: str, target: Reference) -> bool:
        document = self.layout.document
        link = None if document.code[number] else link_of(document.lines[number])
        same = link is not None and _bare(link.relation) == _bare(relation)
        return same and link is not None and same_target(link.target, target)

    def level(self, piece: Piece) -> int:
        heading = self.raw[piece.start - 1]
        return len(heading) - len(heading.lstrip("#")) or 2

    def mark(self, piece: Piece) -> str:
        """The list mark that a section uses."""
        marks = map(_LIST_MARK.match, self.layout.document.lines[piece.start : piece.end])
        return next((match[1] for match in marks if match is not None), "*")

    def appended(self, piece: Piece | None, line: str) -> str:
        """The text with a line after the last words of a section, or of the whole text."""
        first, stop = (0, len(self.raw)) if piece is None else (piece.start, piece.end)
        filled = [number for number in range(first, stop) if self.raw[number].strip()]
        last = filled[-1] if filled else first - 1
        if last < 0:
            return line + self.end + self.text
        in_list = _LIST_MARK.match(line) and filled and _LIST_MARK.match(self.raw[last])
        place = self.starts[last] + len(self.raw[last])
        return self.text[:place] + self.end * (1 if in_list else 2) + line + self.text[place:]

    def with_fact(self, field: Field, lines: str | None) -> str:
        """The text with other lines for a fact; None takes it out."""
        begin, last = self.starts[field.line], last_line(self.raw, field)
        if lines is None:
            return self.text[:begin] + self.text[self.starts[last + 1] :]
        end = self.starts[last] + len(self.raw[last])
        return self.text[:begin] + lines.replace("\n", self.end) + self.text[end:]

    def without_line(self, piece: Piece, number: int) -> str:
        """The text without a line, the blank line above it, and the heading of a list it empties."""
        others = (n for n in range(piece.start, piece.end) if n != number)
        first = number
        if piece.part is Part.LINKS and not any(self.raw[n].strip() for n in others):
            first = piece.start - 1
        in_list = number > 0 and _LIST_MARK.match(self.raw[number - 1])
        while first > 0 and not in_list and not self.raw[first - 1].strip():
            first -= 1
        begin = self.starts[first - 1] + len(self.raw[first - 1]) if first else 0
        return self.text[:begin] + self.text[self.starts[number] + len(self.raw[number]) :]


def _bare(name: str) -> str:
    return " ".join(name.lower().replace("-", " ").replace("_", " ").split())
