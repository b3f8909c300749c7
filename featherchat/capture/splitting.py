"""Cutting a document into pieces that can be understood alone.

A piece is one or more whole paragraphs below one heading, at most so many words
long, with the trail of headings above it. A fenced block is never taken for
headings, and is cut only if it is longer than a piece itself.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

TRAIL = " › "
MIN_WORDS = 2
"""A single word says nothing alone; "We use tabs." does."""

_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.+?)\s*#*\s*$")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-+|~+|\^+)\s*$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_NOISE = re.compile(
    r"^\s*(?:\[!\[.*|!\[[^\]]*\]\([^)]*\)\s*|<(?:img|br|p|div|a|h\d|picture|source)\b[^>]*>\s*"
    r"|</\w+>\s*|\[[^\]]+\]:\s+\S+.*)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a document."""

    text: str
    heading: str
    """The trail of headings above it; empty at the top of a document without one."""

    line: int
    """Its first line in the document, from 1."""

    number: int
    """Its place among the pieces below the same heading, from 0."""

    @property
    def slot(self) -> str:
        """What names its place in the document when its text changes."""
        return f"{self.heading}#{self.number}"


@dataclass(frozen=True, slots=True)
class _Paragraph:
    text: str
    heading: str
    line: int


def split(text: str, limit_words: int) -> list[Piece]:
    """The pieces of a Markdown or plain text, in order."""
    pieces: list[Piece] = []
    numbers: dict[str, int] = {}
    for group in _groups(_paragraphs(_without_comments(text)), limit_words):
        heading = group[0].heading
        body = "\n\n".join(paragraph.text for paragraph in group)
        if len(body.split()) < MIN_WORDS and heading not in numbers:
            continue
        number = numbers.get(heading, 0)
        numbers[heading] = number + 1
        pieces.append(Piece(body, heading, group[0].line, number))
    return pieces


def shortened(text: str, limit_words: int) -> list[str]:
    """A text as parts of at most so many words, cut between paragraphs where it can be."""
    return [piece.text for piece in split(text, limit_words)] or ([text] if text.strip() else [])


def _without_comments(text: str) -> str:
    # Line numbers stay right: a comment leaves its line breaks behind.
    return _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)


def _paragraphs(text: str) -> Iterator[_Paragraph]:
    """Paragraphs and whole fenced blocks, each with the headings above it."""
    lines = text.splitlines()
    trail: list[tuple[int, str]] = []
    current: list[str] = []
    start = 1
    fence = ""
    place = _after_front_matter(lines)
    while place < len(lines):
        line = lines[place]
        heading = None if fence else _heading(lines, place)
        if heading or (not fence and not line.strip()):
            if current:
                yield _Paragraph("\n".join(current), _joined(trail), start)
                current = []
            if heading:
                level, title, used = heading
                trail = [each for each in trail if each[0] < level] + [(level, title)]
                place += used
                continue
        elif fence or not _NOISE.match(line):
            if not current:
                start = place + 1
            current.append(line.rstrip())
            fence = _fence_after(line, fence)
        place += 1
    if current:
        yield _Paragraph("\n".join(current), _joined(trail), start)


def _groups(paragraphs: Iterator[_Paragraph], limit: int) -> Iterator[list[_Paragraph]]:
    """Paragraphs of one section together, as long as they fit."""
    group: list[_Paragraph] = []
    words = 0
    for whole in paragraphs:
        for paragraph in _cut(whole, limit):
            size = len(paragraph.text.split())
            if group and (group[0].heading != paragraph.heading or words + size > limit):
                yield group
                group, words = [], 0
            group.append(paragraph)
            words += size
    if group:
        yield group


def _cut(paragraph: _Paragraph, limit: int) -> Iterator[_Paragraph]:
    """A paragraph that is too long, cut between lines, else between words."""
    if len(paragraph.text.split()) <= limit:
        yield paragraph
        return
    part: list[str] = []
    words = 0
    start = paragraph.line
    for line, text in _short_lines(paragraph.text, limit):
        size = len(text.split())
        if part and words + size > limit:
            yield _Paragraph("\n".join(part), paragraph.heading, start)
            part, words, start = [], 0, paragraph.line + line
        part.append(text)
        words += size
    yield _Paragraph("\n".join(part), paragraph.heading, start)


def _short_lines(text: str, limit: int) -> Iterator[tuple[int, str]]:
    """Each line with its number from 0; what is too long comes in parts."""
    for number, line in enumerate(text.splitlines()):
        words = line.split()
        if len(words) <= limit:
            yield number, line
            continue
        for begin in range(0, len(words), limit):
            yield number, " ".join(words[begin : begin + limit])


def _heading(lines: Sequence[str], place: int) -> tuple[int, str, int] | None:
    """Level, title and number of lines of a heading that starts here."""
    found = _HEADING.match(lines[place])
    if found:
        return len(found[1]), found[2], 1
    below = lines[place + 1] if place + 1 < len(lines) else ""
    above = lines[place - 1] if place else ""
    title = lines[place].strip()
    underline = _UNDERLINE.match(below)
    if not underline or not title or above.strip() or title[0] in "-*>|#+" or len(title) > 120:
        return None
    if len(underline[1]) < min(len(title), 3):
        return None
    return ("=-~^".index(underline[1][0]) + 1, title, 2)


def _fence_after(line: str, fence: str) -> str:
    found = _FENCE.match(line)
    if not found:
        return fence
    if not fence:
        return found[1]
    closes = found[1][0] == fence[0] and len(found[1]) >= len(fence)
    return "" if closes and line.strip() == found[1] else fence


def _after_front_matter(lines: Sequence[str]) -> int:
    if lines and lines[0].strip() == "---":
        for place, line in enumerate(lines[1:200], 1):
            if line.strip() == "---":
                return place + 1
    return 0


def _joined(trail: Sequence[tuple[int, str]]) -> str:
    return TRAIL.join(title for _, title in trail)
