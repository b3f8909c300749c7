"""Where things lie on this machine, and which store belongs to a folder.

A project is found again by the id in git's own folder, by its path, or by its first
commit and remote. A memory is never lost or mixed up for a guess: only a sure match
opens a store, and an unsure one names the candidates so that a person can choose.
"""

import functools
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from featherchat.clock import Clock, SystemClock
from featherchat.errors import NothingFound, UsageError
from featherchat.store.registry_file import (
    Book,
    KnownProject,
    Pair,
    RegistryFile,
    is_project_id,
    private_folder,
    write_private,
)

STORE_NAME = "memory.feather"
DEVELOPER_STORE_NAME = "developer.feather"
_ID_FILE = Path("featherchat", "project")


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of one account. They come into being, closed to others, when used."""

    data: Path
    """What must not be lost: the stores and the registry."""

    cache: Path
    """Derived indexes: deleting it loses nothing."""

    config: Path
    log: Path

    @property
    def developer_store(self) -> Path:
        """The account's own store: the preferences that follow the person."""
        return self.data / DEVELOPER_STORE_NAME

    @property
    def developer_cache(self) -> Path:
        """The folder of the indexes that are derived from it."""
        return self.cache / "developer"

    @classmethod
    def default(cls) -> "Places":
        """The places that this system's custom and the XDG variables name."""
        import platformdirs  # 7 ms, which a test with places of its own need not pay

        name = "featherchat"
        return cls(
            data=platformdirs.user_data_path(name),
            cache=platformdirs.user_cache_path(name),
            config=platformdirs.user_config_path(name),
            log=platformdirs.user_log_path(name),
        )


def _no_commit() -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class ProjectKeys:
    """What a folder can be recognized by."""

    folder: Path
    """The project's root."""

    common_dir: Path | None = None
    """git's folder, shared by all worktrees; None without git."""

    origin: str | None = None
    """The normalized address of the remote."""

    root_commit: Callable[[], str | None] = _no_commit
    """Gives the smallest first commit, or None if there is none or a shallow clone hides it.

    A walk through the history, hence called at most once, and only if needed.
    """


@dataclass(frozen=True, slots=True)
class Match:
    """What the registry knows of a folder."""

    project: KnownProject | None
    """The project, when it is sure."""

    notice: str = ""
    """What was newly recorded, for a person to read; empty when nothing was."""

    candidates: tuple[KnownProject, ...] = ()
    """Projects that it may be, for a person to choose; empty for a new project."""


