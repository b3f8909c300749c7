"""What the working tree holds that HEAD does not, found by comparing, never by remembering.

git is asked for names, blob ids and the file times of its index only: it never compares a
file itself, because that would run the filters that a repository may name.
"""

import functools
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from featherchat.code.files import blob_hash
from featherchat.code.git import NO_PROGRAMS, read_git
from featherchat.code.repository import Repository
from featherchat.privacy import is_secret_file

MAX_COMPARED = 5_000_000
"""Bytes; of a larger file, size and time stand for what it holds."""

MOST_NAMED = 200
"""Paths that git can be asked about by name; beyond, it is asked about all."""

GONE = ""
"""What a file that is not there holds."""

_UNDER_WAY = (
    *("rebase-merge", "rebase-apply", "sequencer"),
    *("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD"),
)
"""What git keeps in its folder while it is in the middle of something."""

_LOCKS = ("index.lock", "HEAD.lock")
_STALE_LOCK = 60.0
"""Seconds; an older lock is what a git that crashed has left."""

_ENTRY = re.compile(
    rb"(?P<mode>\d{6}) (?P<blob>[0-9a-f]{40,64}) (?P<stage>\d)\t(?P<path>[^\0]*)\0"
    rb"[^\n]*\n  mtime: (?P<seconds>\d+):(?P<nanos>\d+)\n[^\n]*\n[^\n]*\n"
    rb"  size: (?P<size>\d+)\tflags: (?P<flags>[0-9a-f]+)\n"
)
_SUBMODULE = b"160000"
_LINK = 0o120000
_LEFT_OUT = 0x40000000 | 0x8000
"""git's flags for files of a sparse checkout, and for those that it shall take as unchanged."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file as git's index knows it."""

    blob: str
    modified: int
    """Nanoseconds."""

    size: int
    conflicted: bool


class WorkingTree:
    """The files of one working tree beside its HEAD; for one thread at a time.

    Raises from every method:
        RepositoryProblem: If git refuses, fails or takes too long.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._hashed: dict[str, tuple[int, int, str]] = {}

    @functools.cached_property
    def git_dir(self) -> Path:
        """git's own folder of this working tree: HEAD and the index lie there."""
        return self._repository.git_dir()

    def differing(self, paths: Sequence[str] = ()) -> dict[str, str]:
        """The files that hold something else than in HEAD, with the hash of what they hold.

        What git ignores, submodules and files of secrets are left out.

        Args:
            paths: Compare only these, at most ``MOST_NAMED``; none means all. They are
                relative to the root, with forward slashes.
        """
        entries, listed_at = self._entries(paths)
        base = self._base(entries, paths)
        suspects = {
            path
            for path in {*entries, *base}
            if self._looks_changed(path, entries.get(path), base.get(path), listed_at)
        }
        suspects.update(self._untracked(paths))
        found: dict[str, str] = {}
        for path in sorted(suspects):
            now = None if is_secret_file(path) else self._content(path, base.get(path, GONE))
            if now is not None and now != base.get(path, GONE):
                found[path] = now
        if not paths:
            self._hashed = {path: self._hashed[path] for path in suspects & self._hashed.keys()}
        return found

    def tracked_folders(self) -> set[str]:
        """The folders of tracked files, the root ("") among them."""
        listing = os.fsdecode(read_git(self._repository.root, "ls-files", "-z"))
        folders = {path.rpartition("/")[0] for path in listing.split("\0") if path}
        return folders | {""}

    def _entries(self, paths: Sequence[str]) -> tuple[dict[str, _Entry], int]:
        """The index, and when it was written: what is newer may have changed unseen."""
        root = self._repository.root
        place = self.git_dir / "index"
        said = read_git(root, "ls-files", "-z", "--stage", "--debug", "--", *paths)
        found: dict[str, _Entry] = {}
        for each in _ENTRY.finditer(said):
            if each["mode"] == _SUBMODULE or int(each["flags"], 16) & _LEFT_OUT:
                continue
            modified = int(each["seconds"]) * 1_000_000_000 + int(each["nanos"])
            conflicted = each["stage"] != b"0"
            entry = _Entry(each["blob"].decode(), modified, int(each["size"]), conflicted)
            found[os.fsdecode(each["path"])] = entry
        try:
            return found, place.stat().st_mtime_ns
        except OSError:
            return found, 0

    def _base(self, entries: Mapping[str, _Entry], paths: Sequence[str]) -> dict[str, str]:
        """What HEAD holds: what the index holds, but for what was staged."""
        if self._repository.head() is None:
            return {}
        base = {path: entry.blob for path, entry in entries.items()}
        staged = ("diff-index", "--cached", "-z", "--raw", "--no-renames", "--no-abbrev")
        unmoved = ("--ignore-submodules=all", *NO_PROGRAMS)
        said = read_git(self._repository.root, *staged, *unmoved, "HEAD", "--", *paths)
        tokens = iter(said.split(b"\0"))
        for token in tokens:
            if token.startswith(b":"):
                before, path = token.split(b" ")[2].decode(), os.fsdecode(next(tokens))
                base[path] = before if before.strip("0") else GONE
        return base

    def _untracked(self, paths: Sequence[str]) -> Iterator[str]:
        listing = ("ls-files", "-z", "--others", "--exclude-standard", "--")
        said = os.fsdecode(read_git(self._repository.root, *listing, *paths))
        # A name with a slash at its end is another repository that lies in this one.
        return (name for name in said.split("\0") if name and not name.endswith("/"))

    def _looks_changed(
        self, path: str, entry: _Entry | None, before: str | None, listed_at: int
    ) -> bool:
        if entry is None or entry.conflicted or entry.blob != before:
            return True
        try:
            there = os.lstat(self._repository.root / path)
        except OSError:
            return True
        seen = (there.st_mtime_ns, there.st_size)
        # As in git: what was written in the tick of the index itself may hide behind its time.
        return seen != (entry.modified, entry.size) or there.st_mtime_ns >= listed_at > 0

    def _content(self, path: str, before: str) -> str | None:
        """The hash of what a file holds; None for what is neither a file nor a link."""
        place = self._repository.root / path
        try:
            there = os.lstat(place)
            if stat.S_IFMT(there.st_mode) == _LINK:
                return blob_hash(os.fsencode(place.readlink()))
            if not stat.S_ISREG(there.st_mode):
                return GONE if stat.S_ISDIR(there.st_mode) else None
            known = self._hashed.get(path)
            if known is not None and known[:2] == (there.st_mtime_ns, there.st_size):
                return known[2]
            found = _hash(place, there, before)
        except (FileNotFoundError, NotADirectoryError):
            return GONE
        except OSError:
            # What may not be read is not followed.
            return None
        self._hashed[path] = (there.st_mtime_ns, there.st_size, found)
        return found


def is_busy(git_dir: Path, now: float) -> bool:
    """Whether git is in the middle of a rebase, a merge or a checkout, whose files pass by."""
    if any(os.path.lexists(git_dir / name) for name in _UNDER_WAY):
        return True
    for name in _LOCKS:
        try:
            if now - (git_dir / name).stat().st_mtime < _STALE_LOCK:
                return True
        except OSError:
            continue
    return False


def _hash(place: Path, there: os.stat_result, before: str) -> str:
    if there.st_size > MAX_COMPARED:
        return f"{there.st_size} bytes at {there.st_mtime_ns}"
    data = place.read_bytes()
    # With core.autocrlf, git keeps other line ends than the file has.
    plain = data.replace(b"\r\n", b"\n")
    return before if before and blob_hash(plain) == before else blob_hash(data)
