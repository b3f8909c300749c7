"""Reads the files of a project, and nothing else.

A path from a person, a model or a listing is followed only while it stays inside the
project. What cannot be read as text is skipped with a reason, never with an exception,
and a file of secrets is not even opened.
"""

import hashlib
import os
import stat
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from featherchat.code.repository import Repository
from featherchat.errors import InvalidValue
from featherchat.privacy import is_secret_file

if TYPE_CHECKING:
    # pathspec costs 11 ms, which a project in git or without .gitignore need not pay.
    from pathspec import GitIgnoreSpec

MAX_DOCUMENT = 1_000_000
"""Bytes; a larger file is data rather than something a person wrote."""

MAX_LISTED = 100_000
"""Files that are listed at most in a folder without git."""

_BINARY_HEAD = 8_000  # git calls a file binary if there is a NUL among as many bytes
_MAX_IGNORE_FILE = 100_000
_TEXT_CONTROLS = b"\t\n\f\r\x1b"
_NO_TEXT = bytes(code for code in range(32) if code not in _TEXT_CONTROLS) + b"\x7f"
_SKIPPED_FOLDERS = frozenset(
    {".git", ".hg", ".svn", "node_modules", ".venv", "venv", "__pycache__", ".tox", ".nox"}
    | {".mypy_cache", ".pytest_cache", ".ruff_cache"}
)


class SkipReason(StrEnum):
    """Why a file was not read, to be put after "because it"."""

    GONE = "is no longer there"
    OUTSIDE = "leads out of the project"
    SECRET = "may hold secrets"
    NOT_A_FILE = "is not a regular file"
    UNREADABLE = "cannot be read"
    TOO_LARGE = "is larger than the limit"
    BINARY = "is not text"
    CONFLICT = "holds a merge conflict"


@dataclass(frozen=True, slots=True)
class Document:
    """A text file as it was read at one moment."""

    path: str
    """Relative to the project's root, with forward slashes."""

    text: str
    """Decoded; line endings are kept, a byte order mark is not."""

    blob_hash: str
    """git's hash (SHA-1) of the bytes: equal to the blob's id where git stores them unchanged."""

    size: int
    """Bytes."""

    modified: float
    """Seconds UTC."""

    encoding_guessed: bool = False
    """True when the bytes are not UTF-8 and were read as Windows' Western alphabet."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not read."""

    path: str
    reason: SkipReason
    line: int | None = None
    """Where the reason lies, from 1, if it is one line."""


def inside(root: Path, path: str | Path) -> Path:
    """The resolved place of a path that must stay in the project.

    Args:
        path: Relative to ``root``, or absolute. It need not exist.

    Raises:
        InvalidValue: If it leads out, by ``..`` or a link, or into a ``.git`` folder.
    """
    top = root.resolve()
    try:
        place = (top / path).resolve()
    except (OSError, RuntimeError, ValueError) as error:
        # A loop of links, or a NUL.
        raise InvalidValue(
            f"{str(path)!r} is not a usable path: {error}.", hint="Give a path in the project."
        ) from error
    if not place.is_relative_to(top):
        raise InvalidValue(
            f"{path} leads to {place}, which is outside the project.",
            hint=f"Give a path below {top}.",
        )
    if any(part.lower() == ".git" for part in place.relative_to(top).parts):
        raise InvalidValue(
            f"{path} lies in git's own folder.", hint="Give a file that the project tracks."
        )
    return place


def list_files(root: Path, repository: Repository | None) -> list[str]:
    """Every file of the project that is not ignored, sorted, relative to the root.

    From git where there is a repository. Else the folder is walked: ``.gitignore`` files
    count, links to folders are not followed, folders of packages and caches are left
    out, and the walk ends after ``MAX_LISTED`` files, so that a list of this length may be
    cut. A listed file may be gone by the time it is read.
    """
    return repository.tracked_files() if repository else sorted(_walk(root))


