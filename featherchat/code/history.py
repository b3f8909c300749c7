"""The commits of a repository, read in bulk: what each says and what it touches.

A batch of any length costs three processes. What a commit says and which files it names
may be anything: nothing in it can be taken for the commit beside it, because messages come
with their lengths and paths with their ends.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from featherchat.code.git import (
    LONG,
    NO_PROGRAMS,
    RepositoryProblem,
    pipe_git,
    read_git,
    run_git,
)
from featherchat.code.repository import Repository

T = TypeVar("T")
_Ask = Callable[[Sequence[str]], dict[str, T]]

MAX_MESSAGE = 20_000
"""Characters of a commit's message that are read."""

_ID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_DEFAULT_BRANCHES = ("refs/remotes/origin/HEAD", "refs/heads/main", "refs/heads/master")
_WHOLE = ("-r", "--root", "--stdin", "--no-color", "--ignore-submodules=none", *NO_PROGRAMS)
_AS_PATCH = (
    *("diff-tree", "-p", "-U3", "--no-renames", "--full-index", "--diff-algorithm=myers"),
    *("--inter-hunk-context=0", "--submodule=short", "--src-prefix=a/", "--dst-prefix=b/"),
    *_WHOLE,
)
"""Settings of a repository or a person would give one change two identities."""

_SUBMODULE = "160000"


@dataclass(frozen=True, slots=True)
class TouchedFile:
    """A file as one commit has left it."""

    path: str
    """Relative to the root, with forward slashes; bytes that are not UTF-8 are replaced."""

    status: str
    """git's letter: A added, M modified, D removed, R renamed, C copied, T another type."""

    blob: str
    """git's hash of the content afterwards; zeros for a removed file."""

    before: str = ""
    """Its path before a rename or copy."""

    alike: int = 100
    """How much of a renamed file stayed, in per cent."""

    added: int | None = None
    """Lines; None for a file that is not text, and in a merge."""

    removed: int | None = None
    is_submodule: bool = False
    blob_before: str = ""
    """git's hash of the content before; zeros for a new file, empty in a merge."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit, without its code."""

    id: str
    parents: tuple[str, ...]
    author: str
    email: str
    authored_at: float
    """Seconds UTC, as the commit claims; it may lie in the future."""

    message: str
    files: tuple[TouchedFile, ...]
    """Of a merge, those that differ from every parent."""

    patch: str
    """What the change is, whatever commit carries it; empty if nothing is changed."""

    is_whole: bool = True
    """Whether git has all its contents; else its files are named at most, and not counted."""


