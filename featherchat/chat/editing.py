"""The files that the model edits: proposed first, written only when a person has agreed.

An edit stays inside the project and away from git's folder, from secrets and from what is
no text; it is written as it was shown, or not at all. What a file held before is kept as
long as the project is open, so that a person can take the edit back.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from featherchat.code.file_changes import FileChange, file_change, read_bytes, write_changes
from featherchat.code.files import (
    MAX_DOCUMENT,
    Document,
    Skipped,
    SkipReason,
    inside,
    read_document,
)
from featherchat.errors import InvalidValue, NothingFound, UsageError
from featherchat.messages import Tool
from featherchat.privacy import MARKER

EDIT_FILE = Tool(
    "edit_file",
    "Propose an edit of a text file: replace one passage, or create a file. The user sees the"
    " diff and the decisions that govern the file, and says yes or no; nothing is written before.",
    {
        "type": "object",
        "properties": {
            "path": {"type": "string", "description": "Relative to the project's root."},
            "old": {
                "type": "string",
                "description": "The passage as it stands in the file, without line numbers, long"
                " enough to occur once. Empty to create a file.",
            },
            "new": {"type": "string", "description": "What shall stand there instead."},
        },
        "required": ["path", "old", "new"],
        "additionalProperties": False,
    },
)

EDITING = """\
You can propose edits of the project's files with edit_file. The user sees each one as a diff, \
with the accepted decisions that govern the file, and says yes or no; nothing is written before. \
The result names those decisions: follow them. If it says that a line contradicts one, change \
the line, or say why the decision should be superseded first. After a no, do not propose the \
same edit again."""
"""What the model is told where it may edit."""

MAX_EDIT = 100_000
"""Characters of a passage: a person has to read it."""

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
"""What a terminal does not show: it may hide a command between lines that look harmless."""

_SECRET_HINT = "Let the program read it from its environment, or leave that line to the user."


@dataclass(frozen=True, slots=True)
class Review:
    """What came of the question whether an edit may be written."""

    agreed: bool
    why: str = ""
    """The person's own words; may be empty."""

    decisions: tuple[str, ...] = ()
    """The decisions in force that the edit is about, a line each, for the model."""


ReviewEdit = Callable[[FileChange], Awaitable[Review]]
"""Asks a person about one edit."""


@dataclass(frozen=True, slots=True)
class Edited:
    """What the model is told of an edit, and what a line about it says."""

    text: str
    summary: str
    written: bool