def read_document(root: Path, path: str, limit: int = MAX_DOCUMENT) -> Document | Skipped:
    """One file of the project as text.

    Args:
        path: Relative to ``root``, with forward slashes.
        limit: Bytes; a larger file is skipped.
    """
    try:
        place = inside(root, path)
    except InvalidValue:
        return Skipped(path, SkipReason.OUTSIDE)
    # A link with a harmless name may lead to a file of secrets.
    if is_secret_file(path) or is_secret_file(place.relative_to(root.resolve()).as_posix()):
        return Skipped(path, SkipReason.SECRET)
    try:
        found = _read_bytes(place, limit)
    except FileNotFoundError:
        return Skipped(path, SkipReason.GONE)
    except OSError:
        return Skipped(path, SkipReason.UNREADABLE)
    if isinstance(found, SkipReason):
        return Skipped(path, found)
    data, modified = found
    decoded = _decode(data)
    if decoded is None:
        return Skipped(path, SkipReason.BINARY)
    text, guessed = decoded
    return Document(path, text, blob_hash(data), len(data), modified, guessed)


def blob_hash(data: bytes) -> str:
    """The id that git gives to a file of these bytes, in a repository of SHA-1."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _read_bytes(place: Path, limit: int) -> tuple[bytes, float] | SkipReason:
    # Without O_NONBLOCK, opening a named pipe would wait for its other end for ever.
    handle = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            return SkipReason.NOT_A_FILE
        if status.st_size > limit:
            return SkipReason.TOO_LARGE
        with os.fdopen(handle, "rb", closefd=False) as file:
            data = file.read(limit + 1)
    finally:
        os.close(handle)
    # One byte more than allowed shows a file that has grown since it was measured.
    return SkipReason.TOO_LARGE if len(data) > limit else (data, status.st_mtime)


def _decode(data: bytes) -> tuple[str, bool] | None:
    """The text, and whether its encoding is a guess; None if it is no text."""
    if b"\0" in data[:_BINARY_HEAD]:
        return None
    try:
        return data.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        if data.translate(None, delete=_NO_TEXT) != data:
            return None
    try:
        return data.decode("cp1252"), True
    except UnicodeDecodeError:
        return data.decode("latin-1"), True


@dataclass(frozen=True, slots=True)
class _Ignore:
    """The rules of one ``.gitignore``, for paths below its folder."""

    folder: str
    rules: "GitIgnoreSpec"


def _walk(root: Path) -> list[str]:
    files: list[str] = []
    waiting: list[tuple[str, tuple[_Ignore, ...]]] = [("", ())]
    while waiting and len(files) < MAX_LISTED:
        folder, ignores = waiting.pop()
        try:
            entries = sorted(os.scandir(root / folder), key=lambda entry: entry.name)
        except OSError:
            # A folder that is gone or closed to us has no files that we could read.
            continue
        if any(entry.name == ".gitignore" for entry in entries):
            ignores = (*ignores, _read_ignore(root, folder))
        for entry in entries:
            path = f"{folder}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _SKIPPED_FOLDERS and not _is_ignored(f"{path}/", ignores):
                    waiting.append((f"{path}/", ignores))
            elif not _is_ignored(path, ignores):
                files.append(path)
    return files[:MAX_LISTED]


def _read_ignore(root: Path, folder: str) -> _Ignore:
    from pathspec import GitIgnoreSpec

    found = read_document(root, f"{folder}.gitignore", _MAX_IGNORE_FILE)
    lines = found.text.splitlines() if isinstance(found, Document) else []
    return _Ignore(folder, GitIgnoreSpec.from_lines(lines))


def _is_ignored(path: str, ignores: tuple[_Ignore, ...]) -> bool:
    """By the nearest ``.gitignore`` that says anything, as in git."""
    for ignore in reversed(ignores):
        verdict = ignore.rules.check_file(path.removeprefix(ignore.folder)).include
        if verdict is not None:
            return verdict
    return False