@dataclass(frozen=True, slots=True)
class History:
    """The commits of a repository. Everything raises RepositoryProblem when git fails."""

    repository: Repository

    def ids(self, tip: str, known: str | None = None) -> list[str]:
        """The commits that a commit comes from, newest first, itself included.

        Those at the edge of a shallow clone are left out: what they changed is not there.

        Args:
            tip: The id of a commit.
            known: Leave out what this commit comes from; ignored if it is no longer there.
        """
        without = [f"^{known}"] if known and self.has(known) else []
        said = read_git(self._root, "rev-list", tip, *without, "--")
        edge = self._shallow_edge()
        return [each for each in said.decode("ascii").split() if each not in edge]

    def of_paths(self, paths: Sequence[str], before: str, tip: str) -> list[str]:
        """The commits between two that touched some files, newest first, without merges."""
        shape = ("rev-list", "--no-merges", tip, f"^{before}", "--", *paths)
        return read_git(self._root, *shape).decode("ascii").split()

    def everywhere(self) -> frozenset[str]:
        """Every commit that a branch, a tag or HEAD comes from."""
        said = read_git(self._root, "rev-list", "--all", "HEAD", "--")
        return frozenset(said.decode("ascii").split())

    def of_branch(self, tip: str) -> frozenset[str]:
        """The commits that the default branch does not have; none on that branch itself."""
        listed = read_git(self._root, "for-each-ref", "--format=%(objectname)", *_DEFAULT_BRANCHES)
        bases = [f"^{each}" for each in sorted(set(listed.decode("ascii").split()))]
        if not bases:
            return frozenset()
        return frozenset(
            read_git(self._root, "rev-list", tip, *bases, "--").decode("ascii").split()
        )

    def has(self, commit: str) -> bool:
        """Whether a commit is there."""
        return run_git(self._root, "cat-file", "-e", f"{commit}^{{commit}}").returncode == 0

    def read(self, ids: Sequence[str]) -> list[Commit]:
        """What some commits say and change, in their order."""
        if not ids:
            return []
        heads = [*self._heads(ids)]
        merges = [head.id for head in heads if len(head.parents) > 1]
        plain = [head.id for head in heads if len(head.parents) < 2]
        lacking: set[str] = set()
        files = self._files(plain, lacking) | self._merged_files(merges, lacking)
        patches = self._patches([each for each in plain if files.get(each)])
        patches |= self._merge_patches([each for each in merges if files.get(each)])
        return [
            Commit(
                id=head.id,
                parents=head.parents,
                author=head.author,
                email=head.email,
                authored_at=head.authored_at,
                message=head.message,
                files=files.get(head.id, ()),
                patch=patches.get(head.id, ""),
                is_whole=head.id not in lacking,
            )
            for head in heads
        ]

    @property
    def _root(self) -> Path:
        return self.repository.root

    def _shallow_edge(self) -> frozenset[str]:
        if not self.repository.is_shallow:
            return frozenset()
        try:
            text = (self.repository.common_dir / "shallow").read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            return frozenset()
        return frozenset(text.split())

    def _heads(self, ids: Sequence[str]) -> Iterator["_Head"]:
        said = read_git(self._root, "cat-file", "--batch", given=_lines(ids))
        place = 0
        for commit in ids:
            end = said.find(b"\n", place)
            parts = said[place:end].split()
            if len(parts) != 3 or parts[1] != b"commit":
                raise RepositoryProblem(
                    f"{commit[:12]} cannot be read as a commit.",
                    hint="Run git fsck there and repair what it names.",
                )
            begin, size = end + 1, int(parts[2])
            yield _head(commit, said[begin : begin + size])
            place = begin + size + 1

    def _files(self, ids: Sequence[str], lacking: set[str]) -> dict[str, tuple[TouchedFile, ...]]:
        shape = ("diff-tree", "-z", "--raw", "--no-abbrev", *_WHOLE)

        def names(some: Sequence[str]) -> dict[str, tuple[TouchedFile, ...]]:
            # Where contents are missing, as in a partial clone, the names are there.
            lacking.update(some)
            return _touched(self._asked(*shape, "--no-renames", given=some))

        return _each(
            ids, lambda some: _touched(self._asked(*shape, "-M", "--numstat", given=some)), names
        )

    def _patches(self, ids: Sequence[str]) -> dict[str, str]:
        """The patch id of each commit; where git has none, a hash of the blobs."""

        def by_patch(some: Sequence[str]) -> dict[str, str]:
            reader = ("patch-id", "--stable")
            said = pipe_git(self._root, _AS_PATCH, reader, _lines(some), LONG).decode("ascii")
            pairs = (line.partition(" ") for line in said.splitlines())
            return {commit: patch for patch, _, commit in pairs}

        def by_blobs(some: Sequence[str]) -> dict[str, str]:
            shape = ("diff-tree", "-z", "--raw", "--no-abbrev", "--no-renames", *_WHOLE)
            return {
                commit: _hashed(said)
                for commit, said in _by_commit(self._asked(*shape, given=some)).items()
            }

        found = _each(ids, by_patch, by_blobs)
        left = [each for each in ids if each not in found]
        return found | (by_blobs(left) if left else {})

    def _merged_files(
        self, ids: Sequence[str], lacking: set[str]
    ) -> dict[str, tuple[TouchedFile, ...]]:
        def names(some: Sequence[str]) -> dict[str, tuple[TouchedFile, ...]]:
            shape = ("diff-tree", "-z", "--cc", "--name-only", *_WHOLE)
            said = _by_commit(self._asked(*shape, given=some))
            return {
                commit: tuple(TouchedFile(_text(each), "M", "") for each in paths)
                for commit, paths in said.items()
            }

        def nothing(some: Sequence[str]) -> dict[str, tuple[TouchedFile, ...]]:
            lacking.update(some)
            return {}

        return _each(ids, names, nothing)

    def _merge_patches(self, ids: Sequence[str]) -> dict[str, str]:
        """The identities of the merges that changed something themselves."""

        def hashes(some: Sequence[str]) -> dict[str, str]:
            said = self._asked("diff-tree", "--cc", "-p", *_WHOLE, given=some)
            return {commit: _hashed(lines) for commit, lines in _combined(said).items() if lines}

        return _each(ids, hashes, lambda some: {})

    def _asked(self, *question: str, given: Sequence[str]) -> bytes:
        return read_git(self._root, *question, given=_lines(given))


def _each(ids: Sequence[str], ask: _Ask[T], instead: _Ask[T]) -> dict[str, T]:
    """What is asked of all, or where that fails, of as many as it works for."""
    if not ids:
        return {}
    try:
        return ask(ids)
    except RepositoryProblem:
        if len(ids) == 1:
            with suppress(RepositoryProblem):
                return instead(ids)
            # Not even the names are there: a folder's own object is missing.
            return {}
        half = len(ids) // 2
        return _each(ids[:half], ask, instead) | _each(ids[half:], ask, instead)