class Registry:
    """Knows every project of this account, its store, and which folders are trusted.

    Several processes may use it at once.

    Raises from every method:
        UsageError: If the folder is the home folder.
        StoreReadOnly: If something must be recorded and the data folder is read-only.
        StoreBusy: If another process keeps the registry's lock.
        StoreTooNew: If a later version of featherchat wrote it.
    """

    def __init__(self, places: Places, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._file = RegistryFile(places.data, self._clock)

    @property
    def notice(self) -> str:
        """What happened to the registry itself, such as that it was rebuilt; mostly empty."""
        return self._file.notice

    def projects(self) -> tuple[KnownProject, ...]:
        """Every known project, oldest first."""
        return self._file.read().projects

    def lookup(self, keys: ProjectKeys) -> Match:
        """The project that a folder belongs to.

        The id in git's folder wins; then the path, unless another repository has taken
        its place; then first commit and remote together. The keys that did not match are
        recorded, and the notice says so. One of commit and remote alone (a shallow clone,
        a remote that was added since) makes a candidate. The same first commit under
        another remote is a fork: a project of its own.
        """
        keys = _prepared(keys)
        book = self._file.read()
        match = _find(book, keys)
        return self._settle(book, match.project.id, keys) if match.project else match

    def create(self, keys: ProjectKeys, store: Path | None = None) -> KnownProject:
        """Make a project of a folder, with a store in a folder of its own.

        If another process has just done so, that project is returned.

        Args:
            keys: Their path, if it led to another project, leads to the new one from now on.
            store: Where the store lies, if not in the data folder.
        """
        keys = _prepared(keys)
        fresh_id = self._clock.new_id()

        def with_new(book: Book) -> Book:
            found = _find(book, keys).project
            if found:
                return _recorded(book, found, keys)
            # An id that is unknown here is another account's: both use it and none fights.
            project_id = _stored_id(keys.common_dir) or fresh_id
            project = KnownProject(project_id, keys.folder.name or "root", Path(), (), ())
            place = store.resolve() if store else self._file.folder_of(project) / STORE_NAME
            return _recorded(book, replace(project, store=place), keys)

        book = self._file.change(with_new)
        project = book.at_path(str(keys.folder))
        assert project is not None
        private_folder(project.store.parent)
        self._keep_id(book, project, keys)
        return project

    def adopt(self, project_id: str, keys: ProjectKeys) -> Match:
        """Make a folder part of a known project, because a person said that it is.

        Raises:
            NothingFound: If there is no such project.
        """
        book = self._file.read()
        return self._settle(book, self._known(book, project_id).id, _prepared(keys))

    def is_trusted(self, keys: ProjectKeys) -> bool:
        """Whether a person has said that this folder may be read.

        Holds for the path, so a renamed folder asks again, and for every worktree of a
        trusted repository.
        """
        return _is_trusted(self._file.read(), _prepared(keys))

    def trust(self, keys: ProjectKeys) -> None:
        """Record that this folder may be read, and write the project's id into git's folder."""
        keys = _prepared(keys)
        trusted = {str(keys.folder)}
        if keys.common_dir and _owns(keys.common_dir, keys.folder):
            trusted.add(str(keys.common_dir))
        book = self._file.change(lambda book: replace(book, trusted=book.trusted | trusted))
        project = book.at_path(str(keys.folder))
        if project:
            self._keep_id(book, project, keys)

    def _settle(self, book: Book, project_id: str, keys: ProjectKeys) -> Match:
        before = self._known(book, project_id)
        if _recorded(book, before, keys) != book:
            # Decided once more under the lock: another process may have written since.
            book = self._file.change(
                lambda fresh: _recorded(fresh, self._known(fresh, project_id), keys)
            )
        after = self._known(book, project_id)
        self._keep_id(book, after, keys)
        return Match(after, _notice(before, after, keys))

    def _keep_id(self, book: Book, project: KnownProject, keys: ProjectKeys) -> None:
        if keys.common_dir is None or not _is_trusted(book, keys):
            return
        file = keys.common_dir / _ID_FILE
        if _stored_id(keys.common_dir) or file.parent.is_symlink():
            return
        try:
            file.parent.mkdir(mode=0o700, exist_ok=True)
            write_private(file, f"{project.id}\n".encode())
        except OSError:
            # A repository that cannot be written is found by path, commit and remote.
            return

    @staticmethod
    def _known(book: Book, project_id: str) -> KnownProject:
        project = book.project(project_id)
        if project is None:
            raise NothingFound(
                f"There is no project with the id {project_id}.",
                hint="See the known ones with featherchat where.",
            )
        return project


def _prepared(keys: ProjectKeys) -> ProjectKeys:
    folder = keys.folder.resolve()
    if folder == Path.home().resolve():
        raise UsageError(
            f"{folder} is your home folder, which is never a project.",
            hint="Change into a project's folder and try again.",
        )
    common_dir = keys.common_dir.resolve() if keys.common_dir else None
    return ProjectKeys(folder, common_dir, keys.origin, functools.cache(keys.root_commit))


def _find(book: Book, keys: ProjectKeys) -> Match:
    by_id = book.project(_stored_id(keys.common_dir) or "")
    if by_id:
        return Match(by_id)
    pair = Pair(keys.root_commit(), keys.origin)
    same = [project for project in book.projects if pair.is_complete and pair in project.pairs]
    near = [
        project
        for project in book.projects
        if any(pair.resembles(known) for known in project.pairs)
    ]
    at_path = book.at_path(str(keys.folder))
    if at_path:
        others = tuple(project for project in same if project != at_path)
        # Known by commits or a remote, and none of them here: another repository has
        # taken the place of the one that was at this path.
        replaced = at_path.pairs and at_path not in near
        if replaced or others:
            return Match(None, candidates=(at_path, *others))
        return Match(at_path)
    if len(same) == 1:
        return Match(same[0])
    return Match(None, candidates=tuple(same or near))


def _recorded(book: Book, project: KnownProject, keys: ProjectKeys) -> Book:
    """The book with all keys of a folder written down under a project."""
    path = str(keys.folder)
    gone: set[str] = set()
    if path not in project.paths:
        # What is gone could come back as another project, so it is not remembered.
        gone = {known for known in project.paths if not Path(known).is_dir()}
        paths = (*(known for known in project.paths if known not in gone), path)
        project = replace(project, paths=paths)
    # The history is walked only where it would tell something new.
    if not any(
        known.root_commit and keys.origin in (None, known.origin) for known in project.pairs
    ):
        project = project.with_pair(Pair(keys.root_commit(), keys.origin))
    untrusted = gone | {str(Path(known, ".git")) for known in gone}
    book = replace(book, trusted=book.trusted - untrusted)
    return book.without_path(path, except_in=project.id).with_project(project)


def _notice(before: KnownProject, after: KnownProject, keys: ProjectKeys) -> str:
    sentences = []
    if str(keys.folder) not in before.paths:
        sentences.append(_notice_of_path(before, after, keys))
    origins = {known.origin for known in before.pairs}
    for pair in after.pairs:
        if pair.origin and pair.origin not in origins:
            sentences.append(f"{after.name} is now also known by its remote {pair.origin}.")
        elif pair not in before.pairs and pair.root_commit:
            commit = pair.root_commit[:10]
            sentences.append(f"{after.name} is now also known by its first commit {commit}.")
    return " ".join(sentences)


def _notice_of_path(before: KnownProject, after: KnownProject, keys: ProjectKeys) -> str:
    still_there = [known for known in after.paths if known in before.paths]
    for known in still_there:
        if keys.common_dir and keys.common_dir.is_relative_to(known):
            return f"{keys.folder} is a worktree of {known} and shares the memory of {after.name}."
    if still_there:
        return f"{keys.folder} and {still_there[0]} share the memory of {after.name}."
    if before.paths:
        return f"{after.name} was at {before.paths[-1]} before; its memory came along."
    return f"{keys.folder} now has the memory of {after.name}."


def _is_trusted(book: Book, keys: ProjectKeys) -> bool:
    if str(keys.folder) in book.trusted:
        return True
    common_dir = keys.common_dir
    # A hostile folder's .git file may name the common directory of a trusted repository,
    # so that repository must name the folder, too.
    return bool(common_dir and str(common_dir) in book.trusted and _owns(common_dir, keys.folder))


def _owns(common_dir: Path, folder: Path) -> bool:
    """Whether git's folder itself says that a folder is one of its working trees."""
    git_file = folder / ".git"
    if git_file == common_dir:
        return True
    for link in common_dir.glob("worktrees/*/gitdir"):
        if Path(link.parent, _small_text(link).strip()).resolve() == git_file:
            return True
    return False


def _stored_id(common_dir: Path | None) -> str | None:
    text = _small_text(common_dir / _ID_FILE).strip() if common_dir else ""
    return text if is_project_id(text) else None


def _small_text(path: Path) -> str:
    """A short file in a folder that nobody trusts yet; empty if it is not one."""
    try:
        # Neither a link nor a named pipe, which would wait for its other end for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        is_file = stat.S_ISREG(os.fstat(handle).st_mode)
        return os.fsdecode(os.read(handle, 8_192)) if is_file else ""
    finally:
        os.close(handle)


def usable_folder(cache: Path | None) -> Path | None:
    """The folder for derived indexes, or None where they have to be kept in memory."""
    if cache is None:
        return None
    try:
        cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return None
    return cache if os.access(cache, os.W_OK) else None
