"""The project's card: shown, and kept as a section of a file such as ``AGENTS.md``.

Only what stands between the two markers is ours; every other byte of the file stays.
The section holds nothing private and no ages, so writing it again changes nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from featherchat.code.file_changes import FileChange, file_change, read_bytes
from featherchat.code.files import inside
from featherchat.commands.wording import shown_line
from featherchat.errors import InvalidValue, NothingFound
from featherchat.memory import Kind, Layer, Status
from featherchat.project import Project
from featherchat.recall.card import (
    BEGIN,
    END,
    MARKER,
    CardLine,
    Label,
    card_lines,
    card_text,
    fitting,
)
from featherchat.recall.context import day, estimate_tokens

_MARKER = re.compile(MARKER.encode(), re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Card:
    """What every session starts with."""

    lines: tuple[CardLine, ...]
    text: str
    """As a model reads it; empty for a project that has nothing to tell."""

    tokens: int
    """An upper estimate."""


async def card(project: Project) -> Card:
    """The card as a session that begins now would have it."""
    now = project.clock.now()
    lines = fitting(await card_lines(project.memories), now)
    text = card_text(lines, now)
    return Card(lines, text, estimate_tokens(text) if text else 0)


async def plan_card(project: Project, path: str) -> FileChange:
    """What writing the card into a file would change; nothing is written.

    Args:
        project: Whose card.
        path: Relative to the project's root; the file need not exist.

    Raises:
        InvalidValue: If the file leads out of the project, is no text, has broken markers,
            or would get a secret.
        NothingFound: If there is nothing to write.
    """
    # Not only what fits a prompt: the ages there change with the day, this file must not.
    lines = [line for line in await card_lines(project.memories) if _is_public(line)]
    place = inside(project.root, path)
    before = read_bytes(place, path)
    if not lines and before is None:
        raise NothingFound(
            "Nothing is pinned and no decision is accepted, so there is nothing to write.",
            hint="Record a decision with featherchat adr new, or pin a memory.",
        )
    after = with_section(before or b"", section(lines, path), path)
    return file_change(place, path, before, after)


def section(lines: Sequence[CardLine], path: str) -> tuple[str, ...]:
    """The lines of the section, its markers included."""
    told = [f"- {_told(line)}" for line in lines]
    return (
        BEGIN,
        "## What this project has decided",
        "",
        f"Kept by `featherchat card --write {shown_line(path)}`. Change the decisions, not this"
        " section.",
        "",
        *(told or ["Nothing is decided yet."]),
        END,
    )


def with_section(before: bytes, lines: Sequence[str], name: str) -> bytes:
    """A file's bytes with the section in its place, or at the end if it has none.

    Raises:
        InvalidValue: If the markers are broken, or there are several sections.
    """
    newline = b"\r\n" if 2 * before.count(b"\r\n") > before.count(b"\n") else b"\n"
    ours = newline.join(line.encode() for line in lines)
    markers = list(_MARKER.finditer(before))
    if not markers:
        gap = newline if before and not before.endswith(b"\n") else b""
        return before + gap + (newline if before else b"") + ours + newline
    if [marker[1] for marker in markers] != [b"begin", b"end"]:
        raise InvalidValue(
            f"{name} has no single pair of featherchat's markers: {_places(before, markers)}.",
            hint=f"Leave one {BEGIN} and one {END} behind it, or remove them all.",
        )
    first, last = markers
    kept = b"\r" if last[0].endswith(b"\r") else b""
    return before[: first.start()] + ours + kept + before[last.end() :]


def _places(text: bytes, markers: Sequence[re.Match[bytes]]) -> str:
    lines = [text.count(b"\n", 0, marker.start()) + 1 for marker in markers]
    return ", ".join(
        f"{marker[1].decode()} in line {line}" for marker, line in zip(markers, lines, strict=True)
    )


def _is_public(line: CardLine) -> bool:
    """Whether a line may stand in a file that others read, and adds to what they read there."""
    memory = line.memory
    private = memory.layer is Layer.DEVELOPER or memory.status is Status.CANDIDATE
    return line.label is not Label.ABOUT and not private


def _told(line: CardLine) -> str:
    """A line of the section: no age and no id, which mean nothing to who reads the file."""
    memory = line.memory
    # A marker in a memory's words would end the section.
    words = shown_line(line.words).replace("<!--", "&lt;!--")
    since = day(memory.created_at)
    path = f" (`{shown_line(memory.source.path)}`)" if memory.source.path else ""
    if line.label is Label.DECISION:
        return f"Decided {since}: {words}{path}"
    if line.label is Label.RULE:
        return f"Rule since {since}: {words}{path}"
    if memory.kind == Kind.DEAD_END:
        return f"Dead end, {since}: {words}{path}"
    return f"{words}{path}"