def _combined(said: bytes) -> dict[str, list[bytes]]:
    """The combined diff of each merge, without what changes when it is made anew."""
    found: dict[str, list[bytes]] = {}
    lines: list[bytes] = []
    for line in said.splitlines():
        if _ID.fullmatch(line):
            lines = found.setdefault(line.decode("ascii"), [])
        elif not line.startswith((b"index ", b"@@@")):
            lines.append(line)
    return found


@dataclass(frozen=True, slots=True)
class _Head:
    id: str
    parents: tuple[str, ...]
    author: str
    email: str
    authored_at: float
    message: str


_SIGNED = re.compile(rb"(?P<name>.*?) ?<(?P<email>[^>]*)> (?P<at>-?\d{1,15})(?: [+-]\d+)?")


def _head(commit: str, content: bytes) -> _Head:
    top, _, message = content.partition(b"\n\n")
    fields: dict[bytes, list[bytes]] = {}
    for line in top.split(b"\n"):
        name, _, value = line.partition(b" ")
        fields.setdefault(name, []).append(value)
    alphabet = fields.get(b"encoding", [b""])[0].decode("ascii", "replace") or "utf-8"
    author = _SIGNED.fullmatch(fields.get(b"author", [b""])[0])
    return _Head(
        id=commit,
        parents=tuple(each.decode("ascii", "replace") for each in fields.get(b"parent", ())),
        author=_decoded(author["name"] if author else b"", alphabet),
        email=_decoded(author["email"] if author else b"", alphabet).strip().lower(),
        authored_at=float(author["at"]) if author else 0.0,
        message=_decoded(message[: 4 * MAX_MESSAGE], alphabet)[:MAX_MESSAGE],
    )


def _decoded(content: bytes, alphabet: str) -> str:
    try:
        return content.decode(alphabet, "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


def _text(path: bytes) -> str:
    return path.decode("utf-8", "replace")


def _lines(ids: Sequence[str]) -> bytes:
    return "".join(f"{each}\n" for each in ids).encode("ascii")


def _hashed(parts: Sequence[bytes]) -> str:
    return hashlib.sha1(b"\0".join(parts), usedforsecurity=False).hexdigest()


def _by_commit(said: bytes) -> dict[str, list[bytes]]:
    """The tokens that follow each commit's id; for answers whose tokens are no such ids."""
    found: dict[str, list[bytes]] = {}
    tokens: list[bytes] = []
    for token in said.split(b"\0"):
        if _ID.fullmatch(token):
            tokens = found.setdefault(token.decode(), [])
        elif token:
            tokens.append(token)
    return found


def _touched(said: bytes) -> dict[str, tuple[TouchedFile, ...]]:
    """Reads ``ID NUL (:MODES BLOBS STATUS NUL path NUL [path NUL])… (N TAB N TAB path NUL)…``."""
    found: dict[str, tuple[TouchedFile, ...]] = {}
    tokens = iter(said.split(b"\0"))
    commit, raw, counts = "", list[TouchedFile](), dict[str, tuple[int | None, int | None]]()

    def finish() -> None:
        if commit:
            found[commit] = tuple(_counted(each, counts) for each in raw)

    for token in tokens:
        if token.startswith(b":"):
            raw.append(_raw(token, tokens))
        elif b"\t" in token:
            added, removed, path = token.split(b"\t", 2)
            if not path:
                # A rename: the old path, then the new one.
                next(tokens)
                path = next(tokens)
            counts[_text(path)] = (_count(added), _count(removed))
        elif _ID.fullmatch(token):
            finish()
            commit, raw, counts = token.decode(), [], {}
    finish()
    return found


def _raw(token: bytes, tokens: Iterator[bytes]) -> TouchedFile:
    parts = token.decode("ascii", "replace").lstrip(":").split(" ")
    letter, score = parts[4][:1], parts[4][1:]
    first = _text(next(tokens))
    path, before = (_text(next(tokens)), first) if letter in "RC" else (first, "")
    return TouchedFile(
        path=path,
        status=letter,
        blob=parts[3],
        before=before,
        alike=int(score) if score.isdecimal() else 100,
        is_submodule=_SUBMODULE in parts[:2],
        blob_before=parts[2],
    )


def _counted(file: TouchedFile, counts: Mapping[str, tuple[int | None, int | None]]) -> TouchedFile:
    added, removed = counts.get(file.path, (None, None))
    return replace(file, added=added, removed=removed)


def _count(field: bytes) -> int | None:
    return int(field) if field.isdigit() else None