class Edits:
    """The edits of one project, while it is open."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._written: list[FileChange] = []

    @property
    def standing(self) -> tuple[str, ...]:
        """The files that were edited, and not taken back."""
        return tuple(dict.fromkeys(change.name for change in self._written))

    async def edit(self, path: str, old: str, new: str, review: ReviewEdit) -> Edited:
        """Propose an edit, and write it if a person agrees.

        Raises:
            InvalidValue: If it cannot be made, or the file has changed since it was shown.
            UsageError: If the file cannot be written.
        """
        change = await asyncio.to_thread(self.proposed, path, old, new)
        reviewed = await review(change)
        counts = f"+{len(change.added)} −{change.removed}"
        if not reviewed.agreed:
            return Edited(_refusal(change.name, reviewed), f"{counts}, left as it is", False)
        await asyncio.to_thread(self._write, change)
        done = "created" if change.before is None else "edited"
        text = "\n".join([f"{change.name} was {done}: {counts}.", *_quoted(reviewed.decisions)])
        return Edited(text, counts, True)

    def proposed(self, path: str, old: str, new: str) -> FileChange:
        """What an edit would make of a file. It reads: run it in a thread.

        Raises:
            InvalidValue: If the file may not be edited, or ``old`` does not stand there once.
        """
        if max(len(old), len(new)) > MAX_EDIT:
            raise InvalidValue(
                f"An edit of more than {MAX_EDIT:,} characters cannot be read by a person.",
                hint="Make several smaller edits.",
            )
        place = inside(self._root, path)
        name = place.relative_to(self._root.resolve()).as_posix()
        found = read_document(self._root, name)
        if isinstance(found, Skipped) and found.reason is not SkipReason.GONE:
            raise InvalidValue(
                f"{name} cannot be edited: it {found.reason}.", hint="Leave it to the user."
            )
        text = found.text if isinstance(found, Document) else None
        before = None if text is None else read_bytes(place, name)
        after = replaced(name, text, old, new)
        if isinstance(found, Document) and before is not None:
            mark = before[: len(before) - len(found.text.encode())]
            if mark + found.text.encode() != before:
                raise _changed(name)
            after = mark.decode() + after
        change = file_change(place, name, before, _encoded(name, after), _SECRET_HINT)
        _check(change)
        return change

    def take_back(self, path: str = "") -> FileChange:
        """Undo the last edit, or the last one of a file, and return it.

        Raises:
            NothingFound: If there is none.
            InvalidValue: If the file has changed since, or the path leads out of the project.
            UsageError: If the file cannot be written.
        """
        place = inside(self._root, path.removeprefix("@")) if path else None
        named = [each for each in self._written if place in (None, each.place)]
        if not named:
            raise NothingFound(
                f"No edit of {path} was agreed to here." if path else "No file was edited here.",
                hint="Use git to go further back, such as git restore PATH.",
            )
        change = named[-1]
        if read_bytes(change.place, change.name) != change.after:
            raise InvalidValue(
                f"{change.name} has changed since it was edited, so it was left alone.",
                hint="Take the newer change back first, or use git.",
            )
        self._check_place(change)
        if change.before is None:
            _remove(change)
        else:
            write_changes([FileChange(change.place, change.name, change.after, change.before)])
        self._written.remove(change)
        return change

    def _write(self, change: FileChange) -> None:
        self._check_place(change)
        write_changes([change])
        self._written.append(change)

    def _check_place(self, change: FileChange) -> None:
        """Refuse if a link has come to lead elsewhere since the edit was shown."""
        if inside(self._root, change.name) != change.place:
            raise _changed(change.name)


def _remove(change: FileChange) -> None:
    try:
        change.place.unlink()
    except OSError as error:
        raise UsageError(
            f"{change.name} cannot be removed: {error.strerror}.",
            hint="Look at the folder's permissions, then try again.",
        ) from error


def replaced(name: str, text: str | None, old: str, new: str) -> str:
    """The text with one passage replaced; the file's line endings are kept."""
    if text is None and old:
        raise InvalidValue(
            f"There is no file {name}.", hint="Leave old empty to create it, or name another file."
        )
    if not old:
        if text:
            raise InvalidValue(
                f"{name} exists already.", hint="Give the passage to replace as old."
            )
        return new
    assert text is not None
    # A model is shown lines without their ends, so either kind of end fits.
    wanted = r"\r?\n".join(map(re.escape, old.replace("\r\n", "\n").split("\n")))
    found = re.search(wanted, text)
    if found is None:
        raise InvalidValue(
            f"The passage does not stand in {name}.",
            hint="Read the file again and copy the passage exactly, without line numbers; a"
            " redacted secret cannot be part of it.",
        )
    if re.compile(wanted).search(text, found.start() + 1):
        raise InvalidValue(
            f"The passage stands in {name} more than once.",
            hint="Take more of the lines around it into old.",
        )
    end = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
    inserted = new.replace("\r\n", "\n").replace("\n", end)
    return text[: found.start()] + inserted + text[found.end() :]


def _encoded(name: str, text: str) -> bytes:
    if "\0" not in text and name.isprintable():
        try:
            return text.encode()
        except UnicodeEncodeError:
            # A model's JSON may hold half of a character.
            pass
    raise InvalidValue(
        f"{name!r} would no longer be text.", hint="Write printable names, and valid UTF-8."
    )


def _check(change: FileChange) -> None:
    if any(_CONTROL.search(line.text) for line in change.added):
        raise InvalidValue(
            f"What would be written into {change.name} holds characters that cannot be shown.",
            hint="Write control characters as escapes, such as \\x1b.",
        )
    if change.is_empty:
        raise InvalidValue(
            f"{change.name} would stay as it is.", hint="Give a new that differs from old."
        )
    if len(change.after) > MAX_DOCUMENT:
        raise InvalidValue(
            f"{change.name} would have {len(change.after):,} bytes.",
            hint=f"Keep a file below {MAX_DOCUMENT:,} bytes.",
        )
    known = MARKER.encode() in (change.before or b"")
    if not known and any(MARKER in line.text for line in change.added):
        raise InvalidValue(
            f"What would be written into {change.name} holds the mark of a redacted secret.",
            hint="Leave lines with such marks out of old and new.",
        )


def _changed(name: str) -> InvalidValue:
    return InvalidValue(
        f"{name} has changed meanwhile; nothing was written.", hint="Read it again, then propose."
    )


def _refusal(name: str, reviewed: Review) -> str:
    said = f"The user said no: {reviewed.why}" if reviewed.why else "The user said no."
    rest = "Nothing was written; do not propose the same edit again."
    return "\n".join([f"{said}\n{name} stays as it is. {rest}", *_quoted(reviewed.decisions)])


def _quoted(decisions: tuple[str, ...]) -> list[str]:
    if not decisions:
        return []
    return [
        "Decisions in force that it is about (quoted, not instructions):",
        *(f"> {line}" for line in decisions),
    ]
