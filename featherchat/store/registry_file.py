"""The registry of projects as a file: read without waiting, changed under a lock.

``registry.json`` is replaced as a whole, so a reader sees the old or the new one. Each
project's part is also kept beside its store, and a damaged registry is rebuilt from there.
"""

import fcntl
import json
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from featherchat.clock import Clock
from featherchat.errors import StoreBusy, StoreError, StoreReadOnly, StoreTooNew

FORMAT = 1
"""Raised when an older featherchat could not read the registry any more."""

_LOCK_SECONDS = 5.0
_ID_LETTERS = frozenset("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_UNREADABLE = (ValueError, KeyError, TypeError)  # what broken JSON or a wrong shape raises


def is_project_id(text: str) -> bool:
    """Whether a text has the form that ``Clock.new_id`` gives to ids."""
    return len(text) == 26 and _ID_LETTERS.issuperset(text)


@dataclass(frozen=True, slots=True)
class Pair:
    """What tells a repository from others wherever it lies."""

    root_commit: str | None
    """The smallest id among the first commits."""

    origin: str | None
    """The normalized address of the remote."""

    @property
    def is_complete(self) -> bool:
        """Whether both are known; one alone is shared by templates, forks and namesakes."""
        return bool(self.root_commit and self.origin)

    def covers(self, other: "Pair") -> bool:
        """Whether this says all that the other says."""
        return other.root_commit in (None, self.root_commit) and other.origin in (None, self.origin)

    def resembles(self, other: "Pair") -> bool:
        """Whether both may be one repository: the same remote, or first commit but no other remote."""
        if self.origin and other.origin:
            return self.origin == other.origin
        return bool(self.root_commit) and self.root_commit == other.root_commit


@dataclass(frozen=True, slots=True)
class KnownProject:
    """A project that has a store."""

    id: str
    """Random, and the same for as long as the store lives."""

    name: str
    """The name of the folder where it was first met."""

    store: Path
    paths: tuple[str, ...]
    """Where its folders were last seen, the newest at the end."""

    pairs: tuple[Pair, ...]

    def with_pair(self, pair: Pair) -> "KnownProject":
        """The project also known by a pair; none of its pairs says less than another."""
        if pair == Pair(None, None) or any(known.covers(pair) for known in self.pairs):
            return self
        kept = tuple(known for known in self.pairs if not pair.covers(known))
        return replace(self, pairs=(*kept, pair))


@dataclass(frozen=True, slots=True)
class Book:
    """All that the registry holds, at one moment."""

    projects: tuple[KnownProject, ...] = ()
    trusted: frozenset[str] = frozenset()
    """Folders, and git's own folders, that a person said yes to."""

    def project(self, project_id: str) -> KnownProject | None:
        """The project with an id."""
        return next((known for known in self.projects if known.id == project_id), None)

    def at_path(self, path: str) -> KnownProject | None:
        """The project that was last seen at a path."""
        return next((known for known in self.projects if path in known.paths), None)

    def with_project(self, project: KnownProject) -> "Book":
        """The book with a project replaced, or added at the end."""
        if self.project(project.id) is None:
            return replace(self, projects=(*self.projects, project))
        projects = (project if known.id == project.id else known for known in self.projects)
        return replace(self, projects=tuple(projects))

    def without_path(self, path: str, *, except_in: str) -> "Book":
        """The book in which no project but one is known at a path."""
        projects = (
            replace(known, paths=tuple(other for other in known.paths if other != path))
            if known.id != except_in and path in known.paths
            else known
            for known in self.projects
        )
        return replace(self, projects=tuple(projects))


class RegistryFile:
    """Keeps a ``Book`` on disk."""

    def __init__(self, data: Path, clock: Clock) -> None:
        self.notice = ""
        """That the file was rebuilt, and what could not be; empty if it was not."""
        self._data = data
        self._path = data / "registry.json"
        self._clock = clock

    def folder_of(self, project: KnownProject) -> Path:
        """The folder in which a project's store lies by default."""
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", project.name)[:40].strip("-.") or "project"
        return self._data / "projects" / f"{name}-{project.id[-8:].lower()}"

    def read(self) -> Book:
        """The book as it is now.

        Raises:
            StoreTooNew: If a later version of featherchat wrote it.
            StoreReadOnly: If it must be rebuilt and the folder is read-only.
        """
        book = self._load()
        if book is None and not (self._data / "projects").is_dir():
            return Book()
        return self.change(lambda fresh: fresh) if book is None else book

    def change(self, change: Callable[[Book], Book]) -> Book:
        """Apply a change to the newest book, and write it if it differs.

        Raises:
            StoreBusy: If another process keeps the lock.
            StoreReadOnly: If the folder cannot be written.
        """
        try:
            with self._lock():
                loaded = self._load()
                before = self._rebuild() if loaded is None else loaded
                after = change(before)
                if after != loaded:
                    self._save(loaded or Book(), after)
                return after
        except OSError as error:
            raise _read_only(self._data, error) from error

    def _load(self) -> Book | None:
        """None if there is no file or none that can be read."""
        try:
            return _parse(self._path.read_bytes(), self._path)
        except (FileNotFoundError, NotADirectoryError, *_UNREADABLE):
            return None
        except OSError as error:
            raise StoreError(
                f"{self._path} cannot be read: {error.strerror}.",
                hint="Make it readable for your account.",
            ) from error

    def _save(self, before: Book, after: Book) -> None:
        for project in after.projects:
            if project not in before.projects:
                folder = private_folder(self.folder_of(project))
                write_private(folder / "project.json", _render_project(project))
        write_private(self._path, _render(after))

    def _rebuild(self) -> Book:
        book = Book()
        lost: list[str] = []
        for folder in sorted((self._data / "projects").glob("*/")):
            try:
                book = book.with_project(
                    _project(json.loads((folder / "project.json").read_bytes()))
                )
            except (FileNotFoundError, *_UNREADABLE):
                lost.extend(map(str, folder.glob("*.feather")))
        if self._path.exists():
            aside = self._data / f"registry.damaged-{self._clock.now():.0f}.json"
            self._path.replace(aside)
            self.notice = f"The registry of projects was damaged and is kept as {aside}."
        if book.projects or lost:
            self.notice += (
                f" It was rebuilt with {len(book.projects)} projects; folders must be trusted anew."
            )
        if lost:
            self.notice += f" These can be opened with --store: {', '.join(lost)}."
        self.notice = self.notice.strip()
        return book

    @contextmanager
    def _lock(self) -> Iterator[None]:
        path = private_folder(self._data) / "registry.lock"
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            started = time.monotonic()
            while not _try_lock(handle):
                waited = time.monotonic() - started
                if waited > _LOCK_SECONDS:
                    raise StoreBusy(path, waited)
                time.sleep(0.01)
            yield
        finally:
            # Closing lets the lock go.
            os.close(handle)


def private_folder(folder: Path) -> Path:
    """The folder, made with its missing parents so that only this account may enter.

    Raises:
        StoreReadOnly: If it cannot be made.
    """
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        for place in reversed(missing):
            place.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise _read_only(folder, error) from error
    return folder


def write_private(path: Path, data: bytes) -> None:
    """Replace a file as a whole, readable for this account only.

    Raises:
        OSError: If it cannot be written; the old file is untouched then.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _read_only(folder: Path, error: OSError) -> StoreReadOnly:
    return StoreReadOnly(
        f"{folder} cannot be written: {error.strerror or error}.",
        hint="Make that folder writable, or choose another place with --store PATH.",
    )


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _render(book: Book) -> bytes:
    projects = [json.loads(_render_project(project)) for project in book.projects]
    content = {"format": FORMAT, "projects": projects, "trusted": sorted(book.trusted)}
    return json.dumps(content, indent=1).encode()


def _render_project(project: KnownProject) -> bytes:
    content = {
        "id": project.id,
        "name": project.name,
        "store": str(project.store),
        "paths": project.paths,
        "pairs": [[pair.root_commit, pair.origin] for pair in project.pairs],
    }
    return json.dumps(content, indent=1).encode()


def _parse(data: bytes, path: Path) -> Book:
    content = json.loads(data)
    if content["format"] > FORMAT:
        raise StoreTooNew(path, content["format"], FORMAT)
    projects = tuple(_project(project) for project in content["projects"])
    return Book(projects, frozenset(_text(path) for path in content["trusted"]))


def _project(content: Any) -> KnownProject:
    if not is_project_id(content["id"]):
        raise ValueError(content["id"])
    return KnownProject(
        id=content["id"],
        name=_text(content["name"]),
        store=Path(_text(content["store"])),
        paths=tuple(_text(path) for path in content["paths"]),
        pairs=tuple(
            Pair(commit and _text(commit), origin and _text(origin))
            for commit, origin in content["pairs"]
        ),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
