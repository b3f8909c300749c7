"""Changes of a repository's files: shown as a diff first, written only as they were shown.

Making a change reads the file and writes nothing. Writing one refuses a file that is no
longer what the diff was made from, and never leaves half a file.
"""

import difflib
import itertools
import os
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from featherchat.code.diffs import AddedLine
from featherchat.errors import InvalidValue, UsageError
from featherchat.privacy import clean, redact

_CONTEXT = 3
"""Lines that a diff shows around a change."""

_HUNK = re.compile(
    r"@@ -(?P<old>\d+)(?P<old_count>(?:,\d+)?) \+(?P<new>\d+)(?P<new_count>(?:,\d+)?) @@"
)
_SECRET_HINT = "Take it out of the memory with featherchat edit, then try again."


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file as it is and as it shall be."""

    place: Path
    """Absolute, with links resolved."""

    name: str
    """How it is called when it is shown, such as ``docs/adr/0007-use-redis.md``."""

    before: bytes | None
    """None for a file that does not exist yet."""

    after: bytes

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return self.before == self.after

    @property
    def diff(self) -> str:
        """The change as a unified diff, safe for a terminal; empty if nothing would change."""
        first, before, after = self._sides(_CONTEXT)
        old = "/dev/null" if self.before is None else f"a/{self.name}"
        found = difflib.unified_diff(before, after, old, f"b/{self.name}", lineterm="")
        return "\n".join(clean(_moved(line, first)) for line in found)

    @property
    def added(self) -> tuple[AddedLine, ...]:
        """The lines that were not there before."""
        first, before, after = self._sides()
        return tuple(
            AddedLine(first + number + 1, after[number])
            for tag, _, _, begin, end in _compared(before, after)
            if tag != "equal"
            for number in range(begin, end)
        )

    @property
    def removed(self) -> int:
        """How many lines are no longer there."""
        _, before, after = self._sides()
        found = _compared(before, after)
        return sum(end - begin for tag, begin, end, _, _ in found if tag != "equal")

    def _sides(self, around: int = 0) -> tuple[int, list[str], list[str]]:
        """Where the files begin to differ, and their lines from there to where they are equal again.

        A whole file of lines that repeat would take minutes to compare, or match nowhere.
        """
        before, after = _lines(self.before or b""), _lines(self.after)
        first = _alike(zip(before, after, strict=False))
        last = min(
            _alike(zip(reversed(before), reversed(after), strict=False)),
            min(len(before), len(after)) - first,
        )
        first, last = max(first - around, 0), max(last - around, 0)
        return first, before[first : len(before) - last], after[first : len(after) - last]


def _alike(pairs: Iterable[tuple[str, str]]) -> int:
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def _compared(
    before: Sequence[str], after: Sequence[str]
) -> Sequence[tuple[str, int, int, int, int]]:
    return difflib.SequenceMatcher(None, before, after).get_opcodes()


def _moved(line: str, lines: int) -> str:
    """A line of a diff, whose numbers are those of the whole file."""
    place = _HUNK.match(line)
    if place is None:
        return line
    old, new = int(place["old"]) + lines, int(place["new"]) + lines
    return f"@@ -{old}{place['old_count']} +{new}{place['new_count']} @@"


def file_change(
    place: Path, name: str, before: bytes | None, after: bytes, hint: str = _SECRET_HINT
) -> FileChange:
    """A change that may be shown and written.

    Args:
        place: Absolute, with links resolved.
        name: How the file is called when it is shown.
        before: What it holds; None if it does not exist yet.
        after: What it shall hold.
        hint: What to do if that would write a secret.

    Raises:
        InvalidValue: If what it adds holds a secret.
    """
    known = set(_lines(before or b""))
    added = "\n".join(line for line in _lines(after) if line not in known)
    found = redact(added).found
    if found:
        raise InvalidValue(
            f"What would be written into {name} holds a secret ({found[0]}).",
            hint=hint,
        )
    return FileChange(place, name, before, after)


def read_bytes(place: Path, name: str) -> bytes | None:
    """What a file holds; None if there is none.

    Raises:
        InvalidValue: If it is no text file, or cannot be read.
    """
    try:
        content = place.read_bytes()
        content.decode("utf-8")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InvalidValue(
            f"{name} cannot be read: {error.strerror}.", hint="Name a text file of the project."
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidValue(
            f"{name} is not UTF-8 text.", hint="Save it as UTF-8, or name another file."
        ) from error
    return content


def write_changes(changes: Sequence[FileChange]) -> None:
    """Write changes as they were shown; each file is old or new, never half.

    Raises:
        InvalidValue: If a file is no longer what its diff was made from; nothing is written then.
        UsageError: If one cannot be written.
    """
    for change in changes:
        if read_bytes(change.place, change.name) != change.before:
            raise InvalidValue(
                f"{change.name} has changed since the diff was made; nothing was written.",
                hint="Look at the new diff and confirm again.",
            )
    for change in changes:
        if not change.is_empty:
            _write(change)


def _write(change: FileChange) -> None:
    place = change.place
    aside = place.with_name(f".{place.name}.{secrets.token_hex(4)}.new")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("xb") as file:
            file.write(change.after)
            file.flush()
            os.fsync(file.fileno())
        if change.before is None:
            # Unlike a rename, a link never takes the place of a file that has come meanwhile.
            os.link(aside, place)
        else:
            aside.chmod(place.stat().st_mode)
            aside.replace(place)
    except OSError as error:
        raise UsageError(
            f"{change.name} cannot be written: {error.strerror}.",
            hint="Look at the folder's permissions and free space, then try again.",
        ) from error
    finally:
        aside.unlink(missing_ok=True)


def _lines(content: bytes) -> list[str]:
    return content.decode("utf-8", "replace").splitlines()
