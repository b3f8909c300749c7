"""Changes of a repository's files: shown as a diff first, written only as they were shown.

Making a change reads the file and writes nothing. Writing one refuses a file that is no
longer what the diff was made from, and never leaves half a file.
"""

import difflib
import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from featherchat.code.diffs import AddedLine
from featherchat.errors import InvalidValue, UsageError
from featherchat.privacy import clean, redact

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
        before, after = _lines(self.before or b""), _lines(self.after)
        old = "/dev/null" if self.before is None else f"a/{self.name}"
        found = difflib.unified_diff(before, after, old, f"b/{self.name}", lineterm="")
        return "\n".join(clean(line) for line in found)

    @property
    def added(self) -> tuple[AddedLine, ...]:
        """The lines that were not there before."""
        after = _lines(self.after)
        return tuple(
            AddedLine(number + 1, after[number])
            for _, _, first, last in self._differences()
            for number in range(first, last)
        )

    @property
    def removed(self) -> int:
        """How many lines are no longer there."""
        return sum(last - first for first, last, _, _ in self._differences())

    def _differences(self) -> Iterator[tuple[int, int, int, int]]:
        """Ranges of lines before and after that are not equal."""
        both = _lines(self.before or b""), _lines(self.after)
        for tag, *ranges in difflib.SequenceMatcher(None, *both).get_opcodes():
            if tag != "equal":
                one, two, three, four = ranges
                yield one, two, three, four


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
