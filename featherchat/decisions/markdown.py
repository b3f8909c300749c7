"""The block structure of Markdown, as far as decision records need it.

Front matter, headings, fenced code, comments and lists; nothing inside a line.
One pass over the lines: the time is linear in the length of any text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

DEEPEST_SECTION = 3
"""The level of the lowest heading that a record of this project is divided by."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_ATX = re.compile(r"(#{1,6})(?:[ \t]+(.*))?$")
_UNDERLINE = re.compile(r"(=+|-{3,})[ \t]*$")
_FENCE = re.compile(r"[ \t>]*((?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})(.*)$")
_ITEM = re.compile(r"([ \t]*)(?:[-*+]|\d{1,9}[.)])(?:[ \t]+(?=\S)|$)")
_NOT_A_PARAGRAPH = re.compile(r"[ \t]*(?:[-*+>|#=]|\d+[.)])")
_FRONT_KEY = re.compile(r"[A-Za-z][\w -]*:(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading outside code."""

    line: int
    """From 0."""

    level: int
    text: str
    height: int = 1
    """Lines: 2 if it is underlined."""

    @property
    def end(self) -> int:
        """The line after it."""
        return self.line + self.height


@dataclass(frozen=True, slots=True)
class Document:
    """A text in lines, with what each line is."""

    lines: tuple[str, ...]
    """Without their ends and without comments, so numbers are those of the file, less one."""

    code: tuple[bool, ...]
    """Whether a line is inside a fenced block: from the line after its opening to its closing."""

    headings: tuple[Heading, ...]
    body: int
    """The first line after the front matter; 0 if there is none."""

    open_fence: int | None = None
    """The line of a fence that is never closed."""

    def text(self, start: int, end: int) -> str:
        """The lines from ``start`` to before ``end``, without blank space around them."""
        return "\n".join(self.lines[start:end]).strip()


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a text: a list item, or the lines between two of them."""

    text: str
    """Of an item: without its marker, dedented."""

    item: bool
    raw: str
    """As it stands in the text; all blocks of a text, joined by line ends, are the text."""


def split_lines(text: str) -> list[str]:
    """The lines of a text of any line ends, without them."""
    return _LINE_END.split(text)


def line_starts(text: str) -> list[int]:
    """Where each line of ``split_lines`` begins."""
    return [0, *(end.end() for end in _LINE_END.finditer(text))]


def read(text: str) -> Document:
    """The structure of a whole file."""
    lines = split_lines(text.removeprefix("\ufeff"))
    return _scan(lines, _front_end(lines))


def read_part(text: str) -> Document:
    """The structure of a part of a file: nothing in it is front matter."""
    return _scan(split_lines(text), 0)


def fit(text: str, above: int = DEEPEST_SECTION) -> str:
    """The text made fit to stand in any section.

    Its headings are pushed below the level ``above``, an open fence is closed and an open
    comment escaped, so that nothing in it can end the section it is put into. What
    is fit already stays as it is.
    """
    document = read_part(text)
    lines = list(document.lines)
    highest = min((heading.level for heading in document.headings), default=6)
    push = max(0, above + 1 - highest)
    for heading in document.headings:
        if push or heading.height > 1:
            lines[heading.line] = f"{'#' * min(heading.level + push, 6)} {heading.text}".rstrip()
    for number, line in enumerate(lines):
        if not document.code[number] and _comment_start(line, 0) >= 0:
            lines[number] = line.replace("<!--", "&lt;!--")
    underlines = {heading.line + 1 for heading in document.headings if heading.height > 1}
    if document.open_fence is not None:
        match = _FENCE.match(lines[document.open_fence])
        lines.append(match[2] if match else "```")
    return "\n".join(line for number, line in enumerate(lines) if number not in underlines).strip()


def begins_with_fence(text: str) -> bool:
    """Whether the first line opens a code block, and so must stay a line of its own."""
    return _opens(_FENCE.match(text.partition("\n")[0]))


def blocks(text: str) -> Iterator[Block]:
    """The top-level list items of a text and what stands between them, in order."""
    document = read_part(text)
    start, margin, base = 0, -1, 0  # where the block began; its margin is -1 outside a list
    for number, line in enumerate(document.lines):
        match = None if document.code[number] else _ITEM.match(line)
        if match is not None and (margin < 0 or len(match[1]) <= base + 1):
            yield from _block(document.lines[start:number], margin)
            start, margin, base = number, match.end(), len(match[1])
        elif margin >= 0 and _ends_item(document, number, base):
            yield from _block(document.lines[start:number], margin)
            start, margin = number, -1
    yield from _block(document.lines[start:], margin)


def _ends_item(document: Document, number: int, base: int) -> bool:
    line = document.lines[number]
    if not line.strip() or document.code[number]:
        return False
    indented = len(line) - len(line.lstrip()) > base
    after_blank = not document.lines[number - 1].strip()
    return not indented and (after_blank or _ATX.match(line) is not None)


def _block(lines: Sequence[str], margin: int) -> Iterator[Block]:
    inside = (
        [lines[0][margin:], *(_dedented(line, margin) for line in lines[1:])]
        if margin >= 0
        else lines
    )
    text = "\n".join(inside).strip()
    if text or lines:
        yield Block(text, item=margin >= 0, raw="\n".join(lines))


def _dedented(line: str, margin: int) -> str:
    spaces = len(line) - len(line.lstrip(" \t"))
    return line[min(spaces, margin) :]


def _front_end(lines: Sequence[str]) -> int:
    if lines[0].rstrip() != "---":
        return 0
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() in ("---", "..."):
            inside = lines[1:number]
            return number + 1 if any(_FRONT_KEY.match(entry) for entry in inside) else 0
    return 0


def _scan(lines: Sequence[str], body: int) -> Document:
    clean = [*lines[:body], *_without_comments(lines[body:])]
    code = [False] * len(clean)
    headings: list[Heading] = []
    opened: tuple[int, str] | None = None
    for number in range(body, len(clean)):
        line = clean[number]
        fence = _FENCE.match(line)
        code[number] = opened is not None
        if opened is not None:
            opened = None if _closes(fence, opened[1]) else opened
        elif fence is not None and _opens(fence):
            opened = (number, fence[2])
        elif (heading := _heading(clean, number, body)) is not None:
            headings.append(heading)
    return Document(tuple(clean), tuple(code), tuple(headings), body, opened and opened[0])


def _opens(fence: re.Match[str] | None) -> bool:
    return fence is not None and not (fence[2][0] == "`" and "`" in fence[3])


def _closes(fence: re.Match[str] | None, opener: str) -> bool:
    if fence is None or fence[1]:
        return False
    return fence[2].startswith(opener) and not fence[3].strip()


def _heading(lines: Sequence[str], number: int, body: int) -> Heading | None:
    atx = _ATX.match(lines[number])
    if atx is not None:
        return Heading(number, len(atx[1]), _title(atx[2] or ""))
    underline = _UNDERLINE.match(lines[number + 1]) if number + 1 < len(lines) else None
    above = lines[number - 1].strip() if number > body else ""
    line = lines[number]
    if underline is None or above or not line.strip() or _NOT_A_PARAGRAPH.match(line):
        return None
    level = 1 if underline[1][0] == "=" else 2
    if level == 2 and ":" in line:  # "Status: accepted" above a rule is a field, not a heading
        return None
    return Heading(number, level, _title(line), height=2)


def _title(text: str) -> str:
    """Without closing marks: "Context ##"."""
    end = len(text)
    while True:
        while end and text[end - 1] in " \t":
            end -= 1
        mark = end
        while mark and text[mark - 1] == "#":
            mark -= 1
        if mark == end or (mark and text[mark - 1] not in " \t"):
            return text[:end].strip()
        end = mark


def _without_comments(lines: Sequence[str]) -> Iterator[str]:
    last_end = max((n for n, line in enumerate(lines) if "-->" in line), default=-1)
    opener: str | None = None
    inside = False
    for number, line in enumerate(lines):
        fence = None if inside else _FENCE.match(line)
        if opener is not None:
            opener = None if _closes(fence, opener) else opener
            yield line
        elif fence is not None and _opens(fence):
            opener = fence[2]
            yield line
        elif not inside and "<!--" not in line:
            yield line
        else:
            line, inside = _cut_comments(line, inside, closed_later=number < last_end)
            yield line.rstrip()


def _cut_comments(line: str, inside: bool, closed_later: bool) -> tuple[str, bool]:
    kept: list[str] = []
    place = 0
    while True:
        if inside:
            end = line.find("-->", place)
            if end < 0:
                return "".join(kept), True
            place, inside = end + 3, False
        start = _comment_start(line, place)
        if start < 0 or (line.find("-->", start + 4) < 0 and not closed_later):
            return "".join(kept) + line[place:], False
        kept.append(line[place:start])
        place, inside = start + 4, True


def _comment_start(line: str, place: int) -> int:
    """Where the next comment begins, ``code`` spans apart; -1 if none does."""
    ticks = 0
    while (start := line.find("<!--", place)) >= 0:
        ticks += line.count("`", place, start)
        if ticks % 2 == 0:
            return start
        place = start + 4
    return -1
